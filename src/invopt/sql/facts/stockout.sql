-- Grain: one row per SKU, location and day on which stock was out for a part of the day.
-- From counts where there are any for the SKU and location, else from the ledger of movements.
-- With $is_rerouted, a day on which another location still had stock is not counted: that order was not lost.
with counted as (
    select sku_id, location_id, counted_on as stocked_out_on,
        coalesce(out_of_stock_share, if(on_hand_units <= 0, 1.0, 0.0)) as out_of_stock_share,
        on_hand_units
    from stock_snapshot_now
),
day_close as (
    select sku_id, location_id,
        cast(timezone($time_zone, timezone('UTC', moved_at)) as date) as moved_on,
        sum(moved_units) as moved_units
    from stock_movement_now
    where movement_kind not in ('reservation', 'release')
        and (sku_id, location_id) not in (select (sku_id, location_id) from stock_snapshot_now)
    group by all
),
balance as (
    select sku_id, location_id, moved_on,
        sum(moved_units) over (partition by sku_id, location_id order by moved_on) as on_hand_units,
        lead(moved_on, 1, $as_of_on) over (partition by sku_id, location_id order by moved_on) as next_moved_on
    from day_close
),
-- Whole days between the movement that emptied the shelf and the next one.
emptied as (
    select sku_id, location_id,
        unnest(generate_series(moved_on + 1, next_moved_on - 1, interval 1 day))::date as stocked_out_on,
        1.0 as out_of_stock_share
    from balance
    where on_hand_units <= 0 and next_moved_on > moved_on + 1
),
out_days as (
    select sku_id, location_id, stocked_out_on, out_of_stock_share from counted where out_of_stock_share > 0
    union all
    select sku_id, location_id, stocked_out_on, out_of_stock_share from emptied
)

select out_days.*
from out_days
where not $is_rerouted or not exists (
    from counted as elsewhere
    where elsewhere.sku_id = out_days.sku_id
        and elsewhere.location_id <> out_days.location_id
        and elsewhere.stocked_out_on = out_days.stocked_out_on
        and elsewhere.on_hand_units > 0
        and elsewhere.out_of_stock_share = 0
)
