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
        raw.exchange_sku_id as exchange_sku_id,
        day_of(raw.labelled_on, $time_zone, $date_format) as labelled_on,
        day_of(raw.scanned_on, $time_zone, $date_format) as scanned_on,
        day_of(raw.graded_on, $time_zone, $date_format) as graded_on,
        day_of(raw.refunded_on, $time_zone, $date_format) as refunded_on,
        raw.received_sku_id as received_sku_id,
        raw.photo_reference as photo_reference,
        raw.customer_id as customer_id,
        upper(raw.currency) as currency
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
    labelled_on,
    scanned_on,
    graded_on,
    refunded_on,
    received_sku_id,
    photo_reference,
    customer_id,
    currency,
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
        when text.labelled_on is not null and labelled_on is null then no_day('labelled_on', text.labelled_on)
        when labelled_on > $today then in_future('labelled_on', text.labelled_on)
        when labelled_on < date '1970-01-01' then too_early('labelled_on', text.labelled_on)
        when text.scanned_on is not null and scanned_on is null then no_day('scanned_on', text.scanned_on)
        when scanned_on > $today then in_future('scanned_on', text.scanned_on)
        when scanned_on < date '1970-01-01' then too_early('scanned_on', text.scanned_on)
        when text.graded_on is not null and graded_on is null then no_day('graded_on', text.graded_on)
        when graded_on > $today then in_future('graded_on', text.graded_on)
        when graded_on < date '1970-01-01' then too_early('graded_on', text.graded_on)
        when text.refunded_on is not null and refunded_on is null then no_day('refunded_on', text.refunded_on)
        when refunded_on > $today then in_future('refunded_on', text.refunded_on)
        when refunded_on < date '1970-01-01' then too_early('refunded_on', text.refunded_on)
        when currency is not null and not is_currency(currency) then no_currency('currency', text.currency)
    end as fault
from typed
