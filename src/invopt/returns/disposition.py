"""Where a graded return goes, by what it is worth there, and the movements that put it back on sale."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import TableError
from invopt.returns.sold import records
from invopt.settings.returns import Returns
from invopt.tables import (
    DISPOSAL,
    PRODUCT,
    REFURBISH_ORDER,
    RETURN_AUTHORISATION,
    RETURN_LINE,
    STOCK_MOVEMENT,
    check,
    empty,
)

Floats = NDArray[np.float64]

# Whether goods of a grade can go there at all.
_GRADES_FOR = {
    "restock": ("as_new",),
    "refurbish": ("opened", "worn", "defective"),
    "back_to_supplier": ("as_new", "opened", "defective"),
    "scrap": ("as_new", "opened", "worn", "damaged", "defective"),
}
_QUARANTINE = "quarantine"


def dispose(
    return_lines: pd.DataFrame, products: pd.DataFrame, cover_days: pd.DataFrame, settings: Returns,
    holding_rate_per_year: float = 0.2, authorisations: pd.DataFrame | None = None,
    overrides: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Where each graded return goes: the place where it is worth most, unless a rule overrides.

    `return_lines` is RETURN_LINE (rows without a receipt or a grade are left out), `products` PRODUCT,
    `cover_days` has `sku_id, location_id, days_of_cover` (POLICY has them; a SKU without a row, or without a
    figure, counts as sold slowly: a year). With `authorisations` (RETURN_AUTHORISATION) only what was granted is
    disposed of, up to the units granted: the rest is still the customer's. `overrides` are decisions of people
    (`return_id, return_line_id, disposition, decided_by`) and go before everything. Returns DISPOSAL, one row a
    graded line.

    Worth of a unit, with price p, cost c, t days of cover before it sells, T days to obsolescence, holding
    rate h:

        restock           p P(sold) + l c (1 - P(sold)) - h c t/365 - work,  P(sold) = exp(-t/T)
        refurbish         s (q p P(sold) + l c (1 - P(sold))) + (1 - s) l c - h c t/365 - work
        back_to_supplier  credit x c - freight
        scrap             l c - cost of scrapping

    (t of refurbished goods includes `refurbish_days`; l liquidation share, s success, q price share.) Opened
    goods are restocked only after refurbishing. Rules that override, in this sequence: another SKU than
    announced, or no catalogue entry -> quarantine; perishable or hygiene goods that were opened, worn or
    damaged -> scrap; discontinued goods are valued at liquidation; no price and cost known -> quarantine.
    """
    returns = check(return_lines, RETURN_LINE)
    here = returns[returns["received_on"].notna() & returns["grade"].notna() & returns["location_id"].notna()]
    here = here[here["received_units"].fillna(0) > 0]
    here = here.sort_values(["return_id", "return_line_id"], ignore_index=True)
    if authorisations is not None:
        here = _granted(here, authorisations)
    if here.empty:
        return empty(DISPOSAL)
    goods = check(products, PRODUCT).set_index("sku_id").reindex(here["sku_id"]).reset_index(drop=True)
    cover = _cover(here, cover_days, settings)
    worth = _worth(goods, here["grade"].to_numpy(dtype=object), cover, settings, holding_rate_per_year)
    names = np.array(list(worth), dtype=object)
    values = np.column_stack(list(worth.values()))
    best = np.argmax(values, axis=1)
    unit_worth = values[np.arange(len(here)), best]
    chosen = names[best]
    reason = _compared(worth, chosen)
    _override(here, goods, chosen, unit_worth, reason, settings)
    if overrides is not None and len(overrides):
        _decided(here, overrides, values, names, chosen, unit_worth, reason)
    frame = pd.DataFrame(
        {
            "return_id": here["return_id"], "return_line_id": here["return_line_id"],
            "sku_id": here["sku_id"],
            "location_id": here["location_id"], "disposed_units": here["received_units"],
            "disposition": chosen,
            "worth_minor": np.rint(unit_worth * here["received_units"].to_numpy()).astype(np.int64),
            "currency": goods["currency"].fillna("XXX"), "reason": reason,
        }
    )  # fmt: skip
    return check(frame, DISPOSAL)


def _granted(here: pd.DataFrame, authorisations: pd.DataFrame) -> pd.DataFrame:
    """Lines whose return was granted and whose goods are those announced, with the units granted."""
    keys = ["return_id", "return_line_id"]
    answers = check(authorisations, RETURN_AUTHORISATION)
    good = answers[(answers["outcome"] == "granted") & (answers["count_path"] != "other")]
    rows = here.merge(good[[*keys, "granted_units"]], on=keys, how="inner", validate="one_to_one")
    rows["received_units"] = np.minimum(rows["received_units"], rows.pop("granted_units"))
    return rows[rows["received_units"] > 0].reset_index(drop=True)


