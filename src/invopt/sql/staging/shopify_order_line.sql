-- Line items of a Shopify order export as declared columns of order_line, all text.
-- Grain: one row per row of the sheet. The order's columns stand on its first row only and hold for all of its rows.
-- What the order's discount has beyond the lines' own, and its tax, is split over the lines by their value: each gets
-- the rounded running share less what those before it got, so that the parts add up to the whole.
with filled as (
    select
        line_number,
        file_fault,
        name as order_id,
        created_at,
        lineitem_quantity,
        lineitem_name,
        lineitem_price,
        lineitem_sku,
        lineitem_discount,
        lower(coalesce(lineitem_requires_shipping, 'true')) = 'false' as needs_no_shipping,
        lower(coalesce(lineitem_taxable, 'true')) <> 'false' as is_taxed,
        lower(lineitem_fulfillment_status) as line_status,
        any_value(currency) over of_order as currency,
        any_value(lower(financial_status)) over of_order as financial_status,
        any_value(regexp_matches(lower(payment_method), 'cash on delivery|\bcod\b')) over of_order as is_cash_on_delivery,
        any_value(lower(fulfillment_status)) over of_order as fulfillment_status,
        any_value(fulfilled_at) over of_order as fulfilled_at,
        any_value(cancelled_at) over of_order as cancelled_at,
        any_value(taxes) over of_order as taxes,
        any_value(discount_amount) over of_order as discount_amount,
        any_value(source) over of_order as source,
        any_value(location) over of_order as location,
        any_value(lower(email)) over of_order as email,
        any_value(shipping_name) over of_order as shipping_name,
        any_value(coalesce(shipping_street, concat_ws(', ', shipping_address1, shipping_address2)))
            over of_order as shipping_street,
        any_value(shipping_city) over of_order as shipping_city,
        any_value(ltrim(shipping_zip, '''')) over of_order as shipping_zip,
        any_value(shipping_country) over of_order as shipping_country
    from raw_file
    window of_order as (partition by name)
),

priced as (
    select
        *,
        scale_of(coalesce(currency, '')) as scale,
        coalesce(try_cast(lineitem_discount as decimal(18, 4)), 0) as own_discount,
        greatest(coalesce(try_cast(lineitem_quantity as decimal(18, 3))
            * try_cast(lineitem_price as decimal(18, 4)), 0)
            - coalesce(try_cast(lineitem_discount as decimal(18, 4)), 0), 0) as goods
    from filled
),

summed as (
    select
        *,
        sum(goods) over so_far as goods_so_far,
        sum(goods) over whole as all_goods,
        sum(if(is_taxed, goods, 0)) over so_far as taxed_so_far,
        sum(if(is_taxed, goods, 0)) over whole as all_taxed,
        greatest(coalesce(try_cast(discount_amount as decimal(18, 4)), 0) - sum(own_discount) over whole, 0)
            as shared_discount,
        coalesce(try_cast(taxes as decimal(18, 4)), 0) as shared_tax
    from priced
    window
        whole as (partition by order_id),
        so_far as (partition by order_id order by line_number rows unbounded preceding)
)

select
    line_number,
    file_fault,
    order_id,
    null as order_line_id,
    coalesce(lineitem_sku, if(needs_no_shipping, lineitem_name, null)) as sku_id,
    created_at as ordered_at,
    lineitem_quantity as ordered_units,
    null as unit_price_minor,
    lineitem_price as unit_price,
    cast(cast(round(own_discount * scale) as bigint) + case when all_goods > 0 then
        cast(round(least(shared_discount, all_goods) * scale * goods_so_far / all_goods) as bigint)
        - cast(round(least(shared_discount, all_goods) * scale * (goods_so_far - goods) / all_goods) as bigint)
        else 0 end as varchar) as discount_minor,
    null as discount,
    cast(case when all_taxed > 0 then
        cast(round(shared_tax * scale * taxed_so_far / all_taxed) as bigint)
        - cast(round(shared_tax * scale * (taxed_so_far - if(is_taxed, goods, 0)) / all_taxed) as bigint)
        else 0 end as varchar) as tax_minor,
    null as tax,
    null as amount_minor,
    null as amount,
    currency,
    case when needs_no_shipping then 'fee' else 'sale' end as line_kind,
    case
        when cancelled_at is not null then 'cancelled'
        when line_status = 'fulfilled' or fulfillment_status = 'fulfilled' then 'shipped'
        when financial_status in ('refunded', 'voided', 'expired') then 'cancelled'
        else 'open'
    end as order_state,
    case
        when financial_status in ('paid', 'partially_refunded') then 'paid'
        when financial_status = 'authorized' or financial_status = 'pending' and is_cash_on_delivery then 'authorised'
        when financial_status in ('pending', 'partially_paid') then 'pending'
        when financial_status = 'refunded' then 'refunded'
        when financial_status in ('voided', 'expired') then 'failed'
        else 'unknown'
    end as payment_state,
    cancelled_at,
    if(line_status = 'fulfilled' or fulfillment_status = 'fulfilled', fulfilled_at, null) as shipped_at,
    null as promised_on,
    lineitem_name as description,
    source as channel,
    if(lower(source) = 'pos', location, null) as location_id,
    email as customer_id,
    shipping_name as ship_to_name,
    shipping_street as ship_to_street,
    shipping_city as ship_to_city,
    shipping_zip as ship_to_postcode,
    shipping_country as ship_to_country
from summed
