-- product as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_product.
with typed as (
    select
        raw as text,
        raw.sku_id as sku_id,
        raw.product_name as product_name,
        raw.category_id as category_id,
        minor_of(raw.unit_cost_minor, raw.unit_cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as unit_cost_minor,
        minor_of(raw.unit_price_minor, raw.unit_price, $decimal_mark, coalesce(upper(raw.currency), $currency)) as unit_price_minor,
        coalesce(upper(raw.currency), $currency) as currency,
        lower(raw.lifecycle) as lifecycle,
        day_of(raw.last_buy_on, $time_zone, $date_format) as last_buy_on,
        whole_of(raw.shelf_life_days, $decimal_mark) as shelf_life_days,
        whole_of(raw.length_mm, $decimal_mark) as length_mm,
        whole_of(raw.width_mm, $decimal_mark) as width_mm,
        whole_of(raw.height_mm, $decimal_mark) as height_mm,
        whole_of(raw.weight_g, $decimal_mark) as weight_g,
        units_of(raw.units_per_pallet, $decimal_mark) as units_per_pallet,
        flag_of(raw.is_this_side_up) as is_this_side_up,
        flag_of(raw.is_fragile) as is_fragile,
        flag_of(raw.is_hazardous) as is_hazardous,
        flag_of(raw.is_age_restricted) as is_age_restricted,
        flag_of(raw.ships_alone) as ships_alone,
        raw.packing_group as packing_group,
        raw.customs_code as customs_code,
        case when length(raw.origin_country) = 2 then upper(raw.origin_country) else raw.origin_country end as origin_country
    from raw_product as raw
)
select
    sku_id,
    product_name,
    category_id,
    unit_cost_minor,
    unit_price_minor,
    currency,
    lifecycle,
    last_buy_on,
    shelf_life_days,
    length_mm,
    width_mm,
    height_mm,
    weight_g,
    units_per_pallet,
    is_this_side_up,
    is_fragile,
    is_hazardous,
    is_age_restricted,
    ships_alone,
    packing_group,
    customs_code,
    origin_country,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when sku_id is null then missing('sku_id')
        when coalesce(text.unit_cost_minor, text.unit_cost) is not null and unit_cost_minor is null
            then no_number('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost))
        when unit_cost_minor < 0
            then below('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost), '0')
        when coalesce(text.unit_price_minor, text.unit_price) is not null and unit_price_minor is null
            then no_number('unit_price_minor', coalesce(text.unit_price_minor, text.unit_price))
        when unit_price_minor < 0
            then below('unit_price_minor', coalesce(text.unit_price_minor, text.unit_price), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when lifecycle not in ('active', 'run_down', 'do_not_reorder', 'discontinued') then
            not_one_of('lifecycle', text.lifecycle, 'active, run_down, do_not_reorder, discontinued')
        when text.last_buy_on is not null and last_buy_on is null then no_day('last_buy_on', text.last_buy_on)
        when text.shelf_life_days is not null and shelf_life_days is null
            then no_whole('shelf_life_days', text.shelf_life_days)
        when shelf_life_days < 1 then below('shelf_life_days', text.shelf_life_days, '1')
        when text.length_mm is not null and length_mm is null then no_whole('length_mm', text.length_mm)
        when length_mm < 1 then below('length_mm', text.length_mm, '1')
        when text.width_mm is not null and width_mm is null then no_whole('width_mm', text.width_mm)
        when width_mm < 1 then below('width_mm', text.width_mm, '1')
        when text.height_mm is not null and height_mm is null then no_whole('height_mm', text.height_mm)
        when height_mm < 1 then below('height_mm', text.height_mm, '1')
        when text.weight_g is not null and weight_g is null then no_whole('weight_g', text.weight_g)
        when weight_g < 0 then below('weight_g', text.weight_g, '0')
        when text.units_per_pallet is not null and units_per_pallet is null
            then no_number('units_per_pallet', text.units_per_pallet)
        when units_per_pallet < 0.001 then below('units_per_pallet', text.units_per_pallet, '0.001')
        when abs(units_per_pallet) > $maximum_units
            then above('units_per_pallet', text.units_per_pallet, 'what ingest.maximum_units allows')
        when text.is_this_side_up is not null and is_this_side_up is null
            then no_flag('is_this_side_up', text.is_this_side_up)
        when text.is_fragile is not null and is_fragile is null then no_flag('is_fragile', text.is_fragile)
        when text.is_hazardous is not null and is_hazardous is null
            then no_flag('is_hazardous', text.is_hazardous)
        when text.is_age_restricted is not null and is_age_restricted is null
            then no_flag('is_age_restricted', text.is_age_restricted)
        when text.ships_alone is not null and ships_alone is null then no_flag('ships_alone', text.ships_alone)
    end as fault
from typed
