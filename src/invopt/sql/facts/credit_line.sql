-- Grain: one row per order line of a customer and SKU that was credited at some time: the sales and the credits,
-- from which `match_credits` tells what undid what. Lines cancelled by their state are undone already.
select *
from order_line_now
where (customer_id, sku_id) in (
        select (customer_id, sku_id)
        from order_line_now
        where line_kind in ('cancellation', 'return') and ordered_units < 0 and customer_id is not null
    )
    and order_state <> 'cancelled'
order by order_id, order_line_id
