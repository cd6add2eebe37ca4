"""The words that the staging SQL is written in: how a text becomes a number, a moment, a yes or no, or a
fault.

They are temporary macros of the connection, so that each staging file reads as a list of columns and rules.
"""

from __future__ import annotations

from invopt.database import Database
from invopt.money import unusual_digits

_MACROS = {
    # A text without the blanks around it; nothing where nothing is left.
    "trimmed(written)": "nullif(trim(written, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), '')",
    # A decimal number; thousands may be marked by the other of point and comma.
    "number_of(written, mark)": r"""
        case when mark = ',' then
            try_cast(case when regexp_full_match(written, '[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d+)?')
                then replace(replace(written, '.', ''), ',', '.') end as decimal(28, 9))
        else coalesce(
            try_cast(written as decimal(28, 9)),
            try_cast(case when regexp_full_match(written, '[+-]?\d{1,3}(,\d{3})+(\.\d+)?')
                then replace(written, ',', '') end as decimal(28, 9)))
        end""",
    "units_of(written, mark)": "try_cast(number_of(written, mark) as decimal(18, 3))",
    "real_of(written, mark)": "try_cast(number_of(written, mark) as double)",
    # A whole number, also where it is written 3.0.
    "whole_of(written, mark)": """
        case when number_of(written, mark) = trunc(number_of(written, mark))
        then try_cast(number_of(written, mark) as bigint) end""",
    # An amount without the sign of its own currency; the sign of another one stays, and so makes it no number.
    "signless(written, currency)": """
        case when currency = 'GBP' then trim(replace(written, '£', ''))
        when currency = 'EUR' then trim(replace(written, '€', ''))
        when currency in ('USD', 'AUD', 'CAD', 'HKD', 'MXN', 'NZD', 'SGD') then trim(replace(written, '$', ''))
        when currency in ('JPY', 'CNY') then trim(replace(written, '¥', ''))
        else written end""",
    # Money: minor units as they are, or a decimal amount by the digits of its currency.
    "minor_of(minor, amount, mark, currency)": """
        case when minor is not null then whole_of(minor, mark)
        else try_cast(round_even(number_of(signless(amount, currency), mark) * scale_of(currency), 0) as bigint) end""",
    # A local time of the shop as UTC. In the hour that the clock repeats, the later reading is taken; a time
    # that the clock skips is moved on by the hour.
    "utc_of(moment, zone)": "timezone('UTC', timezone(zone, moment))",
    # A moment in UTC: with a zone by itself, without one in the shop's.
    "moment_of(written, zone, format)": r"""
        case when regexp_matches(written, ':\d\d(\.\d+)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)$') then
            timezone('UTC', try_cast(
                regexp_replace(written, ' ?([+-]\d\d):?(\d\d)$', '\1:\2') as timestamptz))
        else utc_of(coalesce(try_strptime(written, format), try_cast(written as timestamp)), zone) end""",
    # A day of the shop; of a moment, the day it falls on there.
    "day_of(written, zone, format)": r"""
        case when try_strptime(written, format) is not null then cast(try_strptime(written, format) as date)
        when length(written) <= 10 then try_cast(written as date)
        else cast(timezone(zone, timezone('UTC', moment_of(written, zone, format))) as date) end""",
    "flag_of(written)": """
        case when lower(written) in ('true', 't', 'yes', 'y', '1') then true
        when lower(written) in ('false', 'f', 'no', 'n', '0') then false end""",
    # The name of a column that a row left out and a setting filled.
    "assumed(name, written)": "case when written is null then name end",
    "is_currency(code)": "regexp_full_match(code, '[A-Z]{3}')",
    # Faults: the column, what stood there, and what is wrong with it and how to mend it.
    "fault(name, written, reason)": "struct_pack(column_name := name, bad_value := written, reason := reason)",
    "torn(reason)": "fault('', null, reason)",
    "missing(name)": "fault(name, null, 'is empty, and it is required: fill it')",
    "no_number(name, written)": """fault(name, written,
        'is no number: write it like 1234.50, or set ingest.decimal_mark')""",
    "no_whole(name, written)": "fault(name, written, 'is no whole number: write it like 12')",
    "no_moment(name, written)": """fault(name, written,
        'is no time: write it like 2026-03-02 14:30, or set ingest.timestamp_format')""",
    "no_day(name, written)": """fault(name, written,
        'is no day: write it like 2026-03-02, or set ingest.date_format')""",
    "no_flag(name, written)": "fault(name, written, 'is neither yes nor no: write true or false')",
    "no_currency(name, written)": "fault(name, written, 'is no currency: write its three letters, like GBP')",
    "below(name, written, least)": "fault(name, written, 'is below ' || least || ': correct it')",
    "above(name, written, most)": "fault(name, written, 'is above ' || most || ': correct it')",
    "not_one_of(name, written, known)": "fault(name, written, 'is not one of ' || known)",
    "in_future(name, written)": "fault(name, written, 'lies in the future: correct the date or the clock')",
    "too_early(name, written)": "fault(name, written, 'lies before 1970: correct the date')",
}


def create_macros(database: Database) -> None:
    """Make the macros known to this connection; they are gone with it."""
    by_digits = {digits: sorted(code for code, found in unusual_digits().items() if found == digits)
                 for digits in set(unusual_digits().values())}  # fmt: skip
    cases = " ".join(
        f"when currency in ({', '.join(repr(code) for code in codes)}) then {10**digits}"
        for digits, codes in sorted(by_digits.items())
    )
    # How many minor units make one of the currency.
    database.execute(f"create or replace temp macro scale_of(currency) as case {cases} else 100 end")
    for signature, body in _MACROS.items():
        database.execute(f"create or replace temp macro {signature} as {body}")
