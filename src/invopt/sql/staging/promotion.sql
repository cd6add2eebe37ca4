-- promotion as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_promotion.
with typed as (
    select
        raw as text,
        raw.promotion_id as promotion_id,
        lower(raw.scope) as scope,
        coalesce(raw.scope_id, '') as scope_id,
        day_of(raw.starts_on, $time_zone, $date_format) as starts_on,
        day_of(raw.ends_on, $time_zone, $date_format) as ends_on,
        real_of(raw.discount_share, $decimal_mark) as discount_share
    from raw_promotion as raw
)
select
    promotion_id,
    scope,
    scope_id,
    starts_on,
    ends_on,
    discount_share,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when promotion_id is null then missing('promotion_id')
        when scope is null then missing('scope')
        when scope not in ('sku', 'category', 'shop') then
            not_one_of('scope', text.scope, 'sku, category, shop')
        when text.starts_on is null then missing('starts_on')
        when starts_on is null then no_day('starts_on', text.starts_on)
        when text.ends_on is null then missing('ends_on')
        when ends_on is null then no_day('ends_on', text.ends_on)
        when text.discount_share is not null and discount_share is null
            then no_number('discount_share', text.discount_share)
        when discount_share < 0 then below('discount_share', text.discount_share, '0')
        when discount_share > 1 then above('discount_share', text.discount_share, '1')
    end as fault
from typed
