-- succession as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_succession.
with typed as (
    select
        raw as text,
        raw.sku_id as sku_id,
        raw.predecessor_sku_id as predecessor_sku_id,
        lower(raw.relation) as relation,
        day_of(raw.starts_on, $time_zone, $date_format) as starts_on
    from raw_succession as raw
)
select
    sku_id,
    predecessor_sku_id,
    relation,
    starts_on,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when sku_id is null then missing('sku_id')
        when predecessor_sku_id is null then missing('predecessor_sku_id')
        when relation is null then missing('relation')
        when relation not in ('successor', 'lookalike') then
            not_one_of('relation', text.relation, 'successor, lookalike')
        when text.starts_on is not null and starts_on is null then no_day('starts_on', text.starts_on)
    end as fault
from typed
