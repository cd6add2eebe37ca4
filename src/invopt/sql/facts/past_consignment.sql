-- Grain: one row per sale line since $since_at that was not cancelled, in its latest version: what was to be packed.
select
    order_id,
    order_line_id,
    sku_id,
    coalesce(location_id, $home_location) as location_id,
    ordered_units as allocated_units,
    ship_to_postcode,
    ship_to_country
from order_line
where line_kind = 'sale'
    and ordered_units > 0
    and order_state <> 'cancelled'
    and ordered_at >= $since_at
qualify row_number() over (partition by order_id, order_line_id order by recorded_at desc) = 1
order by order_id, order_line_id
