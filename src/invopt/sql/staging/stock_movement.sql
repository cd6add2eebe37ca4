-- stock_movement as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_stock_movement.
with typed as (
    select
        raw as text,
        raw.movement_id as movement_id,
        raw.sku_id as sku_id,
        raw.location_id as location_id,
        lower(raw.movement_kind) as movement_kind,
        units_of(raw.moved_units, $decimal_mark) as moved_units,
        moment_of(raw.moved_at, $time_zone, $timestamp_format) as moved_at,
        raw.reference as reference
    from raw_stock_movement as raw
)
select
    movement_id,
    sku_id,
    location_id,
    movement_kind,
    moved_units,
    moved_at,
    reference,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when movement_id is null then missing('movement_id')
        when sku_id is null then missing('sku_id')
        when location_id is null then missing('location_id')
        when movement_kind is null then missing('movement_kind')
        when movement_kind not in ('opening', 'receipt', 'pick', 'ship', 'return', 'count_correction', 'transfer_in', 'transfer_out', 'reservation', 'release', 'scrap') then
            not_one_of('movement_kind', text.movement_kind, 'opening, receipt, pick, ship, return, count_correction, transfer_in, transfer_out, reservation, release, scrap')
        when text.moved_units is null then missing('moved_units')
        when moved_units is null then no_number('moved_units', text.moved_units)
        when abs(moved_units) > $maximum_units
            then above('moved_units', text.moved_units, 'what ingest.maximum_units allows')
        when text.moved_at is null then missing('moved_at')
        when moved_at is null then no_moment('moved_at', text.moved_at)
        when moved_at > $now then in_future('moved_at', text.moved_at)
        when moved_at < date '1970-01-01' then too_early('moved_at', text.moved_at)
    end as fault
from typed
