-- Grain: one row per sale line and component, with the units that stood: neither cancelled nor credited at once.
-- A cancellation counts from the moment it was recorded, never before. `clock_on` is the day from which a return is
-- counted: the delivery where any delivery is tracked (assumed from dispatch or order where this one is not),
-- else the day of the sale; missing where the goods have not been sent.
-- Needs the temporary tables sale_line, sale_cancellation, order_line_now, tracking_event_now, return_line_now.
with arrived as (
    select order_id, cast(timezone($time_zone, timezone('UTC', max(happened_at))) as date) as delivered_on
    from tracking_event_now
    where order_id is not null and list_contains($delivered_codes, event_code) and happened_at < $as_of_at
    group by order_id
),
undone as (
    select sale_order_id, sale_order_line_id, sum(cancelled_units) as units
    from sale_cancellation
    where undoes_demand
    group by all
),
taken_back as (
    select line.order_id, line.order_line_id, sum(line.returned_units) as units
    from return_line_now as line
    join order_line_now as sale using (order_id, order_line_id)
    where line.received_on < $as_of_on
        and line.requested_on - cast(timezone($time_zone, timezone('UTC', sale.ordered_at)) as date)
            <= $cancellation_days
    group by all
),
measured as (
    select
        sale.*,
        coalesce(line.channel, '') as channel,
        line.shipped_at,
        sale.order_state = 'cancelled' and coalesce(sale.cancelled_at, sale.ordered_at) < $as_of_at as is_cancelled,
        least(coalesce(undone.units, 0), sale.sold_units) as undone_units,
        least(coalesce(undone.units, 0) + coalesce(taken_back.units, 0), sale.sold_units) as gone_units,
        arrived.delivered_on
    from sale_line as sale
    join order_line_now as line using (order_id, order_line_id)
    left join undone
        on undone.sale_order_id = sale.order_id and undone.sale_order_line_id = sale.order_line_id
    left join taken_back
        on taken_back.order_id = sale.order_id and taken_back.order_line_id = sale.order_line_id
    left join arrived on arrived.order_id = sale.order_id
    where sale.demand_on < $as_of_on
)

select
    order_id, order_line_id, sku_id, sold_sku_id, location_id, channel, demand_on, ordered_at, order_state,
    ordered_units, sold_units, amount_minor,
    -- Of a kit's components as many are undone as of the kit.
    cast(case
        when is_cancelled then ordered_units
        else round(ordered_units * undone_units / sold_units, 3)
    end as decimal(18, 3)) as cancelled_units,
    cast(case
        when is_cancelled then 0
        else ordered_units - round(ordered_units * gone_units / sold_units, 3)
    end as decimal(18, 3)) as kept_units,
    case
        when not exists (from arrived) then demand_on
        when delivered_on is not null then delivered_on
        when shipped_at is not null
            then cast(timezone($time_zone, timezone('UTC', shipped_at)) as date) + $transit_days
        when order_state = 'open' then null
        else demand_on + $dispatch_days + $transit_days
    end as clock_on
from measured
