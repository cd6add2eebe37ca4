-- Grain: one row per channel, supplier, supplier lot and carrier: what was sold long enough ago to be judged, within two
-- years, and what of it came back. A sale's lot is the last receipt of its SKU at its location before it was sold.
-- Needs the temporary tables kept_sale, return_line_now, sale_cancellation, receipt_now, purchase_order_line_now,
-- tracking_event_now.
with settled as (
    select *
    from kept_sale
    where kept_units > 0 and clock_on < $as_of_on - $settled_days and clock_on >= $as_of_on - 730
),
came_back as (
    select order_id, order_line_id, sku_id, sum(units) as units
    from (
        select sale.order_id, sale.order_line_id, sale.sku_id,
            coalesce(line.received_units, line.returned_units) * sale.ordered_units / sale.sold_units as units
        from return_line_now as line
        join settled as sale
            on sale.order_id = line.order_id
            and sale.sold_sku_id = line.sku_id
            and (line.order_line_id is null or line.order_line_id = sale.order_line_id)
        where line.received_on < $as_of_on
        qualify row_number() over (
            partition by line.return_id, line.return_line_id, sale.sku_id order by sale.order_line_id
        ) = 1
        union all
        select sale.order_id, sale.order_line_id, sale.sku_id,
            undone.cancelled_units * sale.ordered_units / sale.sold_units
        from sale_cancellation as undone
        join settled as sale
            on sale.order_id = undone.sale_order_id and sale.order_line_id = undone.sale_order_line_id
        where not undone.undoes_demand
    )
    group by all
),
carried as (
    select order_id, min(carrier_id) as carrier_id
    from tracking_event_now
    where order_id is not null
    group by order_id
),
lot as (
    select ordered.sku_id, ordered.location_id, receipt.received_on,
        min(ordered.purchase_order_id) as purchase_order_id, min(ordered.supplier_id) as supplier_id
    from receipt_now as receipt
    join purchase_order_line_now as ordered using (purchase_order_id, purchase_order_line_id)
    group by all
),
sale as (
    select settled.sku_id, settled.channel, lot.purchase_order_id, lot.supplier_id, carried.carrier_id,
        cast(settled.kept_units as double) as sold_units,
        least(coalesce(came_back.units, 0), cast(settled.kept_units as double)) as returned_units
    from settled
    left join came_back using (order_id, order_line_id, sku_id)
    left join carried using (order_id)
    asof left join lot
        on lot.sku_id = settled.sku_id
        and lot.location_id = settled.location_id
        and settled.demand_on >= lot.received_on
),
counted as (
    select 'channel' as dimension, channel as name, null as sku_id, sold_units, returned_units from sale
    union all
    select 'supplier', supplier_id, null, sold_units, returned_units from sale where supplier_id is not null
    union all
    select 'lot', sku_id || '|' || purchase_order_id, sku_id, sold_units, returned_units
    from sale where purchase_order_id is not null
    union all
    select 'carrier', carrier_id, null, sold_units, returned_units from sale where carrier_id is not null
)

select dimension, name, sku_id,
    cast(sum(cast(round(sold_units, 3) as decimal(18, 3))) as double) as sold_units,
    cast(sum(cast(round(returned_units, 3) as decimal(18, 3))) as double) as returned_units,
    count(*) as lines
from counted
group by all
order by all
