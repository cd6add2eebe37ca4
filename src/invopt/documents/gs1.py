"""GS1 keys and element strings: the numbers and the text inside a logistic label's bars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from invopt.errors import InvoptError

#: Stands for FNC1, which opens a GS1-128 symbol and closes a field of variable length.
FNC1 = "\xf1"
#: Application identifiers used here whose field has a fixed length, so that nothing closes it.
_FIXED = ("00", "3302")
#: A serial number is not given again before so many days; GS1 asks for a year.
_DAYS = 400


def check_digit(digits: str) -> int:
    """The modulo-10 check digit of a GS1 key: weights 3 and 1 from the right (GS1 General Specifications 7.9).

    >>> check_digit("00614141123456789")
    0
    """
    weighted = (int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -sum(weighted) % 10


def sscc(company_prefix: str, serial: int, extension: int = 0) -> str:
    """A Serial Shipping Container Code: extension digit, company prefix, serial, check digit; 18 digits.

    Raises `InvoptError` where prefix and serial do not fit into 16 digits.

    >>> sscc("0614141", 123456789)
    '006141411234567890'
    """
    room = 16 - len(company_prefix)
    if not company_prefix.isdigit() or serial < 0 or len(str(serial)) > room:
        raise InvoptError(f"SSCC: prefix {company_prefix!r} leaves {room} digits; serial {serial} does not fit.")
    body = f"{extension}{company_prefix}{serial:0{room}d}"
    return f"{body}{check_digit(body)}"


def assign_sscc(parcel_ids: Sequence[str], day: dt.date, company_prefix: str) -> dict[str, str]:
    """An SSCC for each parcel that is labelled on a day; the same day and list give the same numbers.

    Each day of 400 has its own stretch of serials, so a number returns after more than a year at the
    earliest. Raises `InvoptError` where a day has more parcels than its stretch.

    >>> found = assign_sscc(["O-2/MAIN/1", "O-1/MAIN/1"], dt.date(2026, 3, 2), "0614141")
    >>> found["O-1/MAIN/1"] < found["O-2/MAIN/1"]
    True
    """
    stretch = 10 ** (17 - len(company_prefix)) // _DAYS
    wanted = sorted(set(parcel_ids))
    if len(wanted) > stretch:
        raise InvoptError(
            f"SSCC: prefix {company_prefix!r} has numbers for {stretch} parcels a day; {len(wanted)} are to be "
            "labelled. A shorter prefix has more."
        )
    start = day.toordinal() % _DAYS * stretch
    serials = (start + number for number in range(len(wanted)))
    per_extension: int = 10 ** (16 - len(company_prefix))
    return {
        parcel_id: sscc(company_prefix, serial % per_extension, serial // per_extension)
        for parcel_id, serial in zip(wanted, serials, strict=True)
    }


def element_string(fields: Sequence[tuple[str, str]]) -> str:
    """Fields (application identifier, value) as the content of a GS1-128 symbol.

    >>> element_string([("420", "LS14AP"), ("3302", "001250")]) == FNC1 + "420LS14AP" + FNC1 + "3302001250"
    True
    """
    text = FNC1
    for number, (identifier, value) in enumerate(fields):
        is_last = number == len(fields) - 1
        text += identifier + value + ("" if is_last or identifier in _FIXED else FNC1)
    return text


def readable(fields: Sequence[tuple[str, str]]) -> str:
    """The line for people under the bars.

    >>> readable([("00", "006141411234567890")])
    '(00) 006141411234567890'
    """
    return " ".join(f"({identifier}) {value}" for identifier, value in fields)
