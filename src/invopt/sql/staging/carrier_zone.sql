-- carrier_zone as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_carrier_zone.
with typed as (
    select
        raw as text,
        raw.carrier_id as carrier_id,
        case when length(raw.from_country) = 2 then upper(raw.from_country) else raw.from_country end as from_country,
        case when length(raw.to_country) = 2 then upper(raw.to_country) else raw.to_country end as to_country,
        coalesce(raw.postcode_prefix, '') as postcode_prefix,
        raw.zone as zone
    from raw_carrier_zone as raw
)
select
    carrier_id,
    from_country,
    to_country,
    postcode_prefix,
    zone,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when carrier_id is null then missing('carrier_id')
        when from_country is null then missing('from_country')
        when to_country is null then missing('to_country')
        when zone is null then missing('zone')
    end as fault
from typed
