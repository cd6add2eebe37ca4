-- Grain: one row per location and local hour: order lines that a day like $next_on brought, mean of the last weeks.
-- Needs the temporary table sale_line.
with line as (
    select location_id, demand_on,
        extract(hour from timezone($time_zone, timezone('UTC', ordered_at))) as hour
    from sale_line
    where demand_on < $as_of_on
),
day as (
    select count(*) as days
    from (select unnest(generate_series(
        greatest($since_on, (select min(demand_on) from line)), $as_of_on - 1, interval 1 day)) as on_day)
    where dayofweek(on_day) = dayofweek($next_on)
)

select location_id, cast(hour as bigint) as hour, count(*) / (select greatest(days, 1) from day) as lines
from line
where demand_on >= $since_on and dayofweek(demand_on) = dayofweek($next_on)
group by all
order by 1, 2
