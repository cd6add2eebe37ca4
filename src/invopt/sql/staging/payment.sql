-- payment as the files bring it, typed, with the first fault that refuses a row.
-- Grain: one row per row of the file. A column that a file does not have is null in raw_payment.
with typed as (
    select
        raw as text,
        raw.order_id as order_id,
        raw.payment_id as payment_id,
        lower(raw.payment_kind) as payment_kind,
        whole_of(raw.used_number, $decimal_mark) as used_number,
        minor_of(raw.paid_minor, raw.paid, $decimal_mark, coalesce(upper(raw.currency), $currency)) as paid_minor,
        coalesce(upper(raw.currency), $currency) as currency
    from raw_payment as raw
)
select
    order_id,
    payment_id,
    payment_kind,
    used_number,
    paid_minor,
    currency,
    text.line_number,
    case
        when text.file_fault is not null then torn(text.file_fault)
        when order_id is null then missing('order_id')
        when payment_id is null then missing('payment_id')
        when text.payment_kind is null then missing('payment_kind')
        when payment_kind not in ('card', 'gift_card', 'store_credit', 'transfer', 'other') then
            not_one_of('payment_kind', text.payment_kind, 'card, gift_card, store_credit, transfer, other')
        when text.used_number is null then missing('used_number')
        when used_number is null then no_whole('used_number', text.used_number)
        when used_number < 1 then below('used_number', text.used_number, '1')
        when coalesce(text.paid_minor, text.paid) is null then missing('paid_minor')
        when paid_minor is null then no_number('paid_minor', coalesce(text.paid_minor, text.paid))
        when paid_minor < 0 then below('paid_minor', coalesce(text.paid_minor, text.paid), '0')
        when not is_currency(currency) then no_currency('currency', text.currency)
    end as fault
from typed
