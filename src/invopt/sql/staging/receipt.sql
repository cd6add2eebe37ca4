-- receipt as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_receipt.
with typed as (
    select
        raw as text,
        raw.receipt_id as receipt_id,
        raw.purchase_order_id as purchase_order_id,
        raw.purchase_order_line_id as purchase_order_line_id,
        units_of(raw.received_units, $decimal_mark) as received_units,
        day_of(raw.received_on, $time_zone, $date_format) as received_on
    from raw_receipt as raw
)
select
    receipt_id,
    purchase_order_id,
    purchase_order_line_id,
    received_units,
    received_on,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when receipt_id is null then missing('receipt_id')
        when purchase_order_id is null then missing('purchase_order_id')
        when purchase_order_line_id is null then missing('purchase_order_line_id')
        when text.received_units is null then missing('received_units')
        when received_units is null then no_number('received_units', text.received_units)
        when received_units < 0 then below('received_units', text.received_units, '0')
        when abs(received_units) > $maximum_units
            then above('received_units', text.received_units, 'what ingest.maximum_units allows')
        when text.received_on is null then missing('received_on')
        when received_on is null then no_day('received_on', text.received_on)
        when received_on > $today then in_future('received_on', text.received_on)
        when received_on < date '1970-01-01' then too_early('received_on', text.received_on)
    end as fault
from typed
