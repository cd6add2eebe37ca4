"""Everything a proposal needs to know of each SKU-location, gathered once as columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import TableError
from invopt.purchasing.exchange import in_plan_currency
from invopt.purchasing.gain import GainModel
from invopt.purchasing.keys import positions
from invopt.purchasing.order_dates import SupplierCalendar, supplier_calendars
from invopt.purchasing.quantities import Thousandths, thousandths
from invopt.purchasing.reasons import Reason, Reasons, where
from invopt.purchasing.supplier_choice import SupplierChoice, choose_suppliers, unit_costs
from invopt.purchasing.terms import TermsInForce, terms_in_force
from invopt.settings import Settings

KEY = ("sku_id", "location_id")


@dataclass
class Workings:
    """One entry a policy row; `line` is the chosen line of `terms`, -1 where there is none.

    `may_buy` says that supplier, calendar and lifecycle allow an order; `reasons` grows as the steps go on.
    """

    terms: TermsInForce
    calendar: SupplierCalendar
    line: NDArray[np.int64]
    supplier: NDArray[np.int64]  # row of the calendar, -1 for none
    sums: dict[str, Thousandths]  # the terms of the need, named as the columns of the proposal
    position: Thousandths
    rate_per_day: NDArray[np.float64]
    lead_time_days: NDArray[np.float64]
    cover_days: NDArray[np.float64]
    moq: Thousandths
    pack: Thousandths
    economic_lot: Thousandths
    line_maximum: Thousandths
    smallest_lot: Thousandths
    own_cost: NDArray[np.int64]
    may_buy: NDArray[np.bool_]
    unit_m3: NDArray[np.float64]
    unit_kg: NDArray[np.float64]
    unit_pallets: NDArray[np.float64]
    model: GainModel
    reasons: Reasons

    def unit_cost(self, quantity: Thousandths) -> NDArray[np.int64]:
        """Price of one unit of each row at that quantity."""
        return unit_costs(self.terms, self.line, quantity, self.own_cost)


def gather(
    policy: pd.DataFrame,
    stock_position: pd.DataFrame,
    sku_location: pd.DataFrame,
    products: pd.DataFrame | None,
    terms: pd.DataFrame,
    suppliers: pd.DataFrame,
    closures: pd.DataFrame,
    lead_time: pd.DataFrame | None,
    settings: Settings,
    as_of: dt.date,
) -> Workings:
    """Join the tables by their keys and name what is missing.

    Raises `TableError` where a policy row has no row in `sku_location`.
    """
    at = positions(policy, sku_location, KEY)
    if (at < 0).any():
        raise TableError(
            f"policy: {int((at < 0).sum())} rows have no sku_location, first: "
            f"{policy.loc[at < 0, list(KEY)].head(3).to_dict('records')}. Plan from the tables of one run."
        )
    skus = sku_location.take(at).reset_index(drop=True)
    in_force = in_plan_currency(terms_in_force(terms, as_of), skus, settings)
    choice = choose_suppliers(skus, in_force, settings, lead_time, policy["supplier_id"])
    names, supplier = _suppliers_of(choice, in_force)
    calendar = supplier_calendars(suppliers, closures, names, as_of, settings.policy.review_days)
    reasons = choice.reasons | where(policy["is_assumed"].to_numpy(dtype=bool), Reason.POLICY_ASSUMED)
    has_line = choice.line >= 0
    reasons |= np.where(has_line, calendar.reasons[supplier] if len(names) else 0, 0)

    free, stock_reasons = _free_stock(policy, stock_position)
    reasons |= stock_reasons
    sums, sum_reasons = _need_terms(policy, free)
    reasons |= sum_reasons
    position = sums["on_hand_units"] + sums["on_order_due_units"] + sums["expected_returns_units"]
    position = position - sums["backorder_units"]
    protection = policy["protection_days"].to_numpy(dtype=float)
    mean = policy["expected_demand_units"].to_numpy(dtype=float)
    rate = np.where(protection > 0, mean / np.where(protection > 0, protection, 1.0), 0.0)

    facts = _product_facts(skus, products)
    allowed, lifecycle_reasons = _lifecycle(skus, facts["last_buy_on"], calendar, supplier, has_line, as_of, settings)
    reasons |= lifecycle_reasons
    is_open = has_line & (~np.isnat(calendar.order_on[supplier]) if len(names) else has_line)

    line = np.maximum(choice.line, 0)
    pick = (lambda values: values[line]) if len(in_force.sku_id) else (lambda values: np.ones(len(line), np.int64))
    pack, moq = pick(in_force.pack), pick(in_force.moq)
    own_cost = skus["unit_cost_minor"].to_numpy(dtype=np.int64)
    stated = unit_costs(in_force, choice.line, np.maximum(moq, pack), np.zeros_like(own_cost))
    reasons |= where(has_line & (stated == 0), Reason.COST_UNKNOWN)
    cost = np.where(stated > 0, stated, own_cost)
    price = skus["unit_price_minor"].to_numpy(dtype=np.int64)
    reasons |= where(price == 0, Reason.PRICE_UNKNOWN)
    reasons |= where((price > 0) & (price <= cost), Reason.PRICE_BELOW_COST)
    margin = np.where(price > 0, price - cost, cost * settings.purchasing.assumed_margin_share)
    # A lead time from the policy is the one its quantities were made for; the choice's serves another
    # supplier.
    replaced = (reasons & int(Reason.SUPPLIER_REPLACED)) != 0
    lead_days = np.where(replaced, choice.lead_time_days, policy["lead_time_days"].to_numpy(dtype=float))
    carrying = settings.policy.holding_rate_per_year + settings.purchasing.obsolescence_rate_per_year
    cover = np.minimum(facts["shelf_life_days"], float(settings.purchasing.maximum_cover_days))
    return Workings(
        terms=in_force,
        calendar=calendar,
        line=choice.line,
        supplier=supplier,
        sums=sums,
        position=position,
        rate_per_day=rate,
        lead_time_days=lead_days,
        cover_days=cover,
        moq=moq,
        pack=pack,
        economic_lot=thousandths(policy["economic_lot_units"]),
        line_maximum=pick(in_force.line_maximum),
        smallest_lot=pick(in_force.smallest_lot()),
        own_cost=own_cost,
        may_buy=is_open & allowed,
        unit_m3=facts["unit_m3"],
        unit_kg=facts["unit_kg"],
        unit_pallets=facts["unit_pallets"],
        model=GainModel(
            position=position / 1000.0,
            demand_mean=mean,
            demand_sd=policy["demand_sd_units"].to_numpy(dtype=float),
            rate_per_day=rate,
            lead_time_days=lead_days,
            margin_minor=margin.astype(float),
            cost_minor=cost.astype(float),
            carrying_rate_per_year=carrying,
        ),
        reasons=reasons,
    )


def _suppliers_of(choice: SupplierChoice, terms: TermsInForce) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """The suppliers chosen anywhere, sorted, and for each row its place among them (0 where it has none)."""
    used = np.unique(choice.line[choice.line >= 0])
    codes, names = pd.factorize(pd.Series(terms.supplier_id[used], dtype="str"), sort=True)
    of_line = np.zeros(max(len(terms.sku_id), 1), dtype=np.int64)
    of_line[used] = codes
    return np.asarray(names, dtype=object), np.where(choice.line >= 0, of_line[np.maximum(choice.line, 0)], 0)


def _free_stock(policy: pd.DataFrame, stock_position: pd.DataFrame) -> tuple[Thousandths, Reasons]:
    at = positions(policy, stock_position, KEY)
    if not len(stock_position):
        return np.zeros(len(policy), dtype=np.int64), where(at < 0, Reason.NO_STOCK_POSITION)
    held = np.maximum(at, 0)
    free = thousandths(stock_position["on_hand_units"]) - thousandths(stock_position["reserved_units"])
    assumed = stock_position["is_assumed"].to_numpy(dtype=bool)[held] & (at >= 0)
    reasons = where(at < 0, Reason.NO_STOCK_POSITION) | where(assumed, Reason.STOCK_ASSUMED)
    # More reserved than there is cannot be picked: the rest waits among the backorders, it is no negative
    # stock.
    return np.where(at >= 0, np.maximum(free[held], 0), 0), reasons


def _need_terms(policy: pd.DataFrame, free: Thousandths) -> tuple[dict[str, Thousandths], Reasons]:
    """The terms of the need, closed exactly: safety stock is the target level less the other terms."""
    terms = {
        "expected_demand_units": thousandths(policy["expected_demand_units"]),
        "expected_lost_units": thousandths(policy["expected_lost_units"]),
        "expected_returns_units": thousandths(policy["expected_returns_units"]),
        "backorder_units": thousandths(policy["backorder_units"]),
        "safety_stock_units": thousandths(policy["safety_stock_units"]),
        "on_hand_units": free,
        "on_order_due_units": thousandths(policy["on_order_due_units"]),
    }
    need = thousandths(policy["need_units"])
    total = (
        terms["expected_demand_units"]
        - terms["expected_lost_units"]
        - terms["expected_returns_units"]
        + terms["backorder_units"]
        + terms["safety_stock_units"]
        - terms["on_hand_units"]
        - terms["on_order_due_units"]
    )
    terms["unneeded_units"] = np.where((need == 0) & (total < 0), -total, 0)
    gap = need - terms["unneeded_units"] - total
    terms["safety_stock_units"] = terms["safety_stock_units"] + gap
    terms["need_units"] = need
    return terms, where(np.abs(gap) > 1_000, Reason.TERMS_CLOSED_BY_SAFETY_STOCK)


def _product_facts(skus: pd.DataFrame, products: pd.DataFrame | None) -> dict[str, NDArray[Any]]:
    count = len(skus)
    if products is None or not len(products):
        nothing = np.full(count, np.nan)
        return {
            "last_buy_on": np.full(count, np.datetime64("NaT"), dtype="datetime64[D]"),
            "shelf_life_days": np.full(count, np.inf),
            "unit_m3": nothing,
            "unit_kg": nothing,
            "unit_pallets": nothing,
        }
    at = positions(skus, products, ("sku_id",))

    def column(name: str) -> NDArray[np.float64]:
        values = products[name].to_numpy(dtype=float, na_value=np.nan)
        return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)

    last = products["last_buy_on"].to_numpy().astype("datetime64[D]")[np.maximum(at, 0)]
    last[at < 0] = np.datetime64("NaT")
    life = column("shelf_life_days")
    return {
        "last_buy_on": last,
        "shelf_life_days": np.where(np.isnan(life), np.inf, life),
        "unit_m3": column("length_mm") * column("width_mm") * column("height_mm") / 1e9,
        "unit_kg": column("weight_g") / 1e3,
        "unit_pallets": 1.0 / column("units_per_pallet"),
    }


def _lifecycle(
    skus: pd.DataFrame,
    last_buy_on: NDArray[np.datetime64],
    calendar: SupplierCalendar,
    supplier: NDArray[np.int64],
    has_line: NDArray[np.bool_],
    as_of: dt.date,
    settings: Settings,
) -> tuple[NDArray[np.bool_], Reasons]:
    """Whether each SKU may be bought, and why not."""
    state = skus["lifecycle"].to_numpy(dtype=object)
    reasons = where(state == "discontinued", Reason.DISCONTINUED)
    reasons |= where(state == "run_down", Reason.RUN_DOWN)
    reasons |= where(state == "do_not_reorder", Reason.DO_NOT_REORDER)
    sends = np.full(len(skus), np.datetime64(as_of, "D"))
    if len(calendar.order_on):
        planned = calendar.order_on[supplier]
        sends = np.where(has_line & ~np.isnat(planned), planned, sends)
    has_last = ~np.isnat(last_buy_on)
    passed = has_last & (last_buy_on < sends)
    following = sends + np.timedelta64(settings.policy.review_days, "D")
    reasons |= where(passed, Reason.LAST_BUY_PASSED)
    reasons |= where(has_last & ~passed & (last_buy_on < following), Reason.LAST_CHANCE)
    blocks = int(Reason.DISCONTINUED | Reason.RUN_DOWN | Reason.DO_NOT_REORDER | Reason.LAST_BUY_PASSED)
    return (reasons & blocks) == 0, reasons
