"""Exceptions of knowledge: forecasts gone wrong, data that cannot be true."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings import Alerts, Policy
from invopt.stages.alerts.rows import joined, made, none, percent, plain, told


def override_alerts(overrides: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Overrides of the forecast that change nothing because of what they name. Only their maker knows their worth."""
    lost = overrides[overrides["state"].isin(["unmatched", "refused"])]
    return made(
        "override_unmatched",
        "decision",
        key=lost["override_id"],
        worth=pd.Series(0.0, index=lost.index),
        currency=pd.Series(currency, index=lost.index),
        message=told(
            "The override of ", lost["scope"].fillna("the forecast"), " ", lost["scope_id"].fillna(""), " by ",
            lost["decided_by"], " changes nothing: ", lost["note"].fillna("it cannot be read"), ".",
        ),
        remedy="Undo it with invopt forecast undo, or make it again with what it should name.",
    )  # fmt: skip


def forecast_alerts(planned: pd.DataFrame, rules: Alerts, policy: Policy) -> pd.DataFrame:
    """Forecasts that were far off and always to the same side.

    Worth over one protection interval: too low, the margin of what would be missing; too high, a year's
    holding of what would be too much.
    """
    bias, error = planned["bias_share"].astype("float64"), planned["wape"].astype("float64")
    wrong = (bias.abs() > rules.forecast_bias_share) & (error > rules.forecast_error_share)
    # forecast = demand x (1 + bias), so the units by which it is off are forecast x |bias| / (1 + bias).
    off = planned["expected_demand_units"] * bias.abs() / (1 + bias).clip(lower=0.1)
    margin = (planned["unit_price_minor"] - planned["unit_cost_minor"]).clip(lower=0)
    holding = planned["unit_cost_minor"] * policy.holding_rate_per_year
    side = pd.Series(np.where(bias > 0, "above", "below"), index=planned.index)
    rows = made(
        "forecast_wrong",
        "sku_location",
        key=joined(planned["sku_id"], planned["location_id"]),
        worth=pd.Series(np.where(bias < 0, off * margin, off * holding), index=planned.index),
        currency=planned["currency"],
        message=told(
            "Past forecasts lay ",
            percent(bias.abs().fillna(0.0)),
            " ",
            side,
            " demand, with an error of ",
            percent(error.fillna(0.0)),
            " of it.",
        ),
        remedy="Look for a promotion, a price or a lost customer; override if you know more.",
    )
    return rows[wrong]


def data_alerts(tables: dict[str, pd.DataFrame], currency: str) -> pd.DataFrame:
    """Counts below zero, prices below cost, and rows of files that were refused."""
    described, stock = tables["sku_location"], tables["stock_position"]
    keys = ["sku_id", "location_id"]
    counted = stock.merge(described[[*keys, "unit_cost_minor", "currency"]], on=keys, how="inner")
    counted = counted[counted["counted_units"] < 0]
    negative = made(
        "data_problem",
        "stock",
        key=joined(counted["sku_id"], counted["location_id"]),
        worth=-counted["counted_units"] * counted["unit_cost_minor"],
        currency=counted["currency"],
        message=told("The stock count is ", plain(counted["counted_units"]), "; the plan reads it as zero."),
        remedy="Count the shelf and correct the record.",
    )
    cheap = described[
        (described["unit_price_minor"] > 0)
        & (described["unit_price_minor"] < described["unit_cost_minor"])
        & (described["last_year_units"] > 0)
    ]
    below = made(
        "data_problem",
        "price",
        key=joined(cheap["sku_id"], cheap["location_id"]),
        worth=(cheap["unit_cost_minor"] - cheap["unit_price_minor"]) * cheap["last_year_units"],
        currency=cheap["currency"],
        message=told("The price is below the cost; ", plain(cheap["last_year_units"]), " units were sold last year."),
        remedy="Correct the price or the cost, or run the SKU down.",
    )
    return pd.concat(
        [negative, below, _refused_files(tables["refused_file"], currency), _refused(tables, currency)],
        ignore_index=True,
    )


def _refused_files(files: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Files that wait in the inbox because they cannot be taken in: the plan was made without them."""
    return made(
        "file_refused",
        "file",
        key=files["file_name"],
        worth=pd.Series(0.0, index=files.index),
        currency=pd.Series(currency, index=files.index),
        message=told("The plan was made without this file. ", files["reason"]) if len(files) else files["reason"],
        remedy="Mend the file in the inbox, or take it away, and plan again.",
    )


def rate_card_alerts(rate_fault: pd.DataFrame, currency: str) -> pd.DataFrame:
    """Rate cards that leave a gap, overlap, or contradict themselves, one exception a fault.

    What a wrong card costs nobody knows beforehand, so it is given no worth; it is listed all the same.
    """
    if rate_fault.empty:
        return none()
    today = pd.Series(np.where(rate_fault["is_now"], " Nothing is priced there today.", ""), index=rate_fault.index)
    keys = ["carrier_id", "service_id", "zone", "fault", "reason"]
    return made(
        "data_problem",
        "rate_card",
        key=joined(*(rate_fault[name] for name in keys)),
        worth=pd.Series(0.0, index=rate_fault.index),
        currency=pd.Series(currency, index=rate_fault.index),
        message=told("Rate card ", rate_fault["reason"], ".", today),
        remedy="Correct the card's days and breaks and take the file in again.",
    )


def _refused(tables: dict[str, pd.DataFrame], currency: str) -> pd.DataFrame:
    refused = tables["rejected_row"]
    if refused.empty:
        return none()
    causes = (
        refused.groupby(["file_id", "file_name", "column_name", "reason"], sort=True)
        .agg(rows=("line_number", "size"), first=("line_number", "min"))
        .reset_index()
    )
    # What a refused row was worth nobody knows, so it is not given a worth; it is listed all the same.
    return made(
        "data_problem",
        "file",
        key=joined(causes["file_name"], causes["file_id"], causes["column_name"], causes["reason"]),
        worth=pd.Series(0.0, index=causes.index),
        currency=pd.Series(currency, index=causes.index),
        message=told(
            causes["rows"].map("{:,}".format),
            " rows refused, first line ",
            causes["first"],
            ", column ",
            causes["column_name"],
            ": ",
            causes["reason"],
        ),
        remedy="Correct the file and take it in again.",
    )
