-- carton as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_carton.
with typed as (
    select
        raw as text,
        raw.carton_id as carton_id,
        whole_of(raw.inner_length_mm, $decimal_mark) as inner_length_mm,
        whole_of(raw.inner_width_mm, $decimal_mark) as inner_width_mm,
        whole_of(raw.inner_height_mm, $decimal_mark) as inner_height_mm,
        whole_of(raw.outer_length_mm, $decimal_mark) as outer_length_mm,
        whole_of(raw.outer_width_mm, $decimal_mark) as outer_width_mm,
        whole_of(raw.outer_height_mm, $decimal_mark) as outer_height_mm,
        whole_of(raw.empty_weight_g, $decimal_mark) as empty_weight_g,
        whole_of(raw.maximum_weight_g, $decimal_mark) as maximum_weight_g,
        minor_of(raw.cost_minor, raw.cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as cost_minor,
        coalesce(upper(raw.currency), $currency) as currency
    from raw_carton as raw
)
select
    carton_id,
    inner_length_mm,
    inner_width_mm,
    inner_height_mm,
    outer_length_mm,
    outer_width_mm,
    outer_height_mm,
    empty_weight_g,
    maximum_weight_g,
    cost_minor,
    currency,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when carton_id is null then missing('carton_id')
        when text.inner_length_mm is null then missing('inner_length_mm')
        when inner_length_mm is null then no_whole('inner_length_mm', text.inner_length_mm)
        when inner_length_mm < 1 then below('inner_length_mm', text.inner_length_mm, '1')
        when text.inner_width_mm is null then missing('inner_width_mm')
        when inner_width_mm is null then no_whole('inner_width_mm', text.inner_width_mm)
        when inner_width_mm < 1 then below('inner_width_mm', text.inner_width_mm, '1')
        when text.inner_height_mm is null then missing('inner_height_mm')
        when inner_height_mm is null then no_whole('inner_height_mm', text.inner_height_mm)
        when inner_height_mm < 1 then below('inner_height_mm', text.inner_height_mm, '1')
        when text.outer_length_mm is null then missing('outer_length_mm')
        when outer_length_mm is null then no_whole('outer_length_mm', text.outer_length_mm)
        when outer_length_mm < 1 then below('outer_length_mm', text.outer_length_mm, '1')
        when text.outer_width_mm is null then missing('outer_width_mm')
        when outer_width_mm is null then no_whole('outer_width_mm', text.outer_width_mm)
        when outer_width_mm < 1 then below('outer_width_mm', text.outer_width_mm, '1')
        when text.outer_height_mm is null then missing('outer_height_mm')
        when outer_height_mm is null then no_whole('outer_height_mm', text.outer_height_mm)
        when outer_height_mm < 1 then below('outer_height_mm', text.outer_height_mm, '1')
        when text.empty_weight_g is null then missing('empty_weight_g')
        when empty_weight_g is null then no_whole('empty_weight_g', text.empty_weight_g)
        when empty_weight_g < 0 then below('empty_weight_g', text.empty_weight_g, '0')
        when text.maximum_weight_g is null then missing('maximum_weight_g')
        when maximum_weight_g is null then no_whole('maximum_weight_g', text.maximum_weight_g)
        when maximum_weight_g < 1 then below('maximum_weight_g', text.maximum_weight_g, '1')
        when coalesce(text.cost_minor, text.cost) is not null and cost_minor is null
            then no_number('cost_minor', coalesce(text.cost_minor, text.cost))
        when cost_minor < 0 then below('cost_minor', coalesce(text.cost_minor, text.cost), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
    end as fault
from typed
