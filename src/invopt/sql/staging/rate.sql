-- rate as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_rate.
with typed as (
    select
        raw as text,
        raw.carrier_id as carrier_id,
        raw.service_id as service_id,
        raw.zone as zone,
        whole_of(raw.up_to_g, $decimal_mark) as up_to_g,
        minor_of(raw.rate_minor, raw.rate, $decimal_mark, coalesce(upper(raw.currency), $currency)) as rate_minor,
        coalesce(upper(raw.currency), $currency) as currency,
        day_of(raw.valid_from_on, $time_zone, $date_format) as valid_from_on,
        day_of(raw.valid_until_on, $time_zone, $date_format) as valid_until_on
    from raw_rate as raw
)
select
    carrier_id,
    service_id,
    zone,
    up_to_g,
    rate_minor,
    currency,
    valid_from_on,
    valid_until_on,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when carrier_id is null then missing('carrier_id')
        when service_id is null then missing('service_id')
        when zone is null then missing('zone')
        when text.up_to_g is null then missing('up_to_g')
        when up_to_g is null then no_whole('up_to_g', text.up_to_g)
        when up_to_g < 1 then below('up_to_g', text.up_to_g, '1')
        when coalesce(text.rate_minor, text.rate) is null then missing('rate_minor')
        when rate_minor is null then no_number('rate_minor', coalesce(text.rate_minor, text.rate))
        when rate_minor < 0 then below('rate_minor', coalesce(text.rate_minor, text.rate), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when text.valid_from_on is null then missing('valid_from_on')
        when valid_from_on is null then no_day('valid_from_on', text.valid_from_on)
        when text.valid_until_on is not null and valid_until_on is null
            then no_day('valid_until_on', text.valid_until_on)
    end as fault
from typed
