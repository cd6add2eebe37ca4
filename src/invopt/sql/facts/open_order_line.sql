-- Grain: one row per sale line, or component of a kit, that still had to be served at $as_of_at.
-- Lines of no units stand here only where their whole order has none: the check of the order then says so.
-- What a later credit of the customer took back is not to be served any more, and its value not owed.
-- Needs the temporary tables order_line_now, sale_line, sale_cancellation.
with credited as (
    select sale_order_id as order_id, sale_order_line_id as order_line_id, sum(cancelled_units) as units
    from sale_cancellation
    group by all
),
standing as (
    select sale.* exclude (ordered_units, amount_minor),
        if(credited.units is null, sale.ordered_units, cast(
            round(sale.ordered_units * (sale.sold_units - credited.units) / sale.sold_units, 3) as decimal(18, 3)
        )) as ordered_units,
        if(credited.units is null, sale.amount_minor, cast(
            round(sale.amount_minor * (sale.sold_units - credited.units) / sale.sold_units) as bigint
        )) as amount_minor
    from sale_line as sale
    left join credited using (order_id, order_line_id)
    where coalesce(credited.units, 0) < sale.sold_units
)

select
    line.order_id,
    line.order_line_id || if(served.sold_sku_id = served.sku_id, '', '#' || served.sku_id) as order_line_id,
    served.sku_id,
    line.ordered_at,
    served.ordered_units,
    if(served.sold_sku_id = served.sku_id, line.unit_price_minor,
        cast(round(served.amount_minor / served.ordered_units) as bigint)) as unit_price_minor,
    served.amount_minor,
    line.currency,
    line.payment_state,
    line.promised_on,
    line.channel,
    served.location_id,
    line.customer_id,
    line.ship_to_name,
    line.ship_to_street,
    line.ship_to_city,
    line.ship_to_postcode,
    line.ship_to_country
from standing as served
join order_line_now as line using (order_id, order_line_id)
where (line.order_state = 'open'
        or (line.order_state = 'shipped' and line.shipped_at >= $as_of_at)
        or (line.order_state = 'cancelled' and line.cancelled_at >= $as_of_at))
union all
select
    order_id, order_line_id, sku_id, ordered_at, ordered_units, unit_price_minor, amount_minor, currency,
    payment_state, promised_on, channel, coalesce(location_id, $home_location) as location_id, customer_id,
    ship_to_name, ship_to_street, ship_to_city, ship_to_postcode, ship_to_country
from order_line_now
where line_kind = 'sale' and order_state = 'open' and ordered_units = 0
    and order_id not in (
        select order_id from order_line_now where line_kind = 'sale' and ordered_units > 0
    )
order by 1, 2
