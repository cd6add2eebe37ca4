-- Grain: one row per SKU, location, channel, day from which returns are counted, reason and lag in days: units of those
-- sales that came back before $as_of_on. From return lines, and from credit lines too late to undo the demand.
-- Needs the temporary tables kept_sale, sale_cancellation, return_line_now.
with came_back as (
    select sale.sku_id, sale.location_id, sale.channel, sale.clock_on, line.received_on,
        coalesce(line.return_reason, 'unknown') as return_reason,
        -- Of a kit all components come back.
        cast(coalesce(line.received_units, line.returned_units) * sale.ordered_units / sale.sold_units as double)
            as units
    from return_line_now as line
    join kept_sale as sale
        on sale.order_id = line.order_id
        and sale.sold_sku_id = line.sku_id
        and (line.order_line_id is null or line.order_line_id = sale.order_line_id)
    where line.received_on < $as_of_on
        and line.requested_on - sale.demand_on > $cancellation_days
        and sale.clock_on is not null
    qualify row_number() over (
        partition by line.return_id, line.return_line_id, sale.sku_id order by sale.order_line_id
    ) = 1
    union all
    select sale.sku_id, sale.location_id, sale.channel, sale.clock_on,
        cast(timezone($time_zone, timezone('UTC', undone.cancelled_at)) as date),
        'unknown',
        cast(undone.cancelled_units * sale.ordered_units / sale.sold_units as double)
    from sale_cancellation as undone
    join kept_sale as sale
        on sale.order_id = undone.sale_order_id and sale.order_line_id = undone.sale_order_line_id
    where not undone.undoes_demand and sale.clock_on is not null
),
capped as (
    select quantile_cont(cast(kept_units as double), $trial_cap_share) as cap from kept_sale where kept_units > 0
),
rounded as (
    select *, cast(round(units, 3) as decimal(18, 3)) as whole_units,
        cast(round(least(units, cap), 3) as decimal(18, 3)) as trial_units
    from came_back, capped
)

select sku_id, location_id, channel,
    if(clock_on < $as_of_on - $longest_days, cast(date_trunc('month', clock_on) as date), clock_on) as clock_on,
    return_reason,
    cast(greatest(received_on - clock_on, 0) as bigint) as lag_days,
    cast(sum(whole_units) as double) as units,
    cast(sum(trial_units) as double) as trial_units,
    cast(sum(cast(trial_units * trial_units as decimal(38, 6))) as double) as squared_units
from rounded
group by all
order by all