def _decided(
    here: pd.DataFrame, overrides: pd.DataFrame, values: Floats, names: NDArray[np.object_],
    chosen: NDArray[np.object_], unit_worth: Floats, reason: NDArray[np.object_],
) -> None:  # fmt: skip
    """What people decided, at what it is worth there; nothing, where the goods could not go there by rule."""
    said = {(row.return_id, row.return_line_id): row for row in records(overrides)}
    for number, key in enumerate(zip(here["return_id"], here["return_line_id"], strict=True)):
        if (row := said.get(key)) is None:
            continue
        at = np.flatnonzero(names == row.disposition)
        worth = values[number, at[0]] if len(at) else 0.0
        chosen[number], reason[number] = row.disposition, f"decided by {row.decided_by}"
        unit_worth[number] = worth if np.isfinite(worth) else 0.0


def _cover(here: pd.DataFrame, cover_days: pd.DataFrame, settings: Returns) -> Floats:
    merged = here[["sku_id", "location_id"]].merge(
        cover_days[["sku_id", "location_id", "days_of_cover"]],
        on=["sku_id", "location_id"], how="left", validate="many_to_one",
    )  # fmt: skip
    days: Floats = merged["days_of_cover"].fillna(float(settings.obsolescence_days)).to_numpy(dtype=np.float64)
    return days


def _worth(
    goods: pd.DataFrame, grade: NDArray[np.object_], cover: Floats, settings: Returns, holding_rate: float
) -> dict[str, Floats]:
    """Worth of a unit at each disposition; minus infinity where its grade cannot go there."""
    price = goods["unit_price_minor"].to_numpy(dtype=np.float64, na_value=np.nan)
    cost = goods["unit_cost_minor"].to_numpy(dtype=np.float64, na_value=np.nan)
    is_gone = (goods["lifecycle"] == "discontinued").fillna(False).to_numpy(dtype=bool)
    scrap_value = settings.liquidation_share * cost
    sells = np.where(is_gone, 0.0, np.exp(-cover / settings.obsolescence_days))
    later = cover + settings.refurbish_days
    sells_later = np.where(is_gone, 0.0, np.exp(-later / settings.obsolescence_days))
    holding = holding_rate * cost / 365.0
    success = settings.refurbish_success_share
    refurbished = settings.refurbished_price_share * price * sells_later + scrap_value * (1.0 - sells_later)
    worth = {
        "restock": price * sells + scrap_value * (1.0 - sells) - holding * cover - settings.restock_minor,
        "refurbish": success * refurbished + (1.0 - success) * scrap_value - holding * later - settings.refurbish_minor,
        "back_to_supplier": settings.supplier_credit_share * cost - settings.supplier_return_minor,
        "scrap": scrap_value - settings.scrap_minor,
    }
    for name, grades in _GRADES_FOR.items():
        possible = np.isin(grade.astype(str), grades) & ~np.isnan(worth[name])
        worth[name] = np.where(possible, worth[name], -np.inf)
    return worth


def _compared(worth: dict[str, Floats], chosen: NDArray[np.object_]) -> NDArray[np.object_]:
    words = []
    for row, name in enumerate(chosen.tolist()):
        others = [
            f"{other} {values[row]:.0f}"
            for other, values in worth.items()
            if other != name and np.isfinite(values[row])
        ]
        words.append(f"worth {worth[name][row]:.0f} a unit; " + (", ".join(others) or "nothing else possible"))
    return np.array(words, dtype=object)


def _override(
    here: pd.DataFrame, goods: pd.DataFrame, chosen: NDArray[np.object_], unit_worth: Floats,
    reason: NDArray[np.object_], settings: Returns,
) -> None:  # fmt: skip
    unknown = (~np.isfinite(unit_worth)) | goods["unit_cost_minor"].isna().to_numpy()
    used = here["grade"].isin(("opened", "worn", "damaged")).to_numpy(dtype=bool)
    perishable = goods["shelf_life_days"].notna().to_numpy()
    hygiene = goods["category_id"].isin(settings.hygiene_categories).to_numpy(dtype=bool)
    no_second_life = (perishable | hygiene) & used & ~unknown
    wrong = (here["return_reason"] == "wrong_item").fillna(False).to_numpy(dtype=bool)
    cost = goods["unit_cost_minor"].to_numpy(dtype=np.float64, na_value=0.0)
    for mask, name, worth, why in (
        (no_second_life, "scrap", settings.liquidation_share * cost - settings.scrap_minor,
         "perishable or hygiene goods that were opened are not sold again"),
        (wrong, _QUARANTINE, np.zeros(len(here)), "said to be another item: to be identified first"),
        (unknown, _QUARANTINE, np.zeros(len(here)), "no cost or price is known: to be valued first"),
    ):  # fmt: skip
        chosen[mask] = name
        unit_worth[mask] = worth[mask]
        reason[mask] = why


