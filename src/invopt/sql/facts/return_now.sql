-- Grain: one row per return that arrived before $as_of_at: from return lines, and from order lines that
-- are cancellations too late to undo the demand. Returns are supply, never negative demand.
select sku_id, coalesce(location_id, $home_location) as location_id, received_on as returned_on,
    coalesce(received_units, returned_units) as returned_units, order_id
from return_line_now
where received_on is not null and received_on < $as_of_on
union all
select line.sku_id, coalesce(line.location_id, $home_location),
    cast(timezone($time_zone, timezone('UTC', line.ordered_at)) as date),
    -line.ordered_units - coalesce(undone.units, 0), line.order_id
from order_line_now as line
left join (
    select order_id, order_line_id, sum(cancelled_units) as units
    from sale_cancellation
    where undoes_demand
    group by all
) as undone using (order_id, order_line_id)
where line.line_kind in ('cancellation', 'return') and -line.ordered_units > coalesce(undone.units, 0)
