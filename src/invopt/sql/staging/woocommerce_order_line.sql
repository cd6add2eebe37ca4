-- Line items of a WooCommerce order export as declared columns of order_line, all text.
-- Grain: one row per row of the sheet. The order's columns may stand on its first row only and hold for all of them.
-- A price comes as it is, or as the item's sum before discount over its quantity; then the discount is what the sum
-- after discount lacks.
with filled as (
    select
        line_number,
        file_fault,
        order_number,
        item_id,
        item_sku,
        item_name,
        item_quantity,
        coalesce(item_cost, cast(try_cast(coalesce(item_subtotal, item_total) as decimal(18, 4))
            / nullif(try_cast(item_quantity as decimal(18, 3)), 0) as varchar)) as price,
        cast(try_cast(item_subtotal as decimal(18, 4)) - try_cast(item_total as decimal(18, 4)) as varchar) as discount,
        item_total,
        item_total_tax,
        any_value("date") over of_order as ordered_at,
        any_value(regexp_replace(replace(lower(status), ' ', '-'), '^wc-', '')) over of_order as state,
        any_value(order_currency) over of_order as currency,
        any_value(coalesce(lower(billing_email), nullif(customer_id, '0'))) over of_order as customer_id,
        any_value(nullif(concat_ws(' ', shipping_first_name, shipping_last_name), '')) over of_order as ship_to_name,
        any_value(nullif(concat_ws(', ', shipping_address_1, shipping_address_2), '')) over of_order as ship_to_street,
        any_value(shipping_city) over of_order as ship_to_city,
        any_value(shipping_postcode) over of_order as ship_to_postcode,
        any_value(coalesce(shipping_country, billing_country)) over of_order as ship_to_country
    from raw_file
    window of_order as (partition by order_number)
)

select
    line_number,
    file_fault,
    order_number as order_id,
    item_id as order_line_id,
    item_sku as sku_id,
    ordered_at,
    item_quantity as ordered_units,
    null as unit_price_minor,
    price as unit_price,
    null as discount_minor,
    discount,
    null as tax_minor,
    item_total_tax as tax,
    null as amount_minor,
    item_total as amount,
    currency,
    null as line_kind,
    case
        when state = 'completed' then 'shipped'
        when state in ('cancelled', 'refunded', 'failed', 'trash') then 'cancelled'
        else 'open'
    end as order_state,
    case
        when state in ('processing', 'completed') then 'paid'
        when state in ('pending', 'pending-payment', 'on-hold') then 'pending'
        when state = 'refunded' then 'refunded'
        when state = 'failed' then 'failed'
        else 'unknown'
    end as payment_state,
    null as cancelled_at,
    null as shipped_at,
    null as promised_on,
    item_name as description,
    null as channel,
    null as location_id,
    customer_id,
    ship_to_name,
    ship_to_street,
    ship_to_city,
    ship_to_postcode,
    ship_to_country
from filled
