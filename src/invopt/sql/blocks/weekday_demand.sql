-- Grain: one row per category and weekday (0 Monday), with its order lines between two days, stockouts apart.
select known.category_id,
    cast(isodow(demand.demand_on) - 1 as bigint) as weekday,
    cast(sum(demand.order_lines) as bigint) as order_lines
from demand
join sku_location as known using (sku_id, location_id)
where demand.demand_on >= cast($first_on as date)
    and demand.demand_on < cast($stop_on as date)
    and not coalesce(demand.is_censored, false)
group by all
order by all
