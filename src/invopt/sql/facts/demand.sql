-- Grain: one row per SKU, location and day with an order, a return or a stockout, before $as_of_on.
-- Sums are over exact decimals and integers, so that they do not depend on the order of adding.
-- Needs the temporary tables kept_sale, stockout, promotion_day, return_now.
with ordered as (
    select sku_id, location_id, demand_on,
        sum(ordered_units) as ordered_units,
        sum(cancelled_units) as cancelled_units,
        sum(amount_minor) as revenue_minor,
        count(*) as order_lines
    from kept_sale
    group by all
),
returned as (
    select sku_id, location_id, returned_on as demand_on, sum(returned_units) as returned_units
    from return_now
    where returned_on < $as_of_on
    group by all
),
stocked_out as (
    select sku_id, location_id, stocked_out_on as demand_on, out_of_stock_share
    from stockout
    where stocked_out_on < $as_of_on
),
days as (
    select sku_id, location_id, demand_on from ordered
    union select sku_id, location_id, demand_on from returned
    union select sku_id, location_id, demand_on from stocked_out
)

select
    days.sku_id,
    days.location_id,
    days.demand_on,
    cast(coalesce(ordered.ordered_units, 0) as decimal(18, 3)) as ordered_units,
    cast(coalesce(ordered.cancelled_units, 0) as decimal(18, 3)) as cancelled_units,
    cast(coalesce(returned.returned_units, 0) as decimal(18, 3)) as returned_units,
    cast(coalesce(ordered.revenue_minor, 0) as bigint) as revenue_minor,
    coalesce(ordered.order_lines, 0) as order_lines,
    stocked_out.out_of_stock_share,
    -- Unknown where there is no stock record at all; never guessed.
    if($has_stock, stocked_out.sku_id is not null, null) as is_censored,
    promotion_day.sku_id is not null as is_promoted
from days
left join ordered using (sku_id, location_id, demand_on)
left join returned using (sku_id, location_id, demand_on)
left join stocked_out using (sku_id, location_id, demand_on)
left join promotion_day using (sku_id, demand_on)
order by sku_id, location_id, demand_on
