"""Two plans beside each other: what is bought more and what less, in units and money."""

from __future__ import annotations

from typing import Any

import pandas as pd

from invopt.review.book import Book

_SHOWN = 25
_KEYS = ["sku_id", "location_id"]


def differences(book: Book, before: pd.DataFrame, after: pd.DataFrame) -> dict[str, Any]:
    """Sums of two plans in the shop's currency, and the SKU-locations whose order changes most.

    before, after: ORDER_PROPOSAL.
    """
    words, money = book.words, book.words.money
    names = [*_KEYS, "final_units", "amount_minor", "currency"]
    both = before[names].merge(after[names], on=_KEYS, how="outer", suffixes=("_old", "_new"))
    for side in ("old", "new"):
        for name in ("final_units", "amount_minor"):
            both[f"{name}_{side}"] = both[f"{name}_{side}"].fillna(0)
    both["currency"] = both["currency_new"].fillna(both["currency_old"])
    ours = both[both["currency"] == book.currency]
    changed = both[both["final_units_old"] != both["final_units_new"]]
    size = (changed["amount_minor_new"] - changed["amount_minor_old"]).abs()
    worst = changed.loc[size.sort_values(ascending=False, kind="stable").index[:_SHOWN]]
    old, new = int(ours["amount_minor_old"].sum()), int(ours["amount_minor_new"].sum())
    sign = "+" if new >= old else "−"
    return {
        "old": money(old, book.currency, whole=True),
        "new": money(new, book.currency, whole=True),
        "change": f"{sign}{money(abs(new - old), book.currency, whole=True)}",
        "changed": words.number(len(changed)),
        "rows": [
            (row["sku_id"], row["location_id"],
             words.units(row["final_units_old"]), words.units(row["final_units_new"]),
             money(row["amount_minor_old"], row["currency"]), money(row["amount_minor_new"], row["currency"]))
            for row in worst.to_dict("records")
        ],
    }  # fmt: skip
