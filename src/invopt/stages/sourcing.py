"""Where each SKU is bought and in what lots: the usual supplier, or a faster one where waiting costs more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.inventory import Arrivals, DemandOutlook, LeadTimes, Projection, project
from invopt.purchasing import choose_suppliers, in_plan_currency, terms_in_force
from invopt.purchasing.quantities import THOUSAND
from invopt.settings import Settings
from invopt.stages.run import Chunk, Run
from invopt.stages.supply import terms_of
from invopt.tables import LEAD_TIME, SKU_LOCATION

_KEY = ["sku_id", "location_id"]
_FASTER = "faster_"


def planned_sources(run: Run, chunk: Chunk | None = None) -> pd.DataFrame:
    """The supplier each planned SKU-location is to come from, missing for none, with its smallest order and pack.

    Indexed by SKU and location; columns supplier_id, moq_units, pack_units, landed_cost_minor, and the same of the
    cheapest supplier that delivers sooner, named faster_*.
    """
    known = run.read(SKU_LOCATION, chunk)
    planned = known[known["is_planned"]].reset_index(drop=True)
    terms = in_plan_currency(terms_in_force(terms_of(run, chunk), run.as_of), planned, run.settings)
    choice = choose_suppliers(planned, terms, run.settings, run.read(LEAD_TIME, chunk))
    rows = planned[_KEY].copy()
    for prefix, line, landed in (
        ("", choice.line, choice.landed_cost_minor),
        ("faster_", choice.faster_line, choice.faster_landed_minor),
    ):
        found = line >= 0
        supplier = pd.Series(pd.NA, index=planned.index, dtype="str")
        supplier[found] = terms.supplier_id[line[found]]
        rows[f"{prefix}supplier_id"] = supplier
        for name, values, missing in (("moq_units", terms.moq, 0.0), ("pack_units", terms.pack, 1.0)):
            units = np.full(len(planned), missing)
            units[found] = values[line[found]] / THOUSAND
            rows[f"{prefix}{name}"] = units
        rows[f"{prefix}landed_cost_minor"] = landed
    return rows.set_index(_KEY)


def lead_rows(keys: pd.DataFrame, supplier: pd.Series, lead_time: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Lead time of the planned supplier for each key; where there is none, the setting, marked as assumed."""
    wanted = keys.assign(supplier_id=supplier.fillna(""))
    rows = wanted.merge(lead_time, on=["supplier_id", *_KEY], how="left", validate="one_to_one")
    missing = rows["log_scale"].isna()
    assumed = {
        "mean_days": float(settings.lead_time.assumed_days),
        "log_location_days": float(np.log(max(settings.lead_time.assumed_days, 0.5))),
        "log_scale": settings.lead_time.assumed_log_scale,
        "degrees_of_freedom": settings.lead_time.least_degrees_of_freedom,
    }
    for name, value in assumed.items():
        rows.loc[missing, name] = value
    rows.loc[missing, "is_assumed"] = True
    rows.loc[missing, "reason"] = f"no supplier: the setting, {settings.lead_time.assumed_days} days"
    rows["is_assumed"] = rows["is_assumed"].astype(bool)
    return rows


