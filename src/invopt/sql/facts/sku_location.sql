-- Grain: one row per SKU and location with any order that stood, stock or purchase order before the day.
-- Costs, prices and names as they are known; what is missing is decided afterwards, not here.
with sold as (
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
keys as (
    select sku_id, location_id from sold
    union select sku_id, location_id from stock_snapshot_now
    union select sku_id, location_id from stock_movement_now
    union select sku_id, location_id from purchase_order_line_now
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
    product.currency
from keys
left join sold using (sku_id, location_id)
left join product_now as product using (sku_id)
left join term using (sku_id)
left join label using (sku_id)
order by sku_id, location_id
