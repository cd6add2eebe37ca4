-- location as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_location.
with typed as (
    select
        raw as text,
        raw.location_id as location_id,
        raw.location_name as location_name,
        case when length(raw.country) = 2 then upper(raw.country) else raw.country end as country,
        raw.postcode as postcode,
        raw.cut_off_time as cut_off_time,
        whole_of(raw.handling_days, $decimal_mark) as handling_days,
        whole_of(raw.pick_lines_per_day, $decimal_mark) as pick_lines_per_day,
        minor_of(raw.handling_cost_minor, raw.handling_cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as handling_cost_minor,
        coalesce(upper(raw.currency), $currency) as currency
    from raw_location as raw
)
select
    location_id,
    location_name,
    country,
    postcode,
    cut_off_time,
    handling_days,
    pick_lines_per_day,
    handling_cost_minor,
    currency,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when location_id is null then missing('location_id')
        when text.handling_days is not null and handling_days is null
            then no_whole('handling_days', text.handling_days)
        when handling_days < 0 then below('handling_days', text.handling_days, '0')
        when text.pick_lines_per_day is not null and pick_lines_per_day is null
            then no_whole('pick_lines_per_day', text.pick_lines_per_day)
        when pick_lines_per_day < 0 then below('pick_lines_per_day', text.pick_lines_per_day, '0')
        when coalesce(text.handling_cost_minor, text.handling_cost) is not null and handling_cost_minor is null
            then no_number('handling_cost_minor', coalesce(text.handling_cost_minor, text.handling_cost))
        when handling_cost_minor < 0
            then below('handling_cost_minor', coalesce(text.handling_cost_minor, text.handling_cost), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
    end as fault
from typed
