-- Grain: one row per reference, SKU and location with units reserved at $as_of_at, with what its order line is now.
-- A reference of an order is order|line (of a kit's component order|line#sku); others have no order.
-- Needs the temporary tables stock_movement_now, order_line_now.
with reserved as (
    select coalesce(reference, '') as reference, sku_id, location_id,
        sum(if(movement_kind = 'reservation', abs(moved_units), -abs(moved_units))) as reserved_units
    from stock_movement_now
    where movement_kind in ('reservation', 'release') and moved_at < $as_of_at
    group by all
    having sum(if(movement_kind = 'reservation', abs(moved_units), -abs(moved_units))) > 0
)

select
    reserved.reference,
    line.order_id,
    if(line.order_id is null, null, substr(reserved.reference, length(line.order_id) + 2)) as order_line_id,
    reserved.sku_id,
    reserved.location_id,
    reserved.reserved_units,
    line.order_state
from reserved
left join order_line_now as line
    on line.order_id || '|' || line.order_line_id = if(
        ends_with(reserved.reference, '#' || reserved.sku_id),
        left(reserved.reference, length(reserved.reference) - length(reserved.sku_id) - 1),
        reserved.reference
    )
order by 1, 4, 5
