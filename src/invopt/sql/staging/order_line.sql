-- order_line as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_order_line.
-- Where a file has no line id, a line is what was ordered (order, SKU, time, quantity, price, text) and its
-- occurrence within the order; discount, tax, states and the customer may change without making another line.
with typed as (
    select
        raw as text,
        raw.order_id as order_id,
        raw.sku_id as sku_id,
        moment_of(raw.ordered_at, $time_zone, $timestamp_format) as ordered_at,
        units_of(raw.ordered_units, $decimal_mark) as ordered_units,
        coalesce(upper(raw.currency), $currency) as currency,
        minor_of(raw.unit_price_minor, raw.unit_price, $decimal_mark, coalesce(upper(raw.currency), $currency))
            as unit_price_minor,
        -- the price before it is rounded to minor units: some goods cost less than one
        case when raw.unit_price_minor is not null then cast(minor_of(raw.unit_price_minor, null, $decimal_mark, '')
                as decimal(18, 6))
            else try_cast(
                number_of(signless(raw.unit_price, coalesce(upper(raw.currency), $currency)), $decimal_mark)
                * scale_of(coalesce(upper(raw.currency), $currency)) as decimal(18, 6)) end as exact_price,
        minor_of(raw.discount_minor, coalesce(raw.discount, '0'), $decimal_mark,
            coalesce(upper(raw.currency), $currency)) as discount_minor,
        minor_of(raw.tax_minor, coalesce(raw.tax, '0'), $decimal_mark,
            coalesce(upper(raw.currency), $currency)) as tax_minor,
        minor_of(raw.amount_minor, raw.amount, $decimal_mark, coalesce(upper(raw.currency), $currency))
            as given_amount_minor,
        lower(raw.line_kind) as given_kind,
        lower(raw.order_state) as given_state,
        coalesce(lower(raw.payment_state), 'unknown') as payment_state,
        moment_of(raw.cancelled_at, $time_zone, $timestamp_format) as cancelled_at,
        moment_of(raw.shipped_at, $time_zone, $timestamp_format) as shipped_at,
        day_of(raw.promised_on, $time_zone, $date_format) as promised_on,
        case when length(raw.ship_to_country) = 2 then upper(raw.ship_to_country)
            else raw.ship_to_country end as ship_to_country
    from raw_order_line as raw
),

judged as materialized (
    select
        typed.*,
        coalesce(given_kind, case
            when ordered_units < 0 and unit_price_minor = 0 then 'write_off'
            when ordered_units < 0 then 'return'
            else 'sale'
        end) as line_kind,
        coalesce(given_state, case
            when cancelled_at is not null then 'cancelled'
            when shipped_at is not null then 'shipped'
            else $order_state
        end) as order_state,
        coalesce(given_amount_minor, try_cast(round_even(
            cast(ordered_units as decimal(38, 3)) * exact_price - discount_minor, 0) as bigint)) as amount_minor,
        case when text.order_line_id is null then left(md5(concat_ws(chr(31),
            order_id, sku_id, ordered_at, ordered_units, coalesce(cast(exact_price as varchar), '-'), currency,
            coalesce(text.description, '-'))), 16) end as content
    from typed
),

-- Few lines stand twice in their order, so only those are numbered.
repeated as (
    select content from judged where content is not null group by content having count(*) > 1
),

further as (
    select
        judged.text.line_number as line_number,
        row_number() over (
            partition by content order by discount_minor, tax_minor, judged.text.line_number
        ) as occurrence
    from judged
    where content in (select content from repeated)
)

