-- Grain: one row per cancellation line that undoes a sale line of the same customer, SKU and quantity.
-- Exports that write a cancellation as a line of its own do not name the sale: the last one before it is taken.
-- Within $cancellation_hours it undoes the demand; later it is a return.
select
    cancellation.order_id,
    cancellation.order_line_id,
    sale.order_id as sale_order_id,
    sale.order_line_id as sale_order_line_id,
    cancellation.ordered_at as cancelled_at,
    -cancellation.ordered_units as cancelled_units,
    cancellation.ordered_at <= sale.ordered_at + to_hours($cancellation_hours) as undoes_demand
from order_line_now as cancellation
asof join (
    select * from order_line_now where line_kind = 'sale' and customer_id is not null
) as sale
    on sale.customer_id = cancellation.customer_id
    and sale.sku_id = cancellation.sku_id
    and sale.ordered_units = -cancellation.ordered_units
    and sale.ordered_at <= cancellation.ordered_at
where cancellation.line_kind in ('cancellation', 'return')
qualify row_number() over (
    partition by sale.order_id, sale.order_line_id order by cancellation.ordered_at, cancellation.order_line_id
) = 1
