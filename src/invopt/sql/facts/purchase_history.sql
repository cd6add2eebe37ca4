-- Grain: one row per purchase order line sent before $as_of_on, with its first receipt before then, if any.
select
    line.purchase_order_id,
    line.purchase_order_line_id,
    line.supplier_id,
    line.sku_id,
    line.location_id,
    line.ordered_on,
    min(receipt.received_on) as received_on,
    line.ordered_units,
    cast(coalesce(sum(receipt.received_units), 0) as decimal(18, 3)) as received_units,
    (line.cancelled_on is not null and line.cancelled_on < $as_of_on) as is_cancelled
from purchase_order_line_now as line
left join receipt_now as receipt
    on receipt.purchase_order_id = line.purchase_order_id
    and receipt.purchase_order_line_id = line.purchase_order_line_id
    and receipt.received_on < $as_of_on
where line.ordered_on < $as_of_on
group by all
order by line.purchase_order_id, line.purchase_order_line_id
