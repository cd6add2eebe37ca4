"""What was sold and what of it came back, as cohorts: units by SKU, location and the day their clock
starts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.returns.sold import delivery_of
from invopt.settings.returns import Returns
from invopt.tables import ORDER_LINE, RETURN_LINE, SHIPMENT, check


class ReturnHistory(NamedTuple):
    """Cohorts of sales and the returns out of them, as known on `as_of`.

    `sold`: one row a SKU, location, channel and clock day: `sku_id, location_id, channel, clock_on, sold_units,
    returned_units` (back so far). `returned`: one row a SKU, location, channel, clock day, reason and lag: `sku_id,
    location_id, channel, clock_on, return_reason, lag_days, units, squared_units` (the sum over return lines of
    units squared). Channel and reason may be left out. `delay_days` is the mean time from sale to the start of the
    clock; `unmatched_units` came back but fit no sale. Both frames may also have `trial_units`: what the fit counts,
    bulk lines cut to an ordinary large one.
    """

    sold: pd.DataFrame
    returned: pd.DataFrame
    delay_days: float
    unmatched_units: float


def return_history(
    order_lines: pd.DataFrame,
    return_lines: pd.DataFrame,
    shipments: pd.DataFrame,
    settings: Returns,
    as_of: np.datetime64,
    home_location: str,
) -> ReturnHistory:
    """Join returns to the sales they came from.

    Comes in: ORDER_LINE, RETURN_LINE (a return without an order line is matched by order and SKU), SHIPMENT.
    The clock of a unit starts with its delivery where any delivery is tracked, else with its order. Only
    what was known before `as_of` counts: sales before it, returns received before it. What came back within
    `cancellation_hours` of the order, by the day of request, is a cancellation: neither sold nor returned.
    Lines cancelled before `as_of` and lines not yet sent are no sales that could come back.
    """
    orders = check(order_lines, ORDER_LINE)
    is_sale = (orders["line_kind"] == "sale") & (orders["ordered_units"] > 0)
    is_known = orders["ordered_at"].to_numpy(dtype="datetime64[us]") < as_of.astype("datetime64[us]")
    cancelled = orders["cancelled_at"].to_numpy(dtype="datetime64[us]") < as_of.astype("datetime64[us]")
    is_dead = (orders["order_state"] == "cancelled").to_numpy(dtype=bool) & orders["cancelled_at"].isna().to_numpy()
    sales = orders[is_sale.to_numpy(dtype=bool) & is_known & ~cancelled & ~is_dead].reset_index(drop=True)
    shipped = check(shipments, SHIPMENT)
    ordered_on = sales["ordered_at"].to_numpy(dtype="datetime64[D]")
    clock = ordered_on
    if shipped["delivered_at"].notna().any():
        clock = delivery_of(sales, shipped, settings).day
    facts = pd.DataFrame(
        {
            "order_id": sales["order_id"], "order_line_id": sales["order_line_id"], "sku_id": sales["sku_id"],
            "location_id": sales["location_id"].fillna(home_location), "clock_on": clock,
            "ordered_on": ordered_on, "sold_units": sales["ordered_units"],
            "channel": sales["channel"].fillna(""),
        }
    )  # fmt: skip
    back = check(return_lines, RETURN_LINE)
    is_here = back["received_on"].to_numpy(dtype="datetime64[D]") < as_of
    back = back[is_here].reset_index(drop=True)
    matched, unmatched = _match(facts, back)
    facts, matched = _without_cancellations(facts, matched, settings)
    cap = facts["sold_units"].quantile(settings.trial_cap_share) if len(facts) else 0.0
    facts = facts.assign(trial_units=facts["sold_units"].clip(upper=float(cap)))
    matched = matched.assign(trial_units=matched["units"].clip(upper=float(cap)))
    facts = facts[facts["clock_on"].notna()]
    delay = (facts["clock_on"] - facts["ordered_on"]).dt.days.mean() if len(facts) else 0.0
    return _cohorts(facts, matched[matched["clock_on"].notna()], float(delay), unmatched)


def cancellation_days(hours: float) -> int:
    """Days from order to request up to which what is taken back is a cancellation; -1 for none.

    Requests carry a day, no hour: up to 24 hours is the same day, 48 hours the next one, too.

    >>> cancellation_days(24), cancellation_days(48), cancellation_days(0)
    (0, 1, -1)
    """
    return max(int(hours // 24) - 1, 0) if hours > 0 else -1


def _match(facts: pd.DataFrame, back: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return lines with the row and clock of their sale; units that fit none."""
    keys = ["order_id", "sku_id", "order_line_id"]
    # Only orders that something came back from: the rest of the sales need no join.
    has_return = _is_among(facts["order_id"], back["order_id"])
    rows = facts.loc[has_return, keys].assign(sale=np.flatnonzero(has_return))
    named = back["order_line_id"].notna()
    by_line = back[named].merge(rows, on=keys, how="left", validate="many_to_one")
    rest = pd.concat([back[~named], by_line.loc[by_line["sale"].isna(), back.columns]], ignore_index=True)
    wanted = rows[_is_among(rows["order_id"], rest["order_id"])]
    first = wanted.sort_values("order_line_id").drop_duplicates(["order_id", "sku_id"])
    by_sku = rest.merge(
        first[["order_id", "sku_id", "sale"]], on=["order_id", "sku_id"], how="left", validate="many_to_one"
    )
    found = pd.concat([by_line[by_line["sale"].notna()], by_sku[by_sku["sale"].notna()]], ignore_index=True)
    units = found["received_units"].fillna(found["returned_units"])
    lost = by_sku.loc[by_sku["sale"].isna()]
    sale = found["sale"].to_numpy(dtype=np.int64)
    matched = pd.DataFrame(
        {
            "sale": sale, "sku_id": facts["sku_id"].array[sale],
            "location_id": facts["location_id"].array[sale],
            "channel": facts["channel"].array[sale],
            "return_reason": found["return_reason"].fillna("unknown").to_numpy(),
            "clock_on": facts["clock_on"].array[sale], "ordered_on": facts["ordered_on"].array[sale],
            "requested_on": found["requested_on"].to_numpy(), "received_on": found["received_on"].to_numpy(),
            "units": units.to_numpy(),
        }
    )  # fmt: skip
    return matched, float(lost["received_units"].fillna(lost["returned_units"]).sum())