select
    order_id,
    coalesce(text.order_line_id, content || '-' || coalesce(further.occurrence, 1)) as order_line_id,
    sku_id,
    ordered_at,
    ordered_units,
    unit_price_minor,
    discount_minor,
    tax_minor,
    amount_minor,
    currency,
    line_kind,
    order_state,
    payment_state,
    cancelled_at,
    shipped_at,
    promised_on,
    text.description as description,
    text.channel as channel,
    text.location_id as location_id,
    text.customer_id as customer_id,
    text.ship_to_name as ship_to_name,
    text.ship_to_street as ship_to_street,
    text.ship_to_city as ship_to_city,
    text.ship_to_postcode as ship_to_postcode,
    ship_to_country,
    nullif(concat_ws(',', assumed('currency', text.currency), case when $order_state = 'shipped'
        then assumed('order_state', coalesce(given_state, text.cancelled_at, text.shipped_at)) end), '')
        as assumed_columns,
    text.line_number as line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when order_id is null then missing('order_id')
        when sku_id is null then missing('sku_id')
        when text.ordered_at is null then missing('ordered_at')
        when ordered_at is null then no_moment('ordered_at', text.ordered_at)
        when ordered_at > $now then in_future('ordered_at', text.ordered_at)
        when ordered_at < date '1970-01-01' then too_early('ordered_at', text.ordered_at)
        when text.ordered_units is null then missing('ordered_units')
        when ordered_units is null then no_number('ordered_units', text.ordered_units)
        when abs(ordered_units) > $maximum_units
            then above('ordered_units', text.ordered_units, 'what ingest.maximum_units allows')
        when ordered_units < 0 and line_kind = 'sale'
            then fault('ordered_units', text.ordered_units,
                'is negative in a sale: set line_kind to return, cancellation or write_off')
        when not is_currency(currency) then no_currency('currency', text.currency)
        when coalesce(text.unit_price_minor, text.unit_price) is null then missing('unit_price')
        when unit_price_minor is null or exact_price is null
            then no_number('unit_price', coalesce(text.unit_price_minor, text.unit_price))
        when abs(exact_price) > $maximum_unit_price * scale_of(currency)
            then above('unit_price', coalesce(text.unit_price_minor, text.unit_price),
                'what ingest.maximum_unit_price allows')
        when exact_price < 0 and line_kind not in ('fee', 'adjustment')
            then fault('unit_price', coalesce(text.unit_price_minor, text.unit_price),
                'is negative: bring goods that came back with a negative quantity, corrections with line_kind '
                || 'adjustment')
        when discount_minor is null then no_number('discount', coalesce(text.discount_minor, text.discount))
        when discount_minor < 0 then below('discount', coalesce(text.discount_minor, text.discount), '0')
        when tax_minor is null then no_number('tax', coalesce(text.tax_minor, text.tax))
        when coalesce(text.amount_minor, text.amount) is not null and given_amount_minor is null
            then no_number('amount', coalesce(text.amount_minor, text.amount))
        when amount_minor is null then fault('amount', null, 'is larger than can be kept: correct price or quantity')
        when line_kind not in ('sale', 'cancellation', 'return', 'write_off', 'fee', 'adjustment')
            then not_one_of('line_kind', text.line_kind, 'sale, cancellation, return, write_off, fee, adjustment')
        when order_state not in ('open', 'shipped', 'cancelled')
            then not_one_of('order_state', text.order_state, 'open, shipped, cancelled')
        when payment_state not in ('paid', 'authorised', 'pending', 'failed', 'refunded', 'unknown')
            then not_one_of('payment_state', text.payment_state,
                'paid, authorised, pending, failed, refunded, unknown')
        when text.cancelled_at is not null and cancelled_at is null then no_moment('cancelled_at', text.cancelled_at)
        when cancelled_at > $now then in_future('cancelled_at', text.cancelled_at)
        when text.shipped_at is not null and shipped_at is null then no_moment('shipped_at', text.shipped_at)
        when shipped_at > $now then in_future('shipped_at', text.shipped_at)
        when text.promised_on is not null and promised_on is null then no_day('promised_on', text.promised_on)
    end as fault,
    content is not null as is_known_by_content
from judged
left join further on further.line_number = judged.text.line_number
