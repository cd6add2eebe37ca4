-- service_region as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_service_region.
with typed as (
    select
        raw as text,
        case when length(raw.country) = 2 then upper(raw.country) else raw.country end as country,
        coalesce(raw.postcode_prefix, '') as postcode_prefix,
        raw.location_id as location_id
    from raw_service_region as raw
)
select
    country,
    postcode_prefix,
    location_id,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when country is null then missing('country')
        when location_id is null then missing('location_id')
    end as fault
from typed
