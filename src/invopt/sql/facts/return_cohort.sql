-- Grain: one row per SKU, location, channel and day from which returns are counted: units that could come back.
-- What is too old to send anything back any more is kept together by month. A bulk line counts in `trial_units` with
-- at most what $trial_cap_share of all lines stay below. Needs the temporary table kept_sale.
with capped as (
    select quantile_cont(cast(kept_units as double), $trial_cap_share) as cap from kept_sale where kept_units > 0
)

select sku_id, location_id, channel,
    if(clock_on < $as_of_on - $longest_days, cast(date_trunc('month', clock_on) as date), clock_on) as clock_on,
    cast(sum(kept_units) as double) as sold_units,
    cast(sum(cast(least(kept_units, cap) as decimal(18, 3))) as double) as trial_units,
    cast(sum(clock_on - demand_on) as double) / count(*) as delay_days,
    count(*) as lines
from kept_sale, capped
where kept_units > 0 and clock_on is not null
group by all
order by all
