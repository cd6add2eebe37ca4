-- kit_component as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_kit_component.
with typed as (
    select
        raw as text,
        raw.kit_sku_id as kit_sku_id,
        raw.component_sku_id as component_sku_id,
        units_of(raw.units_per_kit, $decimal_mark) as units_per_kit
    from raw_kit_component as raw
)
select
    kit_sku_id,
    component_sku_id,
    units_per_kit,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when kit_sku_id is null then missing('kit_sku_id')
        when component_sku_id is null then missing('component_sku_id')
        when text.units_per_kit is null then missing('units_per_kit')
        when units_per_kit is null then no_number('units_per_kit', text.units_per_kit)
        when units_per_kit < 0.001 then below('units_per_kit', text.units_per_kit, '0.001')
        when abs(units_per_kit) > $maximum_units
            then above('units_per_kit', text.units_per_kit, 'what ingest.maximum_units allows')
    end as fault
from typed
