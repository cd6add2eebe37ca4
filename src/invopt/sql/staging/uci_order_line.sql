-- Lines of UCI Online Retail (I and II) as declared columns of order_line, all text.
-- Grain: one row per row of the sheet. Every line is kept; line_kind says what it is:
--   adjustment    invoices of bad debt (A...), manual entries, discounts, samples, tests, found stock
--   fee           postage, carriage, bank and marketplace charges, commission, gift vouchers
--   cancellation  invoices that begin with C
--   write_off     goods taken out without a price
--   return        goods taken back at a price without a C
--   sale          the rest, free goods in a paid invoice or of a named customer among them
with line as (
    select
        *,
        upper(stockcode) as code,
        try_cast(quantity as double) as units,
        try_cast(price as double) as unit_price
    from raw_file
),

paid_invoice as (
    select distinct invoice from line where unit_price > 0
)

select
    line_number,
    file_fault,
    upper(line.invoice) as order_id,
    null as order_line_id,
    code as sku_id,
    invoicedate as ordered_at,
    quantity as ordered_units,
    null as unit_price_minor,
    price as unit_price,
    null as discount_minor,
    null as discount,
    null as tax_minor,
    null as tax,
    null as amount_minor,
    null as amount,
    'GBP' as currency,
    case
        when starts_with(upper(line.invoice), 'A') then 'adjustment'
        when code in ('M', 'D', 'S', 'B', 'ADJUST', 'ADJUST2', 'TEST001', 'TEST002') then 'adjustment'
        when code in ('POST', 'DOT', 'C2', 'C3', 'BANK CHARGES', 'AMAZONFEE', 'CRUK', 'GIFT')
            or starts_with(code, 'GIFT_') then 'fee'
        when starts_with(upper(line.invoice), 'C') then 'cancellation'
        when units < 0 and unit_price = 0 then 'write_off'
        when units < 0 then 'return'
        when unit_price = 0 and paid_invoice.invoice is null and customer_id is null then 'adjustment'
        else 'sale'
    end as line_kind,
    -- An invoice is written when the goods leave; nothing of it is still to be served.
    'shipped' as order_state,
    null as payment_state,
    null as cancelled_at,
    null as shipped_at,
    null as promised_on,
    description,
    null as channel,
    null as location_id,
    -- Some copies hold the number as a fraction, 13085.0.
    regexp_replace(customer_id, '\.0$', '') as customer_id,
    null as ship_to_name,
    null as ship_to_street,
    null as ship_to_city,
    null as ship_to_postcode,
    country as ship_to_country
from line
left join paid_invoice on paid_invoice.invoice = line.invoice
