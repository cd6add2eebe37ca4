-- Grain: one row per line of an order that has a return or is still open: what refunds and checks look at.
select line.*
from order_line_now as line
where line.order_id in (select order_id from return_line_now)
    or line.order_state = 'open'
order by line.order_id, line.order_line_id
