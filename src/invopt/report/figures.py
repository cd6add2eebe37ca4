"""The morning's figures, each found once from the tables; pages and the terminal show the same ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.report.plan import RECENT_DAYS, Plan
from invopt.report.series import KEYS
from invopt.report.words import money_sums

BOUGHT_STATES = ("proposed", "approved", "changed")
OPEN_RETURNS = ("authorised", "received")  # whether a graded one was refunded, no input says
NAIVE = "seasonal naive"  # what a forecast has to beat
RISK_KINDS = ("stocked_out", "will_stock_out")
_WILSON = 1.6448536  # the normal quantile of a 90% interval
_WITHIN = 0.005  # a target missed by less than half a point counts as met


@dataclass(frozen=True)
class Figures:
    """Sums of money are by currency, in minor units; shares are NaN where nothing stands behind them."""

    buy_lines: int
    buy_suppliers: int
    buy_amount: dict[str, int]
    later_lines: int
    later_amount: dict[str, int]
    out_now: int
    out_soon: int
    at_risk: dict[str, int]
    exceptions: int
    high_exceptions: int
    parcels_today: int
    parcel_cost: dict[str, int]
    orders_today: int
    orders_on_hold: int
    on_hold_amount: dict[str, int]
    hold_reasons: tuple[tuple[str, int], ...]
    waiting_lines: int
    waiting_amount: dict[str, int]
    waiting_without_date: int
    service_expected: float
    service_current: float
    service_target: float
    availability: float
    stock_now: dict[str, int]
    stock_optimal: dict[str, int]
    wape: float
    bias: float
    naive_wape: float
    combination_wape: float
    planned: int
    excused: int
    returns_open: int
    returns_to_grade: int
    refunds_due: dict[str, int]
    promise_kept: float
    promises_seen: int
    promise_wanted: float
    assumed_topics: int
    rejected_rows: int


def morning_figures(plan: Plan) -> Figures:
    """All figures of the morning summary from a plan's tables."""
    buying = bought(plan)
    today = buying[buying["order_on"] <= plan.today]
    later = buying[buying["order_on"] > plan.today]
    alerts = plan.table("alert")
    risk = alerts[alerts["alert_kind"].isin(RISK_KINDS)]
    leaving = ships_today(plan)
    held = plan.table("order_check").query("outcome == 'on_hold'")
    reasons = held["rule"].value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    waiting = plan.table("backlog")
    waiting = waiting[~waiting["cause"].isin(["on_hold", "rejected"])]
    policy = plan.table("policy")
    expected, current, target = _service(policy, plan)
    stock = plan.table("sku_location").merge(plan.table("stock_position"), on=KEYS, how="inner", validate="one_to_one")
    wape, bias = _accuracy(plan)
    naive, ours = _against_naive(plan)
    authorised = plan.table("return_authorisation")
    arrived = authorised[authorised["state"] == "received"]
    kept, seen = _promises(plan)
    return Figures(
        buy_lines=len(today),
        buy_suppliers=int(today["supplier_id"].nunique()),
        buy_amount=money_sums(today["amount_minor"], today["currency"]),
        later_lines=len(later),
        later_amount=money_sums(later["amount_minor"], later["currency"]),
        out_now=int((risk["alert_kind"] == "stocked_out").sum()),
        out_soon=int((risk["alert_kind"] == "will_stock_out").sum()),
        at_risk=money_sums(risk["worth_minor"], risk["currency"]),
        exceptions=len(alerts),
        high_exceptions=int((alerts["severity"] == "high").sum()),
        parcels_today=len(leaving),
        parcel_cost=money_sums(leaving["cost_minor"], leaving["currency"]),
        orders_today=int(leaving["order_id"].nunique()),
        orders_on_hold=len(held),
        on_hold_amount=money_sums(held["amount_minor"], held["currency"]),
        hold_reasons=tuple((str(rule), int(count)) for rule, count in reasons.items()),
        waiting_lines=len(waiting),
        waiting_amount=money_sums(waiting["amount_minor"], waiting["currency"]),
        waiting_without_date=int(waiting["available_on"].isna().sum()),
        service_expected=expected,
        service_current=current,
        service_target=target,
        availability=_availability(plan),
        stock_now=money_sums((stock["on_hand_units"] * stock["unit_cost_minor"]).round(), stock["currency"]),
        stock_optimal=money_sums(policy["mean_stock_minor"], policy["currency"]),
        wape=wape,
        bias=bias,
        naive_wape=naive,
        combination_wape=ours,
        planned=len(policy),
        excused=int((~plan.table("sku_location")["is_planned"]).sum()),
        returns_open=int(authorised["state"].isin(OPEN_RETURNS).sum()),
        returns_to_grade=int((authorised["state"] == "received").sum()),
        refunds_due=money_sums(arrived["refund_minor"], arrived["currency"]),
        promise_kept=kept,
        promises_seen=seen,
        promise_wanted=plan.settings.shipping.promise_share,
        assumed_topics=len(plan.table("assumption")),
        rejected_rows=len(plan.table("rejected_row")),
    )


