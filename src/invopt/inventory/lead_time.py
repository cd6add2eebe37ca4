"""Lead times as tables: what each supplier takes for each SKU, and when open orders will come."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numba import prange
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from invopt import tables
from invopt.errors import TableError
from invopt.inventory._distributions import student_from_normal
from invopt.inventory.lead_time_model import fit
from invopt.inventory.projection_inputs import Arrivals
from invopt.probability.compiled import block_kernel
from invopt.settings import LeadTime
from invopt.tables import LEAD_TIME

Floats = NDArray[np.float64]

_STRATA = 64
# A supplier's own fill share counts fully only after some order lines.
_PRIOR_LINES = 10.0


def observed_lead_times(
    purchase_order_line: pd.DataFrame, receipt: pd.DataFrame, as_of: pd.Timestamp, settings: LeadTime
) -> pd.DataFrame:
    """Return one row per purchase order line that tells of lead times, as known on the as-of day.

    Inputs: tables `purchase_order_line` and `receipt`. Comes back: supplier_id, sku_id, days (order to
    receipt, weighted by units over part deliveries; age for an open line), is_open, age_days (since the
    order, for its weight) and received_share of the ordered units. Left out: lines ordered on or after
    `as_of`, lines cancelled before anything came, lines open beyond `abandoned_after_days`, and receipts
    dated before their order.
    """
    lines = purchase_order_line[purchase_order_line["ordered_on"] < as_of]
    came = receipt[(receipt["received_on"] < as_of) & (receipt["received_units"] > 0)]
    key = ["purchase_order_id", "purchase_order_line_id"]
    came = came.assign(unit_days=(came["received_on"] - pd.Timestamp("1970-01-01")).dt.days * came["received_units"])
    sums = came.groupby(key, as_index=False)[["received_units", "unit_days"]].sum()
    joined = lines.merge(sums, on=key, how="left", validate="one_to_one")
    ordered_day = (joined["ordered_on"] - pd.Timestamp("1970-01-01")).dt.days
    age = (as_of - joined["ordered_on"]).dt.days.astype("float64")
    days = joined["unit_days"] / joined["received_units"] - ordered_day
    is_open = joined["received_units"].isna()
    cancelled = joined["cancelled_on"].notna() & (joined["cancelled_on"] < as_of)
    result: pd.DataFrame = pd.DataFrame(
        {
            "supplier_id": joined["supplier_id"],
            "sku_id": joined["sku_id"],
            "days": days.where(~is_open, age),
            "is_open": is_open,
            "age_days": age,
            "received_share": (joined["received_units"] / joined["ordered_units"].where(joined["ordered_units"] > 0))
            .clip(upper=1.0)
            .where(~is_open),
        }
    )
    usable = (result["days"] >= 0) & ~(is_open & (cancelled | (age > settings.abandoned_after_days)))
    return pd.DataFrame(result[usable]).reset_index(drop=True)


def lead_times(
    planned: pd.DataFrame,
    purchase_order_line: pd.DataFrame,
    receipt: pd.DataFrame,
    as_of: pd.Timestamp,
    settings: LeadTime | None = None,
) -> pd.DataFrame:
    """Return the predictive lead time of each planned supplier, SKU and location.

    Inputs: `planned` with supplier_id, sku_id, location_id and lead_time_days (stated in the supplier's
    terms, missing where not), tables `purchase_order_line` and `receipt`, both of which may be empty. Comes
    back: table `lead_time`. Evidence is used in this order: receipts of the supplier (the SKU's own as far
    as they go), the stated lead time, receipts of all suppliers, the setting; `reason` says which. Raises
    `TableError` where planned rows repeat.

    Method: see `lead_time_model.fit`. Fails where lead times of one supplier differ by lane: locations
    share one distribution.
    """
    chosen = settings or LeadTime()
    seen = observed_lead_times(purchase_order_line, receipt, as_of, chosen)
    stated = planned["lead_time_days"].astype("Float64").astype("float64").to_numpy()
    size = len(planned)
    location = np.log(np.maximum(np.where(np.isnan(stated), chosen.assumed_days, stated), 0.5))
    scale = np.full(size, chosen.assumed_log_scale)
    degrees = np.full(size, chosen.least_degrees_of_freedom)
    receipts, supplier_receipts, open_orders = (np.zeros(size, np.int64) for _ in range(3))
    fill_share = np.ones(size)
    reason = np.where(
        np.isnan(stated),
        f"no receipts and no stated lead time: the setting, {chosen.assumed_days:g} days",
        "no receipts of this supplier: its stated lead time",
    ).astype(object)
    is_assumed = np.ones(size, np.bool_)

    if len(seen) and not seen["is_open"].all():
        pairs = pd.MultiIndex.from_frame(seen[["supplier_id", "sku_id"]])
        known_pairs = pairs.unique()
        pair = known_pairs.get_indexer(pairs)
        supplier_of_pair, known_suppliers = pd.factorize(known_pairs.get_level_values(0))
        weight = 0.5 ** (seen["age_days"].to_numpy() / chosen.half_life_days)
        model = fit(seen["days"], seen["is_open"], pair, supplier_of_pair, weight, chosen)
        at = known_pairs.get_indexer(pd.MultiIndex.from_frame(planned[["supplier_id", "sku_id"]]))
        of = pd.Index(known_suppliers).get_indexer(planned["supplier_id"])
        has_supplier = (of >= 0) & (model.supplier_receipts[of] > 0)
        has_pair = (at >= 0) & has_supplier
        use_all = ~has_supplier & np.isnan(stated)
        for values, own, shared, everyone in (
            (location, model.group_location, model.supplier_location, model.overall[0]),
            (scale, model.group_scale, model.supplier_scale, model.overall[1]),
            (degrees, model.group_degrees, model.supplier_degrees, model.overall[2]),
        ):
            values[has_pair] = own[at[has_pair]]
            values[has_supplier & ~has_pair] = shared[of[has_supplier & ~has_pair]]
            values[use_all] = everyone
        receipts[has_pair] = model.group_receipts[at[has_pair]]
        supplier_receipts[has_supplier] = model.supplier_receipts[of[has_supplier]]
        open_orders[at >= 0] = model.group_open[at[at >= 0]]
        is_assumed = ~has_supplier
        fill_share = _fill_shares(seen, known_suppliers)[of]
        reason[has_supplier] = "receipts of the supplier"
        reason[has_pair & (receipts > 0)] = "receipts of this SKU, shrunk to the supplier's"
        reason[use_all] = "no receipts of this supplier: those of all suppliers"

    mean, sd = lead_time_moments(location, scale, degrees)
    result = pd.DataFrame(
        {
            "supplier_id": planned["supplier_id"].to_numpy(),
            "sku_id": planned["sku_id"].to_numpy(),
            "location_id": planned["location_id"].to_numpy(),
            "mean_days": mean,
            "sd_days": sd,
            "log_location_days": location,
            "log_scale": scale,
            "degrees_of_freedom": degrees,
            "median_days": np.exp(location),
            "p90_days": lead_time_quantile(0.9, location, scale, degrees),
            "observations": receipts,
            "supplier_observations": supplier_receipts,
            "open_orders": open_orders,
            "fill_share": fill_share,
            "is_assumed": is_assumed,
            "reason": reason,
        }
    )
    return tables.check(result, LEAD_TIME)


def _fill_shares(seen: pd.DataFrame, suppliers: pd.Index) -> Floats:
    """Return each supplier's share of ordered units received, shrunk to all; the last entry is for the
    unknown."""
    received = seen[seen["received_share"].notna()]
    everyone = float(received["received_share"].mean()) if len(received) else 1.0
    grouped = received.groupby("supplier_id")["received_share"].agg(["sum", "count"]).reindex(suppliers)
    own = grouped.fillna(0.0).to_numpy(np.float64)
    return np.append((own[:, 0] + _PRIOR_LINES * everyone) / (own[:, 1] + _PRIOR_LINES), everyone)


def lead_time_quantile(
    share: ArrayLike, log_location_days: ArrayLike, log_scale: ArrayLike, degrees_of_freedom: ArrayLike
) -> Floats:
    """Return the days within which this share of orders arrives: exp(location + scale x t quantile).

    >>> float(lead_time_quantile(0.5, np.log(14.0), 0.3, 5.0).round(6))
    14.0
    """
    degrees = np.asarray(degrees_of_freedom, np.float64)
    normal = ndtri(np.asarray(share, np.float64))
    student = stdtrit(np.where(np.isfinite(degrees), degrees, 1.0), share)
    t = np.where(np.isfinite(degrees), student, normal)
    return np.asarray(np.exp(np.asarray(log_location_days) + np.asarray(log_scale) * t), np.float64)


def lead_time_draws(
    rng: np.random.Generator, size: int, log_location_days: float, log_scale: float, degrees_of_freedom: float
) -> Floats:
    """Return `size` random lead times in days of one predictive distribution.

    >>> draws = lead_time_draws(np.random.default_rng(0), 1000, np.log(14.0), 0.3, 5.0)
    >>> bool(13 < np.median(draws) < 15)
    True
    """
    return lead_time_quantile(rng.random(size), log_location_days, log_scale, degrees_of_freedom)


@block_kernel
def _moments(location: Floats, scale: Floats, degrees: Floats, normals: Floats) -> Floats:
    result = np.empty((2, len(location)))
    for i in prange(len(location)):
        total = 0.0
        squared = 0.0
        for z in normals:
            days = np.exp(location[i] + scale[i] * student_from_normal(z, degrees[i]))
            total += days
            squared += days * days
        mean = total / len(normals)
        result[0, i] = mean
        result[1, i] = np.sqrt(max(squared / len(normals) - mean * mean, 0.0))
    return result


def lead_time_moments(
    log_location_days: ArrayLike, log_scale: ArrayLike, degrees_of_freedom: ArrayLike
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of days over 64 equally likely quantiles of each row.

    A log-Student-t has no mean: one order in a million would take centuries. The strata are those that the
    projection draws from, so that these moments are the ones a plan is made with.

    >>> mean, sd = lead_time_moments([np.log(14.0)], [0.3], [5.0])
    >>> float(mean[0].round(1)), float(sd[0].round(1))
    (15.0, 6.0)
    """
    normals = ndtri((np.arange(_STRATA) + 0.5) / _STRATA)
    normals /= np.sqrt(np.mean(normals * normals))
    location, scale, degrees = (
        np.require(values, np.float64, ["C", "W"]) for values in (log_location_days, log_scale, degrees_of_freedom)
    )
    mean, sd = _moments(location, scale, degrees, normals)
    return mean, sd


