-- Grain: one row per sale line and component, as known before $as_of_at.
-- Kits are exploded, kits within kits as well, five deep; kits that hold each other stay whole.
-- The location is the one that should have served the ship-to, not the one that did.
-- Needs the temporary tables order_line_now, kit_component_now, service_region_now.
with recursive exploded as (
    select kit_sku_id, component_sku_id, cast(units_per_kit as decimal(18, 3)) as units_per_kit, 1 as depth
    from kit_component_now
    union all
    select exploded.kit_sku_id, inner_kit.component_sku_id,
        cast(exploded.units_per_kit * inner_kit.units_per_kit as decimal(18, 3)), depth + 1
    from exploded
    join kit_component_now as inner_kit on inner_kit.kit_sku_id = exploded.component_sku_id
    where depth < 5 and inner_kit.component_sku_id <> exploded.kit_sku_id
),
kit_part as (
    select kit_sku_id, component_sku_id, cast(sum(units_per_kit) as decimal(18, 3)) as units_per_kit
    from exploded
    where component_sku_id not in (select kit_sku_id from kit_component_now)
    group by all
),
preferred as (
    select ship_to.ship_to_country, ship_to.ship_to_postcode,
        arg_max(region.location_id, length(region.postcode_prefix)) as location_id
    from (select distinct ship_to_country, ship_to_postcode from order_line_now) as ship_to
    join service_region_now as region
        on region.country = ship_to.ship_to_country
        and starts_with(coalesce(ship_to.ship_to_postcode, ''), region.postcode_prefix)
    group by all
)

select
    line.order_id,
    line.order_line_id,
    coalesce(kit.component_sku_id, line.sku_id) as sku_id,
    line.sku_id as sold_sku_id,
    coalesce(preferred.location_id, line.location_id, $home_location) as location_id,
    line.customer_id,
    line.ordered_at,
    line.cancelled_at,
    line.order_state,
    cast(timezone($time_zone, timezone('UTC', line.ordered_at)) as date) as demand_on,
    cast(line.ordered_units * coalesce(kit.units_per_kit, 1) as decimal(18, 3)) as ordered_units,
    line.ordered_units as sold_units,
    -- A kit's value goes to its components by their number, whole minor units to the first.
    case when kit.component_sku_id is null then line.amount_minor
        else line.amount_minor // kit.components
            + if(kit.place = 1, line.amount_minor % kit.components, 0)
    end as amount_minor,
    line.currency
from order_line_now as line
left join (
    select *, count(*) over (partition by kit_sku_id) as components,
        row_number() over (partition by kit_sku_id order by component_sku_id) as place
    from kit_part
) as kit on kit.kit_sku_id = line.sku_id
left join preferred
    on preferred.ship_to_country is not distinct from line.ship_to_country
    and preferred.ship_to_postcode is not distinct from line.ship_to_postcode
where line.line_kind = 'sale' and line.ordered_units > 0
