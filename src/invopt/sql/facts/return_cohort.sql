-- Grain: one row per SKU, location and sale day: units sold that could come back, before $as_of_on.
-- Sales older than $longest_days can send nothing back any more; they are kept together by month.
select sku_id, location_id,
    if(demand_on < $as_of_on - $longest_days, cast(date_trunc('month', demand_on) as date), demand_on) as clock_on,
    cast(sum(ordered_units - cancelled_units) as double) as sold_units
from demand_now
where ordered_units > cancelled_units
group by all
order by all
