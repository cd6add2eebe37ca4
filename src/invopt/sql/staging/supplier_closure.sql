-- supplier_closure as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_supplier_closure.
with typed as (
    select
        raw as text,
        raw.supplier_id as supplier_id,
        day_of(raw.starts_on, $time_zone, $date_format) as starts_on,
        day_of(raw.ends_on, $time_zone, $date_format) as ends_on,
        raw.reason as reason
    from raw_supplier_closure as raw
)
select
    supplier_id,
    starts_on,
    ends_on,
    reason,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when supplier_id is null then missing('supplier_id')
        when text.starts_on is null then missing('starts_on')
        when starts_on is null then no_day('starts_on', text.starts_on)
        when text.ends_on is null then missing('ends_on')
        when ends_on is null then no_day('ends_on', text.ends_on)
    end as fault
from typed
