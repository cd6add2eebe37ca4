-- tracking_event as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_tracking_event.
with typed as (
    select
        raw as text,
        raw.tracking_number as tracking_number,
        raw.carrier_id as carrier_id,
        raw.service_id as service_id,
        raw.order_id as order_id,
        raw.event_code as event_code,
        moment_of(raw.happened_at, $time_zone, $timestamp_format) as happened_at,
        raw.from_location_id as from_location_id,
        case when length(raw.to_country) = 2 then upper(raw.to_country) else raw.to_country end as to_country,
        raw.to_postcode as to_postcode,
        day_of(raw.promised_on, $time_zone, $date_format) as promised_on
    from raw_tracking_event as raw
)
select
    tracking_number,
    carrier_id,
    service_id,
    order_id,
    event_code,
    happened_at,
    from_location_id,
    to_country,
    to_postcode,
    promised_on,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when tracking_number is null then missing('tracking_number')
        when carrier_id is null then missing('carrier_id')
        when event_code is null then missing('event_code')
        when text.happened_at is null then missing('happened_at')
        when happened_at is null then no_moment('happened_at', text.happened_at)
        when happened_at > $now then in_future('happened_at', text.happened_at)
        when happened_at < date '1970-01-01' then too_early('happened_at', text.happened_at)
        when text.promised_on is not null and promised_on is null then no_day('promised_on', text.promised_on)
    end as fault
from typed
