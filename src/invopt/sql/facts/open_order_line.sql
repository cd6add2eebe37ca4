-- Grain: one row per sale line, or component of a kit, that still had to be served at $as_of_at.
-- Needs the temporary tables order_line_now, sale_line, sale_cancellation.
select
    line.order_id,
    line.order_line_id || if(served.sold_sku_id = served.sku_id, '', '#' || served.sku_id) as order_line_id,
    served.sku_id,
    line.ordered_at,
    served.ordered_units,
    if(served.sold_sku_id = served.sku_id, line.unit_price_minor,
        cast(round(served.amount_minor / served.ordered_units) as bigint)) as unit_price_minor,
    served.amount_minor,
    line.currency,
    line.payment_state,
    line.promised_on,
    line.channel,
    served.location_id,
    line.customer_id,
    line.ship_to_name,
    line.ship_to_street,
    line.ship_to_city,
    line.ship_to_postcode,
    line.ship_to_country
from sale_line as served
join order_line_now as line using (order_id, order_line_id)
where (line.order_state = 'open'
        or (line.order_state = 'shipped' and line.shipped_at >= $as_of_at)
        or (line.order_state = 'cancelled' and line.cancelled_at >= $as_of_at))
    and (line.order_id, line.order_line_id) not in (
        select (sale_order_id, sale_order_line_id) from sale_cancellation
    )
order by 1, 2
