-- Grain: one row per SKU and location with any order that stood, stock or purchase order before the day, or of which
-- somebody says what it is like: its predecessor or look-alike sold there, or a planner expects units (launch_now).
-- Costs, prices and names as they are known; what is missing is decided afterwards, not here.
with recursive sold as (
    select sku_id, location_id,
        min(demand_on) as first_demand_on,
        max(demand_on) as last_demand_on,
        count(distinct demand_on) as demand_days,
        sum(ordered_units) as total_units,
        sum(if(demand_on >= $as_of_on - 365, ordered_units, 0)) as last_year_units,
        sum(if(demand_on >= $as_of_on - 365, amount_minor, 0)) as last_year_revenue_minor,
        sum(amount_minor) as total_revenue_minor
    from sale_line
    where demand_on < $as_of_on
        and (order_state <> 'cancelled' or coalesce(cancelled_at, ordered_at) >= $as_of_at)
        and (order_id, order_line_id) not in (
            select (order_id, order_line_id) from kept_sale where cancelled_units = ordered_units
        )
    group by all
),
-- A SKU that takes after others is sold where they were; a successor's predecessors may have had their own.
forebear as (
    select sku_id, predecessor_sku_id
    from succession_now
    where sku_id <> predecessor_sku_id
    union
    select forebear.sku_id, older.predecessor_sku_id
    from forebear
    join succession_now as older on older.sku_id = forebear.predecessor_sku_id and older.relation = 'successor'
    where older.predecessor_sku_id <> forebear.sku_id
),
taken_after as (
    select distinct forebear.sku_id, sold.location_id
    from forebear
    join sold on sold.sku_id = forebear.predecessor_sku_id
    join product_now as product on product.sku_id = forebear.sku_id
    where sold.last_demand_on >= $as_of_on - $dormant_after_days
),
keys as (
    select sku_id, location_id from sold
    union select sku_id, location_id from stock_snapshot_now
    union select sku_id, location_id from stock_movement_now
    union select sku_id, location_id from purchase_order_line_now
    union select sku_id, location_id from launch_now
    union select sku_id, location_id from taken_after
),
term as (
    select sku_id, arg_min(unit_cost_minor, (not coalesce(is_preferred, false), from_units, supplier_id))
        as unit_cost_minor
    from supplier_term_now
    where coalesce(valid_from_on, $as_of_on) <= $as_of_on and coalesce(valid_until_on, $as_of_on) >= $as_of_on
    group by sku_id
),
label as (
    select sku_id, arg_max(description, ordered_at) as description
    from order_line_now
    where description is not null
    group by sku_id
)

select
    keys.sku_id,
    keys.location_id,
    row_number() over (order by keys.sku_id, keys.location_id) - 1 as position,
    product.category_id,
    coalesce(product.product_name, label.description) as product_name,
    product.lifecycle,
    sold.first_demand_on,
    sold.last_demand_on,
    coalesce(sold.demand_days, 0) as demand_days,
    cast(coalesce(sold.total_units, 0) as decimal(18, 3)) as total_units,
    cast(coalesce(sold.last_year_units, 0) as decimal(18, 3)) as last_year_units,
    cast(coalesce(sold.last_year_revenue_minor, 0) as bigint) as last_year_revenue_minor,
    cast(coalesce(sold.total_revenue_minor, 0) as bigint) as total_revenue_minor,
    coalesce(product.unit_cost_minor, term.unit_cost_minor) as unit_cost_minor,
    product.unit_price_minor,
    product.currency,
    taken_after.sku_id is not null or launch_now.sku_id is not null as is_expected
from keys
left join sold using (sku_id, location_id)
left join product_now as product using (sku_id)
left join term using (sku_id)
left join label using (sku_id)
left join taken_after using (sku_id, location_id)
left join launch_now using (sku_id, location_id)
order by sku_id, location_id