def expected_arrivals(
    inbound: pd.DataFrame, lead_time: pd.DataFrame, keys: pd.DataFrame, as_of: pd.Timestamp
) -> Arrivals:
    """Return when open purchase order lines will come, as the projection draws them.

    Inputs: table `inbound` (open units, day ordered, day confirmed), table `lead_time`, and `keys` with
    sku_id and location_id of the SKU-locations to project, in their order. Lines for other SKU-locations
    are left out. An unconfirmed line lasts as long as its supplier's lead time says; a confirmed one comes
    around its day with half the spread on the log scale. Both are conditional on not having come yet. Lines
    of a supplier without a `lead_time` row for the SKU take the SKU-location's own, and failing that raise
    `TableError`.
    """
    index = pd.MultiIndex.from_frame(keys[["sku_id", "location_id"]])
    row = index.get_indexer(pd.MultiIndex.from_frame(inbound[["sku_id", "location_id"]]))
    lines = inbound[(row >= 0) & (inbound["open_units"] > 0)]
    rows = row[(row >= 0) & (inbound["open_units"] > 0).to_numpy()]
    order = np.argsort(rows, kind="stable")
    lines, rows = lines.iloc[order], rows[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(keys)))]).astype(np.int64)

    columns = ["log_location_days", "log_scale", "degrees_of_freedom"]
    exact = lines[["supplier_id", "sku_id", "location_id"]].merge(
        lead_time, on=["supplier_id", "sku_id", "location_id"], how="left", validate="many_to_one"
    )[columns]
    fallback = lines[["sku_id", "location_id"]].merge(
        lead_time.drop_duplicates(["sku_id", "location_id"]), on=["sku_id", "location_id"], how="left"
    )[columns]
    known = exact.fillna(fallback)
    if known["log_location_days"].isna().any():
        missing = lines[known["log_location_days"].isna().to_numpy()]
        raise TableError(
            f"inbound: {len(missing)} open lines have no lead time, first: purchase order "
            f"{missing['purchase_order_id'].iloc[0]}, SKU {missing['sku_id'].iloc[0]}. Plan the lead times of "
            "their suppliers too."
        )
    age = (as_of - lines["ordered_on"]).dt.days.to_numpy(np.float64)
    confirmed_in = (lines["confirmed_on"] - as_of).dt.days.to_numpy(np.float64)
    is_confirmed = ~np.isnan(confirmed_in)
    day = np.where(is_confirmed, confirmed_in, np.exp(known["log_location_days"].to_numpy()) - age)
    scale = known["log_scale"].to_numpy(np.float64) * np.where(is_confirmed, 0.5, 1.0)
    return Arrivals(
        start,
        day,
        lines["open_units"].to_numpy(np.float64),
        np.maximum(age, 0.0),
        scale,
        known["degrees_of_freedom"].to_numpy(np.float64),
        np.zeros(len(lines), np.bool_),
    )
