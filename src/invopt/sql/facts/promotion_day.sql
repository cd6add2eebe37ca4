-- Grain: one row per SKU and day with a promotion, from the SKU's own, its category's or the shop's.
select distinct product.sku_id,
    unnest(generate_series(promotion.starts_on, promotion.ends_on, interval 1 day))::date as demand_on
from promotion_now as promotion
join product_now as product
    on promotion.scope = 'shop'
    or (promotion.scope = 'sku' and promotion.scope_id = product.sku_id)
    or (promotion.scope = 'category' and promotion.scope_id = product.category_id)
