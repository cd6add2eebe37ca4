-- stock_snapshot as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_stock_snapshot.
with typed as (
    select
        raw as text,
        raw.sku_id as sku_id,
        coalesce(raw.location_id, $home_location) as location_id,
        day_of(raw.counted_on, $time_zone, $date_format) as counted_on,
        units_of(raw.on_hand_units, $decimal_mark) as on_hand_units,
        real_of(raw.out_of_stock_share, $decimal_mark) as out_of_stock_share
    from raw_stock_snapshot as raw
)
select
    sku_id,
    location_id,
    counted_on,
    on_hand_units,
    out_of_stock_share,
    nullif(concat_ws(',', assumed('location_id', text.location_id)), '') as assumed_columns,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when sku_id is null then missing('sku_id')
        when text.counted_on is null then missing('counted_on')
        when counted_on is null then no_day('counted_on', text.counted_on)
        when counted_on > $today then in_future('counted_on', text.counted_on)
        when counted_on < date '1970-01-01' then too_early('counted_on', text.counted_on)
        when text.on_hand_units is null then missing('on_hand_units')
        when on_hand_units is null then no_number('on_hand_units', text.on_hand_units)
        when abs(on_hand_units) > $maximum_units
            then above('on_hand_units', text.on_hand_units, 'what ingest.maximum_units allows')
        when text.out_of_stock_share is not null and out_of_stock_share is null
            then no_number('out_of_stock_share', text.out_of_stock_share)
        when out_of_stock_share < 0 then below('out_of_stock_share', text.out_of_stock_share, '0')
        when out_of_stock_share > 1 then above('out_of_stock_share', text.out_of_stock_share, '1')
    end as fault
from typed
