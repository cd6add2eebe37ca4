-- Grain: one row per customer with a return: orders, units bought and units sent back, before $as_of_on.
-- Needs the temporary tables kept_sale, order_line_now, return_line_now, sale_cancellation.
with bought as (
    select line.customer_id, count(distinct line.order_id) as orders, sum(line.ordered_units) as bought_units
    from order_line_now as line
    where line.customer_id is not null and line.line_kind = 'sale' and line.order_state <> 'cancelled'
    group by all
),
sent_back as (
    select order_id, sum(coalesce(received_units, returned_units)) as units
    from return_line_now
    where received_on < $as_of_on
    group by all
    union all
    select sale_order_id, sum(cancelled_units)
    from sale_cancellation
    where not undoes_demand
    group by all
),
customer as (
    select order_id, any_value(customer_id order by order_line_id) as customer_id
    from order_line_now
    where line_kind = 'sale' and customer_id is not null
    group by order_id
)

select customer_id, bought.orders,
    cast(bought.bought_units as double) as bought_units,
    cast(sum(sent_back.units) as double) as returned_units
from sent_back
join customer using (order_id)
join bought using (customer_id)
group by all
order by customer_id
