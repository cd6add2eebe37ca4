-- supplier_term as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_supplier_term.
with typed as (
    select
        raw as text,
        raw.supplier_id as supplier_id,
        raw.sku_id as sku_id,
        units_of(raw.from_units, $decimal_mark) as from_units,
        minor_of(raw.unit_cost_minor, raw.unit_cost, $decimal_mark, coalesce(upper(raw.currency), $currency)) as unit_cost_minor,
        coalesce(upper(raw.currency), $currency) as currency,
        whole_of(raw.lead_time_days, $decimal_mark) as lead_time_days,
        units_of(raw.moq_units, $decimal_mark) as moq_units,
        units_of(raw.pack_units, $decimal_mark) as pack_units,
        units_of(raw.line_maximum_units, $decimal_mark) as line_maximum_units,
        flag_of(raw.is_preferred) as is_preferred,
        day_of(raw.valid_from_on, $time_zone, $date_format) as valid_from_on,
        day_of(raw.valid_until_on, $time_zone, $date_format) as valid_until_on
    from raw_supplier_term as raw
)
select
    supplier_id,
    sku_id,
    from_units,
    unit_cost_minor,
    currency,
    lead_time_days,
    moq_units,
    pack_units,
    line_maximum_units,
    is_preferred,
    valid_from_on,
    valid_until_on,
    nullif(concat_ws(',', assumed('currency', text.currency)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when supplier_id is null then missing('supplier_id')
        when sku_id is null then missing('sku_id')
        when text.from_units is null then missing('from_units')
        when from_units is null then no_number('from_units', text.from_units)
        when from_units < 0 then below('from_units', text.from_units, '0')
        when abs(from_units) > $maximum_units
            then above('from_units', text.from_units, 'what ingest.maximum_units allows')
        when coalesce(text.unit_cost_minor, text.unit_cost) is null then missing('unit_cost_minor')
        when unit_cost_minor is null
            then no_number('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost))
        when unit_cost_minor < 0
            then below('unit_cost_minor', coalesce(text.unit_cost_minor, text.unit_cost), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when text.lead_time_days is not null and lead_time_days is null
            then no_whole('lead_time_days', text.lead_time_days)
        when lead_time_days < 0 then below('lead_time_days', text.lead_time_days, '0')
        when text.moq_units is not null and moq_units is null then no_number('moq_units', text.moq_units)
        when moq_units < 0 then below('moq_units', text.moq_units, '0')
        when abs(moq_units) > $maximum_units
            then above('moq_units', text.moq_units, 'what ingest.maximum_units allows')
        when text.pack_units is not null and pack_units is null then no_number('pack_units', text.pack_units)
        when pack_units < 0 then below('pack_units', text.pack_units, '0')
        when abs(pack_units) > $maximum_units
            then above('pack_units', text.pack_units, 'what ingest.maximum_units allows')
        when text.line_maximum_units is not null and line_maximum_units is null
            then no_number('line_maximum_units', text.line_maximum_units)
        when line_maximum_units < 0 then below('line_maximum_units', text.line_maximum_units, '0')
        when abs(line_maximum_units) > $maximum_units
            then above('line_maximum_units', text.line_maximum_units, 'what ingest.maximum_units allows')
        when text.is_preferred is not null and is_preferred is null
            then no_flag('is_preferred', text.is_preferred)
        when text.valid_from_on is not null and valid_from_on is null
            then no_day('valid_from_on', text.valid_from_on)
        when text.valid_until_on is not null and valid_until_on is null
            then no_day('valid_until_on', text.valid_until_on)
    end as fault
from typed