def restock_movements(
    disposals: pd.DataFrame, received: pd.DataFrame, ledger: pd.DataFrame, refurbished: pd.DataFrame | None = None
) -> pd.DataFrame:
    """STOCK_MOVEMENT rows that put goods back on the shelf, at the location that received them.

    `disposals` is DISPOSAL, `received` RETURN_LINE (for the day: that of the grading, else of the receipt),
    `ledger` STOCK_MOVEMENT as it stands, `refurbished` REFURBISH_ORDER (work that is done goes back, too). The id
    of a movement follows from its return line, and movements that are in the ledger already are left out: the same
    receipt sent twice, or a rerun, restocks once.

    Raises `TableError` where a return line of `disposals` is not in `received`.
    """
    disposals = check(disposals, DISPOSAL)
    keys = ["return_id", "return_line_id"]
    is_back = disposals["disposition"] == "restock"
    if refurbished is not None:
        done = pd.MultiIndex.from_frame(refurbished.loc[refurbished["state"] == "done", keys])
        is_back |= pd.MultiIndex.from_frame(disposals[keys]).isin(done) & (disposals["disposition"] == "refurbish")
    back = disposals[is_back]
    lines = check(received, RETURN_LINE).set_index(keys)
    moved_on = lines["graded_on"].fillna(lines["received_on"])
    day = moved_on.reindex(pd.MultiIndex.from_frame(back[keys]))
    if day.isna().any():
        first = back.loc[day.isna().to_numpy(), keys].head(3).to_numpy().tolist()
        raise TableError(f"return_line: no receipt of {first}, which are to be restocked.")
    frame = pd.DataFrame(
        {
            "movement_id": "return|" + back["return_id"] + "|" + back["return_line_id"],
            "sku_id": back["sku_id"], "location_id": back["location_id"], "movement_kind": "return",
            "moved_units": back["disposed_units"], "moved_at": day.to_numpy(), "reference": back["return_id"],
        }
    )  # fmt: skip
    known = check(ledger, STOCK_MOVEMENT)["movement_id"]
    return check(frame[~frame["movement_id"].isin(known)], STOCK_MOVEMENT)


def refurbish_orders(
    disposals: pd.DataFrame, received: pd.DataFrame, settings: Returns, as_of: np.datetime64,
    ended: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """REFURBISH_ORDER: a work order for every return line that is to be made saleable again.

    `disposals` is DISPOSAL, `received` RETURN_LINE. The work is ordered on the day of the grading, costs
    `refurbish_minor` a unit and is to be ready after `refurbish_days`; past that it is late. `ended` are decisions
    of people (`return_id, return_line_id, result` done or failed); without one, work that was to be ready
    `assumed_settled_days` ago is done, it is assumed.
    """
    keys = ["return_id", "return_line_id"]
    rows = check(disposals, DISPOSAL)
    rows = rows[rows["disposition"] == "refurbish"]
    if rows.empty:
        return empty(REFURBISH_ORDER)
    lines = check(received, RETURN_LINE)[[*keys, "graded_on", "received_on"]]
    rows = rows.merge(lines, on=keys, how="left", validate="one_to_one")
    ordered = rows["graded_on"].fillna(rows["received_on"])
    ready = ordered + pd.Timedelta(days=settings.refurbish_days)
    today = pd.Timestamp(as_of)
    state = np.where(ready < today, "late", "open").astype(object)
    state[(ready < today - pd.Timedelta(days=settings.assumed_settled_days)).to_numpy()] = "done"
    if ended is not None and len(ended):
        result = ended.drop_duplicates(keys, keep="last").set_index(keys)["result"]
        told = result.reindex(pd.MultiIndex.from_frame(rows[keys])).to_numpy(dtype=object)
        state = np.where(pd.isna(told), state, told)
    frame = rows.assign(
        work_order_id="refurbish|" + rows["return_id"] + "|" + rows["return_line_id"],
        work_units=rows["disposed_units"],
        cost_minor=np.rint(rows["disposed_units"] * settings.refurbish_minor).astype("int64"),
        ordered_on=ordered, ready_on=ready, state=state,
    )  # fmt: skip
    return check(frame[list(REFURBISH_ORDER.names)], REFURBISH_ORDER)


def with_dispositions(authorisations: pd.DataFrame, disposals: pd.DataFrame) -> pd.DataFrame:
    """RETURN_AUTHORISATION with the disposition of the lines that have one."""
    keys = ["return_id", "return_line_id"]
    answers = check(authorisations, RETURN_AUTHORISATION).drop(columns="disposition")
    merged = answers.merge(disposals[[*keys, "disposition"]], on=keys, how="left", validate="one_to_one")
    return check(merged, RETURN_AUTHORISATION)
