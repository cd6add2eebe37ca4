-- supplier as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_supplier.
with typed as (
    select
        raw as text,
        raw.supplier_id as supplier_id,
        raw.supplier_name as supplier_name,
        case when length(raw.country) = 2 then upper(raw.country) else raw.country end as country,
        raw.order_weekdays as order_weekdays,
        minor_of(raw.minimum_order_minor, raw.minimum_order, $decimal_mark, coalesce(upper(raw.currency), $currency)) as minimum_order_minor,
        minor_of(raw.fixed_order_cost_minor, raw.fixed_order_cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as fixed_order_cost_minor,
        coalesce(upper(raw.currency), $currency) as currency
    from raw_supplier as raw
)
select
    supplier_id,
    supplier_name,
    country,
    order_weekdays,
    minimum_order_minor,
    fixed_order_cost_minor,
    currency,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when supplier_id is null then missing('supplier_id')
        when coalesce(text.minimum_order_minor, text.minimum_order) is not null and minimum_order_minor is null
            then no_number('minimum_order_minor', coalesce(text.minimum_order_minor, text.minimum_order))
        when minimum_order_minor < 0
            then below('minimum_order_minor', coalesce(text.minimum_order_minor, text.minimum_order), '0')
        when coalesce(text.fixed_order_cost_minor, text.fixed_order_cost) is not null and fixed_order_cost_minor is null
            then no_number('fixed_order_cost_minor', coalesce(text.fixed_order_cost_minor, text.fixed_order_cost))
        when fixed_order_cost_minor < 0
            then below('fixed_order_cost_minor', coalesce(text.fixed_order_cost_minor, text.fixed_order_cost), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
    end as fault
from typed
