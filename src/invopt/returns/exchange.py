"""Exchanges: the replacement is kept from other orders at once, the difference charged or refunded."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns.sold import records
from invopt.settings.returns import Returns
from invopt.tables import (
    PRODUCT,
    RETURN_AUTHORISATION,
    RETURN_EXCHANGE,
    RETURN_LINE,
    STOCK_MOVEMENT,
    STOCK_POSITION,
    check,
    empty,
)

_KEYS = ["return_id", "return_line_id"]
_RESERVING = "exchange|"


def exchanges(
    authorisations: pd.DataFrame,
    return_lines: pd.DataFrame,
    products: pd.DataFrame,
    positions: pd.DataFrame,
    settings: Returns,
    as_of: np.datetime64,
    home_location: str,
    sent: pd.DataFrame | None = None,
    ledger: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """RETURN_EXCHANGE: what goes out instead of each granted return that is to be exchanged.

    `authorisations` is RETURN_AUTHORISATION, `return_lines` RETURN_LINE (the SKU wanted; the same one where none is
    named), `products` PRODUCT, `positions` STOCK_POSITION, `ledger` STOCK_MOVEMENT, `sent`
    `return_id, return_line_id` of replacements that have left.

    From the authorisation on, the replacement is reserved at the location with most of it that is free (the home
    location among equals), first come first served, for `exchange_hold_days`; goods that have not come by then
    lose it. Once they are here and graded the replacement is due. The difference is price of the new less refund of
    the old: charged where above 0, refunded where below. A SKU that is not in the catalogue, or not sold any more, is
    no replacement: the return is then settled in money.
    """
    lines = check(return_lines, RETURN_LINE)
    answers = check(authorisations, RETURN_AUTHORISATION)
    answers = answers[(answers["outcome"] == "granted") & (answers["settlement"] == "exchange")]
    wanted = answers.merge(
        lines[[*_KEYS, "exchange_sku_id", "requested_on", "received_on"]], on=_KEYS, how="left", validate="one_to_one"
    )
    if wanted.empty:
        return empty(RETURN_EXCHANGE)
    wanted = wanted.sort_values(["requested_on", *_KEYS], ignore_index=True)
    goods = check(products, PRODUCT).set_index("sku_id")
    is_sent = _among(wanted, sent)
    skus = set(wanted["exchange_sku_id"].fillna(wanted["sku_id"]))
    free = _free_stock(positions[positions["sku_id"].isin(skus)], ledger)
    rows = []
    for number, line in enumerate(records(wanted)):
        sku = line.sku_id if pd.isna(line.exchange_sku_id) else line.exchange_sku_id
        until = line.requested_on + pd.Timedelta(days=settings.exchange_hold_days)
        is_here = not pd.isna(line.received_on)
        is_out = not is_here and (line.state == "closed" or until < pd.Timestamp(as_of))
        price = goods["unit_price_minor"].get(sku)
        is_sold = sku in goods.index and goods["lifecycle"].get(sku) != "discontinued"
        difference = 0
        if sku != line.sku_id and price is not None and not pd.isna(price):
            difference = round(float(price) * line.granted_units) - line.refund_minor
        place, held, state, why = None, 0.0, "timed_out", f"the goods had not come by {until:%Y-%m-%d}: given free"
        if is_sent[number] or (is_here and line.state in ("closed", "refunded")):
            state, why = "sent", "the replacement has left"
        elif not is_sold:
            state, why = "no_price", f"{sku} is not sold any more: settled in money"
        elif sku != line.sku_id and pd.isna(price):
            state, why = "no_price", f"no price of {sku} is known: settled in money"
        elif not is_out:
            place = _best_place(free, sku, line.granted_units, home_location)
            state, why = "no_stock", f"no location has {line.granted_units:g} of {sku} free: settled in money"
            if place is not None:
                free[sku][place] -= line.granted_units
                held = line.granted_units
                is_due = is_here and line.state == "graded"
                state = "due" if is_due else "reserved"
                why = "the goods are here: send it" if is_due else f"kept at {place} until {until:%Y-%m-%d}"
        rows.append((line.return_id, line.return_line_id, line.order_id, line.sku_id, sku, place, line.granted_units,
                     held, until, difference if state != "no_price" else 0, line.currency, state, why))  # fmt: skip
    return check(pd.DataFrame(rows, columns=list(RETURN_EXCHANGE.names)), RETURN_EXCHANGE)


def _among(wanted: pd.DataFrame, sent: pd.DataFrame | None) -> np.ndarray:
    if sent is None or sent.empty:
        return np.zeros(len(wanted), dtype=bool)
    return np.asarray(pd.MultiIndex.from_frame(wanted[_KEYS]).isin(pd.MultiIndex.from_frame(sent[_KEYS])))


def _free_stock(positions: pd.DataFrame, ledger: pd.DataFrame | None) -> dict[str, dict[str, float]]:
    """Units on hand and not reserved, by SKU and location; what the ledger reserves for exchanges is theirs."""
    stock = check(positions, STOCK_POSITION)
    free: dict[str, dict[str, float]] = {}
    left = stock["on_hand_units"] - stock["reserved_units"]
    for sku, place, units in zip(stock["sku_id"], stock["location_id"], left, strict=True):
        free.setdefault(sku, {})[place] = units
    if ledger is not None:
        own = check(ledger, STOCK_MOVEMENT)
        own = own[own["movement_id"].str.startswith(_RESERVING) & own["movement_kind"].isin(("reservation", "release"))]
        signed = own["moved_units"].where(own["movement_kind"] == "reservation", -own["moved_units"])
        for sku, place, units in zip(own["sku_id"], own["location_id"], signed, strict=True):
            if sku in free:
                free[sku][place] = free[sku].get(place, 0.0) + units
    return free


def _best_place(free: dict[str, dict[str, float]], sku: str, units: float, home: str) -> str | None:
    fits = [(left, place == home, place) for place, left in free.get(sku, {}).items() if left >= units]
    return max(fits)[2] if fits else None


def exchange_movements(exchange: pd.DataFrame, ledger: pd.DataFrame, settings: Returns) -> pd.DataFrame:
    """STOCK_MOVEMENT rows that reserve replacements, and that release what the ledger still holds for ended ones.

    The ids follow from the return lines, so that each counts once, however often it is sent.
    """
    since = exchange["reserved_until_on"] - pd.Timedelta(days=settings.exchange_hold_days)
    name = _RESERVING + exchange["return_id"] + "|" + exchange["return_line_id"]
    rows = exchange.assign(movement_id=name, moved_at=since, movement_kind="reservation",
                           moved_units=exchange["reserved_units"], reference=exchange["return_id"])  # fmt: skip
    held = rows[rows["reserved_units"] > 0]
    booked = check(ledger, STOCK_MOVEMENT).set_index("movement_id")
    over = rows[(rows["reserved_units"] == 0) & rows["movement_id"].isin(booked.index)]
    given = booked.loc[over["movement_id"]]
    over = over.assign(
        movement_id=over["movement_id"] + "|release", movement_kind="release", moved_at=over["reserved_until_on"],
        location_id=given["location_id"].to_numpy(), moved_units=given["moved_units"].to_numpy(),
        sku_id=given["sku_id"].to_numpy(),
    )  # fmt: skip
    return check(pd.concat([held, over])[list(STOCK_MOVEMENT.names)], STOCK_MOVEMENT)