def _without_cancellations(
    facts: pd.DataFrame, matched: pd.DataFrame, settings: Returns
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take what came back at once off both sides."""
    waited = (matched["requested_on"] - matched["ordered_on"]).dt.days
    at_once = (waited <= cancellation_days(settings.cancellation_hours)).to_numpy(dtype=bool)
    gone = np.bincount(matched["sale"].to_numpy()[at_once], matched["units"].to_numpy()[at_once], minlength=len(facts))
    left = np.round(np.maximum(facts["sold_units"].to_numpy() - gone, 0.0), 3)
    return facts.assign(sold_units=left), matched[~at_once]


def _is_among(values: pd.Series, wanted: pd.Series) -> NDArray[np.bool_]:
    """Which values stand among the wanted ones, by one pass of coding both."""
    codes = pd.factorize(pd.concat([values, wanted], ignore_index=True))[0]
    found = np.zeros(codes.max(initial=-1) + 1, dtype=bool)
    found[codes[len(values) :]] = True
    return np.asarray(found[codes[: len(values)]])


def _cohorts(facts: pd.DataFrame, matched: pd.DataFrame, delay: float, unmatched: float) -> ReturnHistory:
    keys = ["sku_id", "location_id", "channel", "clock_on"]
    sold = _summed(facts, keys, ["sold_units", "trial_units"])
    lag = (matched["received_on"] - matched["clock_on"]).dt.days.clip(lower=0)
    rows = matched.assign(lag_days=lag.astype(np.int64), squared_units=matched["trial_units"] ** 2)
    returned = _summed(rows, [*keys, "return_reason", "lag_days"], ["units", "trial_units", "squared_units"])
    so_far = returned.groupby(keys)["units"].sum().rename("returned_units").reset_index()
    sold = sold.merge(so_far, on=keys, how="left", validate="one_to_one")
    sold["returned_units"] = np.minimum(sold["returned_units"].fillna(0.0), sold["sold_units"])
    return ReturnHistory(sold, returned, delay, unmatched)


def _summed(rows: pd.DataFrame, keys: list[str], figures: list[str]) -> pd.DataFrame:
    """Sums by key, sorted by it: keys as numbers, since sorting texts is what would take the time."""
    code = np.zeros(len(rows), dtype=np.int64)
    for key in keys:
        part, names = pd.factorize(rows[key], sort=True)
        code = code * np.int64(max(len(names), 1)) + part
    order = np.argsort(code, kind="stable")
    ordered = code[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(rows) else order
    frame = rows[keys].take(order[first]).reset_index(drop=True)
    for name in figures:
        frame[name] = np.add.reduceat(rows[name].to_numpy()[order], first) if len(rows) else np.zeros(0)
    return frame
