-- purchase_order_line as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_purchase_order_line.
with typed as (
    select
        raw as text,
        raw.purchase_order_id as purchase_order_id,
        raw.purchase_order_line_id as purchase_order_line_id,
        raw.supplier_id as supplier_id,
        raw.sku_id as sku_id,
        coalesce(raw.location_id, $home_location) as location_id,
        units_of(raw.ordered_units, $decimal_mark) as ordered_units,
        minor_of(raw.unit_cost_minor, raw.unit_cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as unit_cost_minor,
        coalesce(upper(raw.currency), $currency) as currency,
        day_of(raw.ordered_on, $time_zone, $date_format) as ordered_on,
        day_of(raw.confirmed_on, $time_zone, $date_format) as confirmed_on,
        day_of(raw.cancelled_on, $time_zone, $date_format) as cancelled_on
    from raw_purchase_order_line as raw
)
select
    purchase_order_id,
    purchase_order_line_id,
    supplier_id,
    sku_id,
    location_id,
    ordered_units,
    unit_cost_minor,
    currency,
    ordered_on,
    confirmed_on,
    cancelled_on,
    nullif(concat_ws(',', assumed('currency', text.currency), assumed('location_id', text.location_id)), '')
        as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when purchase_order_id is null then missing('purchase_order_id')
        when purchase_order_line_id is null then missing('purchase_order_line_id')
        when supplier_id is null then missing('supplier_id')
        when sku_id is null then missing('sku_id')
        when text.ordered_units is null then missing('ordered_units')
        when ordered_units is null then no_number('ordered_units', text.ordered_units)
        when ordered_units < 0 then below('ordered_units', text.ordered_units, '0')
        when abs(ordered_units) > $maximum_units
            then above('ordered_units', text.ordered_units, 'what ingest.maximum_units allows')
        when coalesce(text.unit_cost_minor, text.unit_cost) is not null and unit_cost_minor is null
            then no_number('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost))
        when unit_cost_minor < 0
            then below('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when text.ordered_on is null then missing('ordered_on')
        when ordered_on is null then no_day('ordered_on', text.ordered_on)
        when ordered_on > $today then in_future('ordered_on', text.ordered_on)
        when ordered_on < date '1970-01-01' then too_early('ordered_on', text.ordered_on)
        when text.confirmed_on is not null and confirmed_on is null
            then no_day('confirmed_on', text.confirmed_on)
        when text.cancelled_on is not null and cancelled_on is null
            then no_day('cancelled_on', text.cancelled_on)
        when cancelled_on > $today then in_future('cancelled_on', text.cancelled_on)
        when cancelled_on < date '1970-01-01' then too_early('cancelled_on', text.cancelled_on)
    end as fault
from typed
