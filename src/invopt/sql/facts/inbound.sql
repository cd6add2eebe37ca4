-- Grain: one row per purchase order line of which units are still expected at $as_of_on.
with received as (
    select purchase_order_id, purchase_order_line_id, sum(received_units) as received_units
    from receipt_now
    where received_on < $as_of_on
    group by all
)

select
    line.purchase_order_id,
    line.purchase_order_line_id,
    line.supplier_id,
    line.sku_id,
    line.location_id,
    cast(line.ordered_units - coalesce(received.received_units, 0) as decimal(18, 3)) as open_units,
    line.ordered_on,
    line.confirmed_on,
    cast($as_of_on - line.ordered_on as double) as age_days
from purchase_order_line_now as line
left join received using (purchase_order_id, purchase_order_line_id)
where line.ordered_on < $as_of_on
    and (line.cancelled_on is null or line.cancelled_on >= $as_of_on)
    and line.ordered_units > coalesce(received.received_units, 0)
order by line.purchase_order_id, line.purchase_order_line_id
