-- Grain: one row per credit and sale line of which it undoes units; exports that write a cancellation as a line of
-- its own do not name the sale. Within $cancellation_hours it undoes the demand; later it is a return.
-- Needs the temporary table credit_match.
select
    credit_order_id as order_id,
    credit_order_line_id as order_line_id,
    order_id as sale_order_id,
    order_line_id as sale_order_line_id,
    credited_at as cancelled_at,
    units as cancelled_units,
    credited_at <= ordered_at + to_hours($cancellation_hours) as undoes_demand
from credit_match