def order_lots(outlook: DemandOutlook, facts: pd.DataFrame, source: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """How much is ordered at once: `full_economic_units`, the economic quantity; `economic_lot_units`, what of it an
    order is raised to; and `lot_units`, the least that is ordered, minimum and packs and economic lot together.

    Economic quantity: sqrt(2 K d / h), K the cost of an order line, d demand a year, h holding and obsolescence of a
    unit a year; no more than the maximum cover. It is left out where a review's demand is more, or where the setting
    `purchasing.economic_lots` says so.
    """
    buying, policy = settings.purchasing, settings.policy
    daily = outlook.mean_units.mean(axis=1) / outlook.days_per_period
    carrying = policy.holding_rate_per_year + buying.obsolescence_rate_per_year
    holding = np.maximum(facts["unit_cost_minor"].to_numpy(dtype=float), 1.0) * carrying
    full = np.sqrt(2.0 * policy.order_line_cost_minor * daily * 365.0 / np.maximum(holding, 1e-9))
    full = np.minimum(full, daily * buying.maximum_cover_days)
    used = np.where(buying.economic_lots & (full > daily * policy.review_days), full, 0.0)
    whole = 1.0 if outlook.unit is None else np.where(outlook.unit > 0, 1.0, 0.001)
    used = np.ceil(used / whole - 1e-9) * whole
    pack = np.maximum(source["pack_units"].to_numpy(dtype=float), 0.001)
    least = np.maximum(np.maximum(source["moq_units"].to_numpy(dtype=float), used), pack)
    return pd.DataFrame(
        {
            "full_economic_units": full,
            "economic_lot_units": used,
            "lot_units": np.ceil(least / pack - 1e-9) * pack,
        },
        index=facts.index,
    )


@dataclass(frozen=True)
class Situations:
    """What the projection of SKU-locations needs besides their supplier, a row each."""

    outlook: DemandOutlook
    on_hand: NDArray[np.float64]
    backorders: NDArray[np.float64]
    arrivals: Arrivals
    target: NDArray[np.float64]
    seeds: NDArray[np.uint64]

    def rows(self, index: NDArray[np.intp]) -> Situations:
        """Some of them, in the order of `index`."""
        return Situations(
            self.outlook.rows(index),
            self.on_hand[index],
            self.backorders[index],
            self.arrivals.rows(index),
            self.target[index],
            self.seeds[index],
        )


@dataclass(frozen=True)
class Sourced:
    """SKU-locations projected from a supplier: who it is, its lead times and lots, and what follows."""

    supplier: pd.Series
    lead: pd.DataFrame
    lots: pd.DataFrame
    result: Projection
    is_bridged: NDArray[np.bool_]


def source(
    keys: pd.DataFrame,
    sources: pd.DataFrame,
    facts: pd.DataFrame,
    lead_time: pd.DataFrame,
    situations: Situations,
    lead: pd.DataFrame,
    settings: Settings,
) -> Sourced:
    """Project each SKU-location from its usual supplier, and from a faster one where that pays today.

    A shortage is bridged where the margin of the sales that the faster supplier saves before the usual one could
    deliver is more than its dearer price on the quantity to be ordered now; the next order is free to go back.
    `sources` as of `planned_sources`, row by row with `keys` and `facts`; `lead` the usual suppliers' lead times.
    """
    lots = order_lots(situations.outlook, facts, sources, settings)
    result = _projected(situations, lead, lots, sources["pack_units"], settings)
    supplier = sources["supplier_id"].copy()
    is_bridged = np.zeros(len(keys), dtype=bool)
    wanted = (
        sources["faster_supplier_id"].notna().to_numpy() & (result.need_units > 0) & (result.expected_lost_units > 0)
    )
    rows = np.flatnonzero(wanted)
    if not settings.purchasing.bridges_shortage or not len(rows):
        return Sourced(supplier, lead, lots, result, is_bridged)
    named = sources.iloc[rows].reset_index(drop=True)
    faster = pd.DataFrame({name: named[_FASTER + name] for name in ("supplier_id", "moq_units", "pack_units")})
    few_facts = facts.iloc[rows].reset_index(drop=True)
    some_keys = keys.iloc[rows].reset_index(drop=True)
    some = situations.rows(rows)
    faster_lead = lead_rows(some_keys, faster["supplier_id"], lead_time, settings)
    faster_lots = order_lots(some.outlook, few_facts, faster, settings)
    other = _projected(some, faster_lead, faster_lots, faster["pack_units"], settings)
    margin = (few_facts["unit_price_minor"] - few_facts["unit_cost_minor"]).clip(lower=0).to_numpy(dtype=float)
    saved = margin * (result.expected_lost_units[rows] - other.expected_lost_units)
    ordered = np.maximum(other.need_units, faster_lots["lot_units"].to_numpy(dtype=float))
    dearer = (named["faster_landed_cost_minor"] - named["landed_cost_minor"]).to_numpy(dtype=float) * ordered
    pays = (saved > dearer) & (other.need_units > 0)
    taken = np.flatnonzero(pays)
    if not len(taken):
        return Sourced(supplier, lead, lots, result, is_bridged)
    at = rows[taken]
    is_bridged[at] = True
    supplier.iloc[at] = faster["supplier_id"].to_numpy()[taken]
    lead, lots = lead.copy(), lots.copy()
    for frame, replacement in ((lead, faster_lead), (lots, faster_lots)):
        for column, name in enumerate(frame.columns):
            frame.iloc[at, column] = replacement[name].to_numpy()[taken]
    return Sourced(supplier, lead, lots, result.replaced(at, other.rows(taken)), is_bridged)


def _projected(
    situations: Situations, lead: pd.DataFrame, lots: pd.DataFrame, pack: pd.Series, settings: Settings
) -> Projection:
    policy = settings.policy
    return project(
        situations.outlook,
        situations.on_hand,
        LeadTimes(
            lead["log_location_days"].to_numpy(dtype=float),
            lead["log_scale"].to_numpy(dtype=float),
            lead["degrees_of_freedom"].to_numpy(dtype=float),
        ),
        target_kind=policy.target_kind,  # type: ignore[arg-type]
        target_share=situations.target,
        review_days=float(policy.review_days),
        shortage_rule=policy.shortage_rule,  # type: ignore[arg-type]
        backorder_units=situations.backorders,
        arrivals=situations.arrivals,
        lot_units=lots["lot_units"].to_numpy(dtype=float),
        economic_units=lots["full_economic_units"].to_numpy(dtype=float),
        step_units=pack.to_numpy(dtype=float),
        seeds=situations.seeds,
        paths=policy.sample_paths,
    )
