-- carrier_service as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_carrier_service.
with typed as (
    select
        raw as text,
        raw.carrier_id as carrier_id,
        raw.service_id as service_id,
        raw.cut_off_time as cut_off_time,
        raw.transit_weekdays as transit_weekdays,
        real_of(raw.stated_transit_days, $decimal_mark) as stated_transit_days,
        real_of(raw.dimensional_divisor, $decimal_mark) as dimensional_divisor,
        whole_of(raw.weight_step_g, $decimal_mark) as weight_step_g,
        whole_of(raw.maximum_weight_g, $decimal_mark) as maximum_weight_g,
        whole_of(raw.maximum_length_mm, $decimal_mark) as maximum_length_mm,
        whole_of(raw.maximum_girth_mm, $decimal_mark) as maximum_girth_mm,
        real_of(raw.fuel_share, $decimal_mark) as fuel_share,
        flag_of(raw.takes_hazardous) as takes_hazardous,
        flag_of(raw.checks_age) as checks_age,
        flag_of(raw.carries_returns) as carries_returns
    from raw_carrier_service as raw
)
select
    carrier_id,
    service_id,
    cut_off_time,
    transit_weekdays,
    stated_transit_days,
    dimensional_divisor,
    weight_step_g,
    maximum_weight_g,
    maximum_length_mm,
    maximum_girth_mm,
    fuel_share,
    takes_hazardous,
    checks_age,
    carries_returns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when carrier_id is null then missing('carrier_id')
        when service_id is null then missing('service_id')
        when text.stated_transit_days is not null and stated_transit_days is null
            then no_number('stated_transit_days', text.stated_transit_days)
        when stated_transit_days < 0 then below('stated_transit_days', text.stated_transit_days, '0')
        when text.dimensional_divisor is not null and dimensional_divisor is null
            then no_number('dimensional_divisor', text.dimensional_divisor)
        when dimensional_divisor < 1 then below('dimensional_divisor', text.dimensional_divisor, '1')
        when text.weight_step_g is not null and weight_step_g is null
            then no_whole('weight_step_g', text.weight_step_g)
        when weight_step_g < 1 then below('weight_step_g', text.weight_step_g, '1')
        when text.maximum_weight_g is not null and maximum_weight_g is null
            then no_whole('maximum_weight_g', text.maximum_weight_g)
        when maximum_weight_g < 1 then below('maximum_weight_g', text.maximum_weight_g, '1')
        when text.maximum_length_mm is not null and maximum_length_mm is null
            then no_whole('maximum_length_mm', text.maximum_length_mm)
        when maximum_length_mm < 1 then below('maximum_length_mm', text.maximum_length_mm, '1')
        when text.maximum_girth_mm is not null and maximum_girth_mm is null
            then no_whole('maximum_girth_mm', text.maximum_girth_mm)
        when maximum_girth_mm < 1 then below('maximum_girth_mm', text.maximum_girth_mm, '1')
        when text.fuel_share is not null and fuel_share is null then no_number('fuel_share', text.fuel_share)
        when fuel_share < 0 then below('fuel_share', text.fuel_share, '0')
        when fuel_share > 1 then above('fuel_share', text.fuel_share, '1')
        when text.takes_hazardous is not null and takes_hazardous is null
            then no_flag('takes_hazardous', text.takes_hazardous)
        when text.checks_age is not null and checks_age is null then no_flag('checks_age', text.checks_age)
        when text.carries_returns is not null and carries_returns is null
            then no_flag('carries_returns', text.carries_returns)
    end as fault
from typed