def bought(plan: Plan) -> pd.DataFrame:
    """Proposals that buy something and that nobody has turned down or sent already."""
    proposal = plan.table("order_proposal")
    return proposal[(proposal["final_units"] > 0) & proposal["state"].isin(BOUGHT_STATES)]


def ships_today(plan: Plan) -> pd.DataFrame:
    """Parcels that leave on the as-of day with a carrier."""
    parcel = plan.table("parcel")
    return parcel[(parcel["ships_on"] <= plan.today) & parcel["carrier_id"].notna()]


def service_measures(policy: pd.DataFrame) -> pd.DataFrame:
    """Per row of `policy`: `expected` and `current` in the measure of its target, the target, and the weight."""
    by_fill = policy["target_kind"] == "fill_rate"
    expected = policy["implied_cycle_service"].where(~by_fill, policy["implied_fill_rate"])
    return pd.DataFrame(
        {
            "expected": expected,
            "current": policy["current_cycle_service"],
            "target": policy["target_share"],
            "is_below": expected < policy["target_share"] - _WITHIN,
        }
    )


def weighted_mean(values: pd.Series, weights: pd.Series) -> float:
    """The mean of known values by weight; NaN where no weight stands behind it."""
    known = values.notna() & weights.notna()
    whole = float(weights[known].sum())
    return float((values[known] * weights[known]).sum()) / whole if whole > 0 else float("nan")


def typical(values: pd.Series, weights: pd.Series) -> float:
    """The weighted median of known values: half of the weight lies at or below it; NaN where there is none.

    A SKU whose demand all but ended has an error of many times that demand; a mean would be its alone.

    >>> typical(pd.Series([0.2, 0.4, 77.0]), pd.Series([5.0, 3.0, 1.0]))
    0.2
    """
    known = values.notna() & (weights.fillna(0) > 0)
    order = values[known].sort_values(kind="stable")
    running = weights.loc[order.index].cumsum()
    if running.empty:
        return float("nan")
    return float(order[running >= running.iloc[-1] / 2].iloc[0])


def demand_value(policy: pd.DataFrame, sku_location: pd.DataFrame) -> pd.Series:
    """Value of a day's expected demand of each row of `policy`, by which shares are weighted."""
    prices = policy[KEYS].merge(sku_location[[*KEYS, "unit_price_minor"]], on=KEYS, how="left", validate="one_to_one")
    daily = policy["expected_demand_units"] / policy["protection_days"].where(policy["protection_days"] > 0, 1.0)
    return pd.Series(daily.to_numpy() * prices["unit_price_minor"].fillna(0).to_numpy(), index=policy.index)


def service_by_class(plan: Plan) -> list[tuple[str, float, float, float]]:
    """Per ABC class: its name, service expected with the plan and if nothing is ordered, and the mean target."""
    policy = plan.table("policy")
    measures = service_measures(policy).assign(abc=policy["abc_class"], demand=policy["expected_demand_units"])
    return [
        (f"Class {name}", weighted_mean(part["expected"], part["demand"]),
         weighted_mean(part["current"], part["demand"]), float(part["target"].mean()))
        for name, part in measures.groupby("abc", sort=True)
    ]  # fmt: skip


