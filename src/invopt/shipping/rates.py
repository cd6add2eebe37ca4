"""What a parcel costs with each carrier service: billed weight, dated rate cards, fuel, surcharges, limits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from invopt.shipping.rate_cards import valid_rates
from invopt.shipping.zones import find_zones, plain_postcode, prefixes

FloatArray = npt.NDArray[np.float64]
#: Columns of a quote; one row a parcel and service. `reason` is empty where the parcel can go.
QUOTE = (
    "parcel_id", "carrier_id", "service_id", "zone", "billed_weight_g", "base_minor", "fuel_minor",
    "surcharge_minor", "cost_minor", "currency", "reason",
)  # fmt: skip
_LANE = ["from_country", "to_country", "to_postcode"]


def billed_weight_g(weight_g: pd.Series, volume_cm3: pd.Series, divisor: pd.Series, step_g: pd.Series) -> pd.Series:
    """The greater of actual and dimensional weight, rounded up to the carrier's step, in grams.

    `volume_cm3` is outer length x width x height; dimensional weight in kg is volume / divisor (cm3 per kg;
    missing where the carrier bills actual weight alone). Volumes that are not known count as nothing.

    >>> one = lambda value: pd.Series([value])
    >>> billed_weight_g(one(2000), one(24_000.0), one(5000.0), one(500)).tolist()
    [5000]
    """
    dimensional = np.ceil((volume_cm3 * 1000.0 / divisor).fillna(0.0).round(6))
    step = step_g.fillna(1).astype("float64")
    heavier = weight_g.astype("float64").clip(lower=dimensional)
    return ((heavier / step).map(np.ceil) * step).astype("int64")


def quote(
    parcel: pd.DataFrame,
    carrier_service: pd.DataFrame,
    carrier_zone: pd.DataFrame,
    rate: pd.DataFrame,
    surcharge: pd.DataFrame,
    on: pd.Timestamp,
    *,
    currency: str,
) -> pd.DataFrame:
    """Price every parcel with every service on a day; columns `QUOTE`, grain parcel x service.

    `parcel`: parcel_id, from_country, to_country, to_postcode, weight_g, length_mm, width_mm, height_mm
    (missing where not known), is_hazardous, is_age_restricted, is_residential, and value_minor of the goods (without
    the column nothing is insured). The other frames are the
    tables of their names; prices are in minor units of `currency`, the only one in which costs can be
    compared. Where a service cannot carry the parcel the cost is missing and `reason` says why: no zone, no
    valid card, heavier than the last break, over a limit, hazardous goods, no age check, other currency.

    cost = round(base x (1 + fuel)) + surcharges, with the base from the first weight break at or above the
    billed weight.
    """
    pairs = parcel.merge(carrier_service, how="cross").reset_index(drop=True)
    lanes = parcel[_LANE].drop_duplicates()
    pairs = pairs.merge(find_zones(lanes, carrier_zone), on=[*_LANE, "carrier_id"], how="left", validate="many_to_one")
    sides = pairs[["length_mm", "width_mm", "height_mm"]].astype("Float64").to_numpy(np.float64, na_value=np.nan)
    pairs["billed_weight_g"] = billed_weight_g(
        pairs["weight_g"], pd.Series(sides.prod(axis=1) / 1000.0, index=pairs.index),
        pairs["dimensional_divisor"], pairs["weight_step_g"],
    )  # fmt: skip
    rates = valid_rates(rate, on)
    pairs["base_minor"], card_currency = _base(pairs, rates)
    pairs["surcharge_minor"], foreign_surcharge = _surcharges(pairs, surcharge, sides, on, currency)
    fuel_share = pairs["fuel_share"].fillna(0.0)
    pairs["fuel_minor"] = (pairs["base_minor"] * (1.0 + fuel_share)).round() - pairs["base_minor"]
    pairs["reason"] = _reason(pairs, sides, rates, card_currency, foreign_surcharge, on, currency)
    can_go = pairs["reason"] == ""
    total = pairs["base_minor"] + pairs["fuel_minor"] + pairs["surcharge_minor"]
    pairs["cost_minor"] = total.where(can_go)
    for name in ("base_minor", "fuel_minor", "cost_minor"):
        pairs[name] = pairs[name].where(can_go).astype("Int64")
    pairs["currency"] = currency
    return pairs[list(QUOTE)]


def _base(pairs: pd.DataFrame, rates: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Price of the first weight break that bears the billed weight, and its currency; missing without one."""
    priced = pairs[["carrier_id", "service_id", "zone", "billed_weight_g"]].reset_index()
    known = priced[priced["zone"].notna()].sort_values("billed_weight_g", kind="stable")
    breaks = rates[["carrier_id", "service_id", "zone", "up_to_g", "rate_minor", "currency"]].sort_values("up_to_g")
    found = pd.merge_asof(
        known, breaks, left_on="billed_weight_g", right_on="up_to_g",
        by=["carrier_id", "service_id", "zone"], direction="forward",
    ).set_index("index")  # fmt: skip
    return (
        found["rate_minor"].astype("float64").reindex(pairs.index),
        found["currency"].reindex(pairs.index),
    )


