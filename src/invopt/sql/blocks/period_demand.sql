-- Grain: one row per planned SKU-location of the chunk (every $stride-th) and period with demand, a stockout or a
-- promotion, of its own or of the SKU whose history it takes. Days after the last full period are left out.
-- A successor inherits its predecessor's history, and that of the predecessors before; a look-alike's is only lent,
-- so it stands apart.
with recursive heir as (
    select sku_id, predecessor_sku_id, relation = 'lookalike' as is_lent
    from succession
    where sku_id between $first and $last and sku_id <> predecessor_sku_id
    union
    select heir.sku_id, succession.predecessor_sku_id, heir.is_lent
    from heir
    join succession on succession.sku_id = heir.predecessor_sku_id and succession.relation = 'successor'
    where succession.predecessor_sku_id <> heir.sku_id
),
inherited as (
    select demand.*, demand.sku_id as history_sku_id, false as is_lent
    from demand
    where demand.sku_id between $first and $last
    union all
    select demand.* replace (heir.sku_id as sku_id), demand.sku_id as history_sku_id, heir.is_lent
    from demand
    join heir on heir.predecessor_sku_id = demand.sku_id
)

select
    known.position,
    cast((inherited.demand_on - cast($first_on as date)) // $period_days as bigint) as period,
    cast(coalesce(sum(inherited.ordered_units - inherited.cancelled_units) filter (not is_lent), 0) as double) as units,
    cast(coalesce(sum(inherited.ordered_units - inherited.cancelled_units) filter (is_lent), 0) as double)
        as lent_units,
    cast(coalesce(sum(inherited.order_lines) filter (not is_lent), 0) as double) as order_lines,
    cast(coalesce(sum(inherited.order_lines) filter (is_lent), 0) as double) as lent_order_lines,
    coalesce(bool_or(inherited.sku_id <> inherited.history_sku_id and not is_lent and inherited.ordered_units > 0), false)
        as is_inherited,
    coalesce(bool_or(inherited.sku_id = inherited.history_sku_id and inherited.ordered_units > 0), false) as is_own,
    -- A successor's own stock says nothing of its predecessor's days.
    cast(sum(if(inherited.sku_id = inherited.history_sku_id, inherited.out_of_stock_share, 0)) as double)
        / $period_days as out_of_stock_share,
    cast(sum(if(is_lent, inherited.out_of_stock_share, 0)) as double) / $period_days as lent_out_of_stock_share,
    coalesce(bool_or(inherited.is_censored and inherited.sku_id = inherited.history_sku_id), false) as is_censored
from inherited
join sku_location as known using (sku_id, location_id)
where known.is_planned
    and known.position % $stride = 0
    and inherited.demand_on >= cast($first_on as date)
    and inherited.demand_on < cast($stop_on as date)
group by known.position, period
order by known.position, period
