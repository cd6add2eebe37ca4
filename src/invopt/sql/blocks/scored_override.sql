-- Grain: one row per override, SKU, location and period that has passed, with what was ordered then.
-- Periods of which a stockout hid a part are left out: what came is not what was wanted.
select
    made.override_id,
    made.sku_id,
    made.location_id,
    made.period_start,
    made.category_id,
    made.decided_by,
    made.naive_units,
    made.baseline_units,
    made.overridden_units,
    cast(coalesce(sum(demand.ordered_units - demand.cancelled_units), 0) as double) as actual_units
from override_forecast as made
left join demand
    on demand.sku_id = made.sku_id
    and demand.location_id = made.location_id
    and demand.demand_on >= cast(made.period_start as date)
    and demand.demand_on < cast(made.period_start as date) + cast(made.period_days as integer)
where cast(made.period_start as date) + cast(made.period_days as integer) <= cast($stop_on as date)
group by all
having not coalesce(bool_or(demand.is_censored), false)
order by made.override_id, made.sku_id, made.location_id, made.period_start
