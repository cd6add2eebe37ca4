-- return_line as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_return_line.
with typed as (
    select
        raw as text,
        raw.return_id as return_id,
        raw.return_line_id as return_line_id,
        raw.order_id as order_id,
        raw.order_line_id as order_line_id,
        raw.sku_id as sku_id,
        units_of(raw.returned_units, $decimal_mark) as returned_units,
        day_of(raw.requested_on, $time_zone, $date_format) as requested_on,
        day_of(raw.received_on, $time_zone, $date_format) as received_on,
        units_of(raw.received_units, $decimal_mark) as received_units,
        raw.location_id as location_id,
        lower(raw.return_reason) as return_reason,
        lower(raw.grade) as grade,
        lower(raw.wish) as wish,
        raw.exchange_sku_id as exchange_sku_id
    from raw_return_line as raw
)
select
    return_id,
    return_line_id,
    order_id,
    order_line_id,
    sku_id,
    returned_units,
    requested_on,
    received_on,
    received_units,
    location_id,
    return_reason,
    grade,
    wish,
    exchange_sku_id,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when return_id is null then missing('return_id')
        when return_line_id is null then missing('return_line_id')
        when order_id is null then missing('order_id')
        when sku_id is null then missing('sku_id')
        when text.returned_units is null then missing('returned_units')
        when returned_units is null then no_number('returned_units', text.returned_units)
        when returned_units < 0 then below('returned_units', text.returned_units, '0')
        when abs(returned_units) > $maximum_units
            then above('returned_units', text.returned_units, 'what ingest.maximum_units allows')
        when text.requested_on is null then missing('requested_on')
        when requested_on is null then no_day('requested_on', text.requested_on)
        when requested_on > $today then in_future('requested_on', text.requested_on)
        when requested_on < date '1970-01-01' then too_early('requested_on', text.requested_on)
        when text.received_on is not null and received_on is null then no_day('received_on', text.received_on)
        when received_on > $today then in_future('received_on', text.received_on)
        when received_on < date '1970-01-01' then too_early('received_on', text.received_on)
        when text.received_units is not null and received_units is null
            then no_number('received_units', text.received_units)
        when received_units < 0 then below('received_units', text.received_units, '0')
        when abs(received_units) > $maximum_units
            then above('received_units', text.received_units, 'what ingest.maximum_units allows')
        when return_reason not in ('changed_mind', 'size_or_fit', 'not_as_described', 'defective', 'damaged_in_transit', 'wrong_item', 'late', 'unknown') then
            not_one_of('return_reason', text.return_reason, 'changed_mind, size_or_fit, not_as_described, defective, damaged_in_transit, wrong_item, late, unknown')
        when grade not in ('as_new', 'opened', 'worn', 'damaged', 'defective') then
            not_one_of('grade', text.grade, 'as_new, opened, worn, damaged, defective')
        when wish not in ('refund', 'exchange', 'store_credit') then
            not_one_of('wish', text.wish, 'refund, exchange, store_credit')
    end as fault
from typed
