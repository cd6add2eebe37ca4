-- Grain: one row per SKU and location with a count or a movement before the as-of day: what lies there.
-- The last count, moved on by what happened after it; without a count, the sum of all movements.
with counted as (
    select sku_id, location_id,
        max(counted_on) as counted_on,
        arg_max(on_hand_units, counted_on) as on_hand_units
    from stock_snapshot_now
    where counted_on < $as_of_on
    group by all
),
moved as (
    select movement.sku_id, movement.location_id,
        sum(if(
            movement.movement_kind not in ('reservation', 'release')
            and (counted.counted_on is null
                or cast(timezone($time_zone, timezone('UTC', movement.moved_at)) as date) > counted.counted_on),
            movement.moved_units, 0
        )) as moved_units,
        sum(case movement.movement_kind
            when 'reservation' then abs(movement.moved_units)
            when 'release' then -abs(movement.moved_units)
            else 0 end) as reserved_units,
        max(cast(timezone($time_zone, timezone('UTC', movement.moved_at)) as date)) as moved_on
    from stock_movement_now as movement
    left join counted using (sku_id, location_id)
    where movement.moved_at < $as_of_at
    group by all
)

select sku_id, location_id,
    cast(coalesce(counted.on_hand_units, 0) + coalesce(moved.moved_units, 0) as decimal(18, 3)) as counted_units,
    cast(coalesce(moved.reserved_units, 0) as decimal(18, 3)) as reserved_units,
    greatest(counted.counted_on, moved.moved_on) as counted_on
from counted
full join moved using (sku_id, location_id)
