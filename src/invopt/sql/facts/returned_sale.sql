-- Grain: one row per SKU, location, sale day and lag in days: units of those sales that came back before $as_of_on.
-- From return lines, and from cancellation lines too late to undo the demand.
with came_back as (
    select sale.sku_id, sale.location_id, sale.demand_on, line.received_on,
        coalesce(line.received_units, line.returned_units) as units
    from return_line_now as line
    join sale_line as sale
        on sale.order_id = line.order_id
        and sale.sold_sku_id = line.sku_id
        and (line.order_line_id is null or line.order_line_id = sale.order_line_id)
    where line.received_on < $as_of_on
    qualify row_number() over (
        partition by line.return_id, line.return_line_id, sale.sku_id order by sale.order_line_id
    ) = 1
    union all
    select sale.sku_id, sale.location_id, sale.demand_on,
        cast(timezone($time_zone, timezone('UTC', undone.cancelled_at)) as date),
        undone.cancelled_units
    from sale_cancellation as undone
    join sale_line as sale
        on sale.order_id = undone.sale_order_id and sale.order_line_id = undone.sale_order_line_id
    where not undone.undoes_demand
)

select sku_id, location_id,
    if(demand_on < $as_of_on - $longest_days, cast(date_trunc('month', demand_on) as date), demand_on) as clock_on,
    cast(greatest(received_on - demand_on, 0) as bigint) as lag_days,
    cast(sum(units) as double) as units,
    cast(sum(units * units) as double) as squared_units
from came_back
group by all
order by all
