"""GS1 keys and element strings: the numbers and the text inside a logistic label's bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from invopt.errors import InvoptError

#: Stands for FNC1, which opens a GS1-128 symbol and closes a field of variable length.
FNC1 = "\xf1"
#: Application identifiers used here whose field has a fixed length, so that nothing closes it.
_FIXED = ("00", "3302")


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


def assign_sscc(parcel_ids: Iterable[str], first_serial: int, company_prefix: str) -> dict[str, str]:
    """An SSCC for each parcel, counted up from `first_serial`, in the order of their ids.

    The caller keeps the register of what was given out and starts behind it. With the extension digit a
    prefix of 7 digits has ten thousand million numbers; after the last the count begins anew.

    >>> assign_sscc(["O-2/MAIN/1", "O-1/MAIN/1"], 123456789, "0614141")["O-1/MAIN/1"]
    '006141411234567890'
    """
    per_extension = 10 ** (16 - len(company_prefix))
    return {
        parcel_id: sscc(company_prefix, serial % per_extension, serial // per_extension % 10)
        for serial, parcel_id in enumerate(sorted(set(parcel_ids)), start=first_serial)
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
