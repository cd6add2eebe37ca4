-- surcharge as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_surcharge.
with typed as (
    select
        raw as text,
        raw.carrier_id as carrier_id,
        raw.service_id as service_id,
        lower(raw.cause) as cause,
        minor_of(raw.amount_minor, raw.amount, $decimal_mark, coalesce(upper(raw.currency), $currency)) as amount_minor,
        coalesce(upper(raw.currency), $currency) as currency,
        whole_of(raw.from_length_mm, $decimal_mark) as from_length_mm,
        raw.postcode_prefix as postcode_prefix,
        real_of(raw.value_share, $decimal_mark) as value_share,
        minor_of(raw.from_value_minor, raw.from_value, $decimal_mark, coalesce(upper(raw.currency), $currency))
            as from_value_minor,
        day_of(raw.valid_from_on, $time_zone, $date_format) as valid_from_on,
        day_of(raw.valid_until_on, $time_zone, $date_format) as valid_until_on
    from raw_surcharge as raw
)
select
    carrier_id,
    service_id,
    cause,
    amount_minor,
    currency,
    from_length_mm,
    postcode_prefix,
    value_share,
    from_value_minor,
    valid_from_on,
    valid_until_on,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when carrier_id is null then missing('carrier_id')
        when service_id is null then missing('service_id')
        when cause is null then missing('cause')
        when cause not in ('oversize', 'remote', 'residential', 'hazardous', 'peak', 'insurance') then
            not_one_of('cause', text.cause, 'oversize, remote, residential, hazardous, peak, insurance')
        when coalesce(text.amount_minor, text.amount) is null then missing('amount_minor')
        when amount_minor is null then no_number('amount_minor', coalesce(text.amount_minor, text.amount))
        when amount_minor < 0 then below('amount_minor', coalesce(text.amount_minor, text.amount), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when text.from_length_mm is not null and from_length_mm is null
            then no_whole('from_length_mm', text.from_length_mm)
        when from_length_mm < 1 then below('from_length_mm', text.from_length_mm, '1')
        when text.value_share is not null and value_share is null then no_number('value_share', text.value_share)
        when value_share < 0 then below('value_share', text.value_share, '0')
        when value_share > 1 then above('value_share', text.value_share, '1')
        when coalesce(text.from_value_minor, text.from_value) is not null and from_value_minor is null
            then no_number('from_value_minor', coalesce(text.from_value_minor, text.from_value))
        when from_value_minor < 0 then below('from_value_minor', coalesce(text.from_value_minor, text.from_value), '0')
        when text.valid_from_on is null then missing('valid_from_on')
        when valid_from_on is null then no_day('valid_from_on', text.valid_from_on)
        when text.valid_until_on is not null and valid_until_on is null
            then no_day('valid_until_on', text.valid_until_on)
    end as fault
from typed
