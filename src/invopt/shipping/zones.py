"""Which zone of a carrier's rate card a postcode lies in."""

from __future__ import annotations

import re

import pandas as pd

#: Between the two ends of a postcode range, e.g. '2000..2999'.
RANGE = ".."
_NOISE = re.compile(r"[^0-9A-Z]")


def plain_postcode(postcode: str) -> str:
    """A postcode in capitals without blanks and signs.

    >>> plain_postcode("sw1a 1aa"), plain_postcode("00-950")
    ('SW1A1AA', '00950')
    """
    return _NOISE.sub("", postcode.upper())


def prefixes(postcode: str, country: str) -> list[str]:
    """Every prefix under which a zone may list a postcode, longest first, ending with the empty one.

    In Great Britain S1 is not the start of S10, nor S of SW1: a prefix of the outward code ends where
    letters and figures meet, or with the code.

    >>> prefixes("S10 1AA", "GB")
    ['S101AA', 'S10', 'S', '']
    >>> prefixes("75011", "FR")[:3]
    ['75011', '7501', '750']
    """
    plain = plain_postcode(postcode)
    if country != "GB":
        return [plain[:length] for length in range(len(plain), -1, -1)]
    outward = plain[:-3] if len(plain) > 4 else plain
    found = [outward[:length] for length in range(len(outward), 0, -1)
             if length == len(outward) or outward[length].isdigit() != outward[length - 1].isdigit()]  # fmt: skip
    return list(dict.fromkeys([plain, *found, ""]))


def is_in_range(postcode: str, prefix: str) -> bool:
    """Whether a postcode lies in a range like '2000..2999'; both ends included, longer postcodes by their start.

    >>> is_in_range("29990", "2000..2999")
    True
    """
    low, high = (plain_postcode(end) for end in prefix.split(RANGE, 1))
    plain = plain_postcode(postcode)
    return len(plain) >= max(len(low), len(high)) and low <= plain[: len(low)] and plain[: len(high)] <= high


def find_zones(lanes: pd.DataFrame, carrier_zone: pd.DataFrame) -> pd.DataFrame:
    """The zone of each carrier for each lane; a lane that no zone covers has no row.

    `lanes`: from_country, to_country, to_postcode, distinct rows. Returns those with carrier_id and zone, one
    row a lane and carrier. A range goes before a prefix, a longer prefix before a shorter.
    """
    by_prefix: dict[tuple[str, str, str], dict[str, str]] = {}
    by_range: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for row in carrier_zone.to_dict("records"):
        key = (row["carrier_id"], row["from_country"], row["to_country"])
        if RANGE in row["postcode_prefix"]:
            by_range.setdefault(key, []).append((row["postcode_prefix"], row["zone"]))
        else:
            by_prefix.setdefault(key, {})[plain_postcode(row["postcode_prefix"])] = row["zone"]
    found = []
    keys = sorted(set(by_prefix) | set(by_range))
    for start, end, postcode in lanes[["from_country", "to_country", "to_postcode"]].itertuples(index=False):
        ways = prefixes(postcode, end)
        for key in keys:
            if key[1:] != (start, end):
                continue
            zone = next((zone for span, zone in by_range.get(key, ()) if is_in_range(postcode, span)), None)
            known = by_prefix.get(key, {})
            zone = zone or next((known[way] for way in ways if way in known), None)
            if zone is not None:
                found.append((start, end, postcode, key[0], zone))
    columns = ["from_country", "to_country", "to_postcode", "carrier_id", "zone"]
    return pd.DataFrame(found, columns=columns).astype("str")