def _surcharges(
    pairs: pd.DataFrame, surcharge: pd.DataFrame, sides: FloatArray, on: pd.Timestamp, currency: str
) -> tuple[pd.Series, pd.Series]:
    """Sum of the surcharges that apply to each pair, and whether one is in another currency."""
    total = pd.Series(0, index=pairs.index, dtype="int64")
    is_foreign = pd.Series(False, index=pairs.index)
    longest = np.nan_to_num(sides).max(axis=1, initial=0.0)
    value = pairs["value_minor"].to_numpy(np.float64, na_value=0.0) if "value_minor" in pairs else np.zeros(len(pairs))
    ends = surcharge["valid_until_on"].fillna(pd.Timestamp.max.floor("us"))
    for row in surcharge[(surcharge["valid_from_on"] <= on) & (ends >= on)].to_dict("records"):
        applies = (pairs["carrier_id"] == row["carrier_id"]) & (pairs["service_id"] == row["service_id"])
        if row["cause"] == "oversize":
            applies &= longest >= (np.inf if pd.isna(row["from_length_mm"]) else row["from_length_mm"])
        elif row["cause"] in ("hazardous", "residential"):
            applies &= pairs[f"is_{row['cause']}"]
        elif row["cause"] == "remote":
            applies &= _starts_with(pairs, row["postcode_prefix"])
        elif row["cause"] == "insurance":
            applies &= value > (0 if pd.isna(row["from_value_minor"]) else row["from_value_minor"])
            premium = value * (0.0 if pd.isna(row["value_share"]) else row["value_share"])
            total += np.where(applies, np.rint(premium), 0).astype(np.int64)
        total += applies.astype("int64") * int(row["amount_minor"])
        is_foreign |= applies & (row["currency"] != currency)
    return total, is_foreign


def _starts_with(pairs: pd.DataFrame, prefix: str | None) -> pd.Series[bool]:
    """Which ship-tos a postcode prefix covers; none where it is missing or empty."""
    wanted = "" if prefix is None or pd.isna(prefix) else plain_postcode(prefix)
    lanes = pd.MultiIndex.from_frame(pairs[["to_country", "to_postcode"]])
    covered = {lane: wanted != "" and wanted in prefixes(lane[1], lane[0]) for lane in lanes.unique()}
    return pd.Series([covered[lane] for lane in lanes], index=pairs.index, dtype=bool)


def _reason(
    pairs: pd.DataFrame,
    sides: FloatArray,
    rates: pd.DataFrame,
    card_currency: pd.Series,
    foreign_surcharge: pd.Series,
    on: pd.Timestamp,
    currency: str,
) -> pd.Series:
    """Why a service cannot carry a parcel; the first cause found, empty where it can."""
    ordered = np.sort(np.nan_to_num(sides), axis=1)
    longest = ordered[:, 2]
    girth = longest + 2 * (ordered[:, 0] + ordered[:, 1])
    with_card = set(zip(rates["carrier_id"], rates["service_id"], rates["zone"], strict=True))
    has_card = [key in with_card for key in zip(pairs["carrier_id"], pairs["service_id"], pairs["zone"], strict=True)]
    causes: list[tuple[object, str]] = [
        (pairs["zone"].isna(), "no zone covers the postcode"),
        (pairs["weight_g"].to_numpy() > _limit(pairs["maximum_weight_g"]), "heavier than the service takes"),
        (longest > _limit(pairs["maximum_length_mm"]), "longer than the service takes"),
        (girth > _limit(pairs["maximum_girth_mm"]), "girth over the service's limit"),
        (pairs["is_hazardous"] & ~pairs["takes_hazardous"].fillna(False).astype(bool), "takes no hazardous goods"),
        (pairs["is_age_restricted"] & ~pairs["checks_age"].fillna(False).astype(bool), "checks no age"),
        (~np.array(has_card, dtype=bool), f"no rate card is valid on {on:%Y-%m-%d}"),
        (pairs["base_minor"].isna(), "heavier than the rate card's last break"),
        ((card_currency != currency) | foreign_surcharge, f"billed in another currency than {currency}"),
    ]
    conditions = [np.asarray(condition, dtype=bool) for condition, _ in causes]
    return pd.Series(np.select(conditions, [text for _, text in causes], default=""), index=pairs.index)


def _limit(values: pd.Series) -> FloatArray:
    """A limit that is not stated does not bind."""
    return values.to_numpy(dtype=np.float64, na_value=np.inf)
