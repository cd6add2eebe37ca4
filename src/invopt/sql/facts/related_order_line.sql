-- Grain: one row per line of an order that has a return, is still open, or whose parcel is not known to have
-- arrived: what refunds, checks and messages look at.
select line.*
from order_line_now as line
where line.order_id in (select order_id from return_line_now)
    or line.order_state = 'open'
    or line.order_id in (
        select order_id
        from tracking_event_now
        where order_id is not null
        group by order_id, tracking_number
        having count(*) filter (where lower(event_code) = 'delivered') = 0
            or count(*) filter (where event_code ilike '%damage%' or event_code ilike '%return%') > 0
    )
order by line.order_id, line.order_line_id