def promise_record(shipment: pd.DataFrame, wanted_share: float) -> pd.DataFrame:
    """Delivery promises scored, one row a carrier's service, most parcels first.

    shipment: rows of `shipment`; only delivered parcels that had a promise count. Columns: carrier_id, service_id,
    parcels, kept_share, kept_low and kept_high (90% interval of Wilson 1927, JASA 22: it stays inside 0-1 and is
    honest for few parcels), early_days (mean days before the promised day; negative: after it), wanted_share.
    """
    scored = shipment[shipment["delivered_at"].notna() & shipment["promised_on"].notna()]
    early = (scored["promised_on"] - scored["delivered_at"].dt.normalize()).dt.days
    rows = scored.assign(service_id=scored["service_id"].fillna(""), early=early, kept=early >= 0)
    found = rows.groupby(["carrier_id", "service_id"], sort=True).agg(
        parcels=("kept", "size"), kept_share=("kept", "mean"), early_days=("early", "mean")
    )
    found = found.reset_index().sort_values(["parcels", "carrier_id"], ascending=[False, True], kind="stable")
    share, count = found["kept_share"].astype(float), found["parcels"].astype(float)
    middle = (share + _WILSON**2 / (2 * count)) / (1 + _WILSON**2 / count)
    half = _WILSON * np.sqrt(share * (1 - share) / count + (_WILSON / (2 * count)) ** 2) / (1 + _WILSON**2 / count)
    # At a share of 0 or 1 the interval ends there, but for the last bit.
    low, high = np.minimum(middle - half, share), np.maximum(middle + half, share)
    found = found.assign(kept_low=low, kept_high=high, wanted_share=wanted_share)
    return found.reset_index(drop=True)


def _service(policy: pd.DataFrame, plan: Plan) -> tuple[float, float, float]:
    measures = service_measures(policy)
    weights = demand_value(policy, plan.table("sku_location"))
    return (
        weighted_mean(measures["expected"], weights),
        weighted_mean(measures["current"], weights),
        weighted_mean(measures["target"], weights),
    )


def _availability(plan: Plan) -> float:
    described = plan.table("sku_location")
    planned = described[described["is_planned"]]
    demand = plan.table("demand")
    if planned.empty or demand.empty or demand["out_of_stock_share"].isna().all():
        return float("nan")
    recent = demand[demand["demand_on"] >= plan.today - pd.Timedelta(days=RECENT_DAYS)]
    recent = recent.merge(planned[KEYS], on=KEYS, how="inner", validate="many_to_one")
    sold_for = (plan.today - planned["first_demand_on"]).dt.days.clip(upper=RECENT_DAYS)
    watched = float(sold_for.fillna(0).sum()) - float(recent["out_of_stock_share"].isna().sum())
    return 1.0 - float(recent["out_of_stock_share"].sum()) / watched if watched > 0 else float("nan")


def _accuracy(plan: Plan) -> tuple[float, float]:
    model = plan.table("forecast_model").merge(
        plan.table("sku_location")[[*KEYS, "last_year_units"]], on=KEYS, how="left", validate="one_to_one"
    )
    weights = model["last_year_units"]
    return typical(model["wape"], weights), typical(model["bias_share"], weights)


def _against_naive(plan: Plan) -> tuple[float, float]:
    """Error of the seasonal naive forecast and of the plan's combination on the same past forecasts."""
    scores = plan.table("forecast_score")
    found = scores[(scores["demand_class"] == "all") & (scores["method"] == NAIVE)]
    if found.empty:
        return float("nan"), float("nan")
    return float(found["wape"].iloc[0]), float(found["combination_wape"].iloc[0])


def _promises(plan: Plan) -> tuple[float, int]:
    sent = plan.table("shipment")
    scored = sent[sent["delivered_at"].notna() & sent["promised_on"].notna()]
    if scored.empty:
        return float("nan"), 0
    kept = scored["delivered_at"].dt.normalize() <= scored["promised_on"]
    return float(np.mean(kept)), len(scored)
