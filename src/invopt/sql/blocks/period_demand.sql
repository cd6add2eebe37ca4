-- Grain: one row per planned SKU-location of the chunk and period with demand, a stockout or a promotion.
-- A successor inherits its predecessor's history. Days after the last full period are left out.
with inherited as (
    select demand.*, demand.sku_id as history_sku_id
    from demand
    where demand.sku_id between $first and $last
    union all
    select demand.* replace (succession.sku_id as sku_id), demand.sku_id as history_sku_id
    from demand
    join succession
        on succession.predecessor_sku_id = demand.sku_id and succession.relation = 'successor'
    where succession.sku_id between $first and $last
)

select
    known.position,
    cast((inherited.demand_on - cast($first_on as date)) // $period_days as bigint) as period,
    cast(sum(inherited.ordered_units - inherited.cancelled_units) as double) as units,
    cast(sum(inherited.order_lines) as double) as order_lines,
    -- A successor's own stock says nothing of its predecessor's days.
    cast(sum(if(inherited.sku_id = inherited.history_sku_id, inherited.out_of_stock_share, 0)) as double)
        / $period_days as out_of_stock_share,
    coalesce(bool_or(inherited.is_censored and inherited.sku_id = inherited.history_sku_id), false) as is_censored,
    coalesce(sum(if(inherited.is_promoted, 1.0, 0.0)), 0.0) / $period_days as promoted_share
from inherited
join sku_location as known using (sku_id, location_id)
where known.is_planned
    and inherited.demand_on >= cast($first_on as date)
    and inherited.demand_on < cast($stop_on as date)
group by known.position, period
order by known.position, period
