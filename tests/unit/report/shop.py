"""A made-up night: every table of a run, as declared, from a seed.

It is not a plan that the rooms would make (they have their own tests); it is what they may hand over, with
every case a page has to show: stockouts, surplus, late orders, holds, missing values, hostile names.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from invopt.tables import (
    ALERT,
    INPUT_TABLES,
    ORDER_PROPOSAL,
    TABLES,
    Table,
    check,
    empty,
)

AS_OF = dt.date(2026, 3, 9)
HOSTILE_NAMES = (
    "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "</script><img src=x onerror=alert(1)>",
    "قميص قطني للأطفال", "📦 Box & Co \"quoted\" 'single'", "\u202egnp.exe\u202c", "long name " * 1_000, "a|b|c",
)  # fmt: skip


def night(skus: int = 12, *, seed: int = 1, hostile: bool = False) -> dict[str, pd.DataFrame]:
    """Frames by table name for `skus` SKUs in two locations' worth of a shop."""
    rng = np.random.default_rng(seed)
    tables = {name: empty(table) for name, table in TABLES.items()}
    described = _described(skus, rng, hostile)
    tables["sku_location"] = described
    keys = described[["sku_id", "location_id"]]
    count = len(described)
    weekly = np.round(rng.gamma(1.2, 8.0, count) + 0.2, 3)
    on_hand = np.floor(weekly * rng.choice([0.0, 0.6, 2.5, 9.0, 60.0], count, p=[0.1, 0.2, 0.4, 0.2, 0.1]))
    _stock(tables, keys, on_hand, rng)
    _supply(tables, keys, weekly, rng)
    _forecast(tables, keys, weekly, rng)
    _scores(tables)
    _policy_and_purchase(tables, described, weekly, on_hand, rng)
    _demand(tables, keys, weekly, rng)
    _orders(tables, described, rng, hostile)
    _shipping(tables, rng)
    _returns(tables, described, rng)
    _books(tables, described, hostile)
    return {name: check(frame, TABLES[name]) for name, frame in tables.items()}


def empty_night() -> dict[str, pd.DataFrame]:
    """A night in which nothing was known."""
    return {name: empty(table) for name, table in TABLES.items()}


def frame(table: Table, **columns: object) -> pd.DataFrame:
    """Rows of a table; columns that are not named are missing where they may be, and neutral where not."""
    rows = pd.DataFrame(columns)
    for column in table.columns:
        if column.name in rows:
            continue
        if column.nullable:
            rows[column.name] = pd.array([None] * len(rows), dtype=column.dtype.pandas(nullable=True))
        else:
            neutral = {"TEXT": column.choices[0] if column.choices else "", "BOOLEAN": False}
            rows[column.name] = neutral.get(column.dtype.name, max(0, column.minimum or 0))
    return check(rows[list(table.names)], table)


def _described(skus: int, rng: np.random.Generator, hostile: bool) -> pd.DataFrame:
    number = np.arange(skus)
    goods = ("Ceramic mug", "Linen towel", "Desk lamp", "Wool scarf", "Oak tray")
    names = [f"{goods[i % 5]} no. {i}" for i in number]
    identifiers = [f"SKU-{i:05d}" for i in number]
    if hostile:
        names = [HOSTILE_NAMES[i % len(HOSTILE_NAMES)] for i in number]
        identifiers = [f"{i}/../{HOSTILE_NAMES[i % len(HOSTILE_NAMES)]}" for i in number]
    price = np.round(rng.gamma(2.0, 900.0, skus) + 150).astype(int)
    return frame(
        TABLES["sku_location"],
        sku_id=identifiers,
        location_id=np.where(number % 3 == 0, "LEEDS", "MAIN"),
        position=number,
        category_id=[("kitchen", "bath", "light", "textile", "all")[i % 5] for i in number],
        product_name=names,
        lifecycle="active",
        first_demand_on=pd.Timestamp("2024-03-04"),
        last_demand_on=[pd.Timestamp("2026-03-08" if i % 11 else "2025-04-01") for i in number],
        demand_days=100,
        total_units=1000.0,
        last_year_units=np.round(rng.gamma(2, 200, skus)),
        last_year_revenue_minor=price * 400,
        unit_cost_minor=(price * 0.55).astype(int),
        unit_price_minor=np.where(number % 29 == 7, (price * 0.5).astype(int), price),
        currency="GBP",
        abc_class=[("A", "B", "C")[0 if i % 10 < 2 else 1 if i % 10 < 5 else 2] for i in number],
        is_cost_assumed=number % 4 == 0,
        is_planned=number % 17 != 16,
        excuse=[None if i % 17 != 16 else "dormant: no order for more than 365 days" for i in number],
    )


def _stock(tables: dict[str, pd.DataFrame], keys: pd.DataFrame, on_hand: np.ndarray, rng: np.random.Generator) -> None:
    counted = np.where(np.arange(len(keys)) % 23 == 5, -3.0, on_hand)
    tables["stock_position"] = frame(
        TABLES["stock_position"], **keys, on_hand_units=np.maximum(counted, 0), reserved_units=0.0,
        on_order_units=np.where(np.arange(len(keys)) % 3 == 1, 24.0, 0.0), counted_units=counted,
        counted_on=pd.Timestamp("2026-03-08"), is_assumed=np.arange(len(keys)) % 13 == 3,
        reason="count and movements",
    )  # fmt: skip


def _supply(tables: dict[str, pd.DataFrame], keys: pd.DataFrame, weekly: np.ndarray, rng: np.random.Generator) -> None:
    number = np.arange(len(keys))
    supplier = np.array([f"SUP-{i % 7}" for i in number])
    tables["supplier"] = frame(
        TABLES["supplier"], supplier_id=[f"SUP-{i}" for i in range(7)],
        supplier_name=[f"{n} Trading Ltd" for n in ("Alder", "Birch", "Cedar", "Damson", "Elm", "Fir", "Gorse")],
    )  # fmt: skip
    tables["lead_time"] = frame(
        TABLES["lead_time"], supplier_id=supplier, **keys, mean_days=21.0, sd_days=5.0, log_location_days=3.0,
        log_scale=0.25, degrees_of_freedom=20.0, median_days=20.0, p90_days=28.0, observations=5,
        supplier_observations=50, open_orders=1, fill_share=np.where(number % 7 == 2, 0.8, 0.99),
        is_assumed=number % 9 == 4, reason="receipts of the supplier",
    )  # fmt: skip
    open_ = number[number % 3 == 1]
    tables["inbound"] = frame(
        TABLES["inbound"], purchase_order_id=[f"PO-{i}" for i in open_], purchase_order_line_id="1",
        supplier_id=supplier[open_], **keys.iloc[open_].reset_index(drop=True), open_units=24.0,
        ordered_on=pd.Timestamp("2026-02-20"),
        confirmed_on=[pd.Timestamp("2026-03-20" if i % 2 else "2026-03-01") if i % 5 else None for i in open_],
        age_days=17.0,
    )  # fmt: skip
    late = open_[::4]
    tables["open_order_advice"] = frame(
        TABLES["open_order_advice"], purchase_order_id=[f"PO-{i}" for i in late], purchase_order_line_id="1",
        supplier_id=supplier[late], **keys.iloc[late].reset_index(drop=True),
        advice=[("chase", "expedite", "delay", "cancel", "reduce")[i % 5] for i in range(len(late))],
        open_units=24.0, advised_units=12.0, expected_on=pd.Timestamp("2026-03-20"),
        advised_on=pd.Timestamp("2026-03-13"), worth_minor=np.round(rng.gamma(1, 9000, len(late))).astype(int),
        currency="GBP", reason="8 days past its confirmed date",
    )  # fmt: skip


def _forecast(
    tables: dict[str, pd.DataFrame], keys: pd.DataFrame, weekly: np.ndarray, rng: np.random.Generator
) -> None:
    weeks = 26
    wave = 1 + 0.3 * np.sin(np.arange(weeks) / 4)
    mean = np.round(weekly[:, None] * wave, 4)
    level = np.repeat(weekly[:, None], weeks, axis=1)
    repeated = keys.loc[keys.index.repeat(weeks)].reset_index(drop=True)
    starts = pd.date_range("2026-03-09", periods=weeks, freq="7D")
    tables["forecast"] = frame(
        TABLES["forecast"], **repeated, period_start=np.tile(starts, len(keys)), mean_units=mean.ravel(),
        level_units=level.ravel(), trend_units=0.0, season_units=(mean - level).ravel(), event_units=0.0,
        override_units=0.0, p10_units=(0.4 * mean).ravel(), p50_units=(0.95 * mean).ravel(),
        p90_units=(1.7 * mean).ravel(),
    )  # fmt: skip
    count = len(keys)
    profile = {f"weekly_profile_{day}": 1 / 7 for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    tables["forecast_model"] = frame(
        TABLES["forecast_model"], **keys,
        demand_class=[("smooth", "erratic", "intermittent", "lumpy", "new")[i % 5] for i in range(count)],
        method="combination: ets 41%, theta 30%, moving average 29%",
        reason="weights of its class, from past forecasts", dispersion=0.2, level_variance=0.05,
        xyz_class="Y", is_whole_units=True, history_periods=104, censored_share=0.06,
        wape=np.where(np.arange(count) % 6 == 0, np.nan, np.round(rng.gamma(6, 0.09, count), 3)),
        bias_share=np.where(np.arange(count) % 6 == 0, np.nan, np.round(rng.normal(0, 0.2, count), 3)), **profile,
    )  # fmt: skip


def _scores(tables: dict[str, pd.DataFrame]) -> None:
    methods = ("combination", "ets", "seasonal naive")
    tables["forecast_score"] = frame(
        TABLES["forecast_score"], demand_class=[name for name in ("all", "lumpy", "smooth") for _ in methods],
        method=list(methods) * 3, forecasts=120, actual_units=1000.0,
        wape=[0.5, 0.55, 0.8, 0.9, 0.95, 0.85, 0.3, 0.32, 0.5], bias_share=0.01,
        combination_wape=[0.5, 0.5, 0.52, 0.9, 0.9, 0.9, 0.3, 0.3, 0.31],
    )  # fmt: skip


def _policy_and_purchase(
    tables: dict[str, pd.DataFrame], described: pd.DataFrame, weekly: np.ndarray, on_hand: np.ndarray,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    planned = described["is_planned"].to_numpy()
    keys = described.loc[planned, ["sku_id", "location_id"]].reset_index(drop=True)
    index = np.flatnonzero(planned)
    number, weekly, on_hand = index, weekly[planned], np.maximum(on_hand[planned], 0.0)
    on_hand = tables["stock_position"]["on_hand_units"].to_numpy()[planned]
    due = np.where(number % 3 == 1, 24.0, 0.0)
    demand = np.round(4 * weekly, 3)
    lost = np.round(np.where(on_hand < weekly, weekly - on_hand, 0.0), 3)
    returns = np.round(0.03 * demand, 3)
    safety = np.round(0.4 * demand, 3)
    backorder = np.where(on_hand == 0, 2.0, 0.0)
    raw = np.round(demand - lost - returns + backorder + safety - on_hand - due, 3)
    need = np.maximum(raw, 0.0)
    pack = np.where(need > 0, np.ceil(need / 6) * 6 - need, 0.0)
    cut = np.where(number % 19 == 8, -(need + pack), 0.0)
    final = np.round(need + pack + cut, 3)
    cost = described["unit_cost_minor"].to_numpy()[planned]
    supplier = [f"SUP-{i % 7}" if i % 19 != 8 else None for i in number]
    share = np.clip(0.99 - rng.gamma(1, 0.04, len(number)), 0, 1)
    target = described["abc_class"].map({"A": 0.97, "B": 0.95, "C": 0.90}).to_numpy()[planned]
    tables["policy"] = frame(
        TABLES["policy"], **keys, supplier_id=supplier, abc_class=described["abc_class"].to_numpy()[planned],
        xyz_class="Y", target_kind="cycle_service", target_share=target, shortage_rule="lost_sales",
        review_days=7.0, lead_time_days=21.0, protection_days=28.0, expected_demand_units=demand,
        demand_sd_units=np.round(np.sqrt(demand + 0.2 * demand**2), 3), expected_lost_units=lost,
        expected_returns_units=returns, target_level_units=demand + safety, safety_stock_units=safety,
        reorder_point_units=np.round(0.75 * demand + safety, 3), need_units=need, on_order_due_units=due,
        on_order_later_units=0.0, backorder_units=backorder, implied_cycle_service=np.maximum(target, share),
        implied_fill_rate=np.minimum(1.0, target + 0.01), current_cycle_service=share,
        mean_stock_units=safety + weekly, mean_stock_minor=np.round((safety + weekly) * cost).astype(int),
        days_of_cover=on_hand / weekly * 7, stockout_in_days=np.where(on_hand / weekly < 10,
        np.floor(on_hand / weekly * 7), np.nan),
        currency="GBP", is_assumed=number % 9 == 4, method="roll-forward projection", reason="",
    )  # fmt: skip
    rows = np.flatnonzero((need > 0) | (cut < 0))
    terms = {name: 0.0 for name in ORDER_PROPOSAL.names if name.endswith("_change_units")}
    terms |= {
        "expected_demand_units": demand[rows], "expected_lost_units": lost[rows],
        "expected_returns_units": returns[rows], "backorder_units": backorder[rows],
        "safety_stock_units": safety[rows], "on_hand_units": on_hand[rows], "on_order_due_units": due[rows],
        "unneeded_units": np.round(need - raw, 3)[rows], "pack_change_units": np.round(pack, 3)[rows],
        "lifecycle_change_units": cut[rows],
    }  # fmt: skip
    tables["order_proposal"] = frame(
        ORDER_PROPOSAL, **keys.iloc[rows].reset_index(drop=True), **terms,
        proposal_id=(keys["sku_id"] + "|" + keys["location_id"] + "|2026-03-09").iloc[rows].to_numpy(),
        supplier_id=[supplier[i] for i in rows], order_on=pd.Timestamp(AS_OF), expected_on=pd.Timestamp("2026-03-30"),
        need_units=need[rows], final_units=final[rows],
        binding_constraint=np.where(cut[rows] < 0, "no_supplier", np.where(pack[rows] > 0, "pack", "none")),
        unit_cost_minor=cost[rows], amount_minor=np.round(final[rows] * cost[rows]).astype(int), currency="GBP",
        days_of_cover=35.0, gain_minor=np.round(rng.gamma(1, 5000, len(rows)), 2),
        urgency=np.where(on_hand[rows] == 0, "stocked_out", np.where(lost[rows] > 0, "will_stock_out", "due")),
        state="proposed", is_assumed=number[rows] % 9 == 4, reason="demand over 28 days less what is there",
    )  # fmt: skip
    weeks = pd.date_range("2026-03-09", periods=26, freq="7D")
    tables["forward_plan"] = frame(
        TABLES["forward_plan"], supplier_id=np.repeat(["SUP-0", "SUP-1"], 26), currency="GBP",
        week_start=np.tile(weeks, 2), ordered_units=10.0, ordered_minor=50_000, received_units=10.0,
        cash_minor=48_000,
        demand_units=12.0, unserved_units=1.5, stock_units=400.0,
        stock_minor=np.tile(np.arange(26) * 1_000 + 900_000, 2),
    )  # fmt: skip
    tables["plan_change"] = frame(
        TABLES["plan_change"], **keys.iloc[rows[:5]].reset_index(drop=True), last_units=6.0,
        units=final[rows[:5]], change_units=final[rows[:5]] - 6.0, unit_cost_minor=cost[rows[:5]],
        last_urgency="due", urgency="due", cause="on_hand_units", cause_units=3.0,
    )  # fmt: skip
    tables["order_commitment"] = frame(
        TABLES["order_commitment"], proposal_id=["P1", "P2"], supplier_id="SUP-2", sku_id=keys["sku_id"].iloc[0],
        location_id=keys["location_id"].iloc[0], approved_units=12.0, open_units=[12.0, 0.0], unit_cost_minor=100,
        currency="GBP", approved_on=pd.Timestamp("2026-03-05"), state=["approved", "closed"], decided_by="planner",
    )  # fmt: skip
    tables["refused_decision"] = frame(
        TABLES["refused_decision"], decision_id="D1", key=[keys["sku_id"].iloc[0]], action="approve",
        reason="The proposal is gone.",
    )  # fmt: skip
    bought = tables["order_proposal"].dropna(subset=["supplier_id"])
    sums = bought.groupby(["supplier_id", "location_id", "order_on"]).agg(
        lines=("sku_id", "size"), units=("final_units", "sum"), amount_minor=("amount_minor", "sum")
    ).reset_index()  # fmt: skip
    minimum = np.full(len(sums), 20_000)
    tables["supplier_order"] = frame(
        TABLES["supplier_order"], **sums, minimum_order_minor=minimum, currency="GBP",
        meets_minimum=sums["amount_minor"].to_numpy() >= minimum, reason="",
    )  # fmt: skip


def _demand(tables: dict[str, pd.DataFrame], keys: pd.DataFrame, weekly: np.ndarray, rng: np.random.Generator) -> None:
    shown = keys.head(200)
    days = 126
    repeated = shown.loc[shown.index.repeat(days)].reset_index(drop=True)
    on = np.tile(pd.date_range("2025-11-03", periods=days), len(shown))
    units = rng.poisson(np.repeat(weekly[: len(shown)], days) / 7 * 2).astype(float)
    out = (np.arange(len(repeated)) % 37) < 3
    tables["demand"] = frame(
        TABLES["demand"], **repeated, demand_on=on, ordered_units=np.where(out, 0, units), cancelled_units=0.0,
        returned_units=0.0, revenue_minor=(units * 1000).astype(int), order_lines=units.astype(int),
        out_of_stock_share=np.where(out, 1.0, 0.0), is_censored=out, is_promoted=False,
    )  # fmt: skip
    tables["cleaned_demand"] = frame(
        TABLES["cleaned_demand"], **shown, period_start=pd.Timestamp("2026-01-05"), observed_units=400.0,
        cleaned_units=60.0, reason="outlier",
    )  # fmt: skip


def _orders(tables: dict[str, pd.DataFrame], described: pd.DataFrame, rng: np.random.Generator, hostile: bool) -> None:
    number = np.arange(3 * len(described))
    sku = described["sku_id"].to_numpy()[number % len(described)]
    location = described["location_id"].to_numpy()[number % len(described)]
    order = np.array([f"#{10_000 + i // 2}" for i in number])
    tables["open_order_line"] = frame(
        TABLES["open_order_line"], order_id=order, order_line_id=[str(i % 2) for i in number], sku_id=sku,
        ordered_at=pd.Timestamp("2026-03-08 10:00"), ordered_units=2.0, unit_price_minor=1000, amount_minor=2000,
        currency="GBP", payment_state="paid", promised_on=pd.Timestamp("2026-03-11"), location_id=location,
        ship_to_name="Personal Name" if not hostile else HOSTILE_NAMES[0],
    )  # fmt: skip
    orders = np.unique(order)
    held = np.arange(len(orders)) % 9 == 4
    tables["order_check"] = frame(
        TABLES["order_check"], order_id=orders, outcome=np.where(held, "on_hold", "accepted"),
        rule=np.where(held, "payment_pending", ""), reason=np.where(held, "Payment is pending.", ""),
        released_by=np.where(held, "planner", ""), lines=2, amount_minor=4000, currency="GBP",
    )  # fmt: skip
    waits = number % 7 == 3
    tables["backlog"] = frame(
        TABLES["backlog"], order_id=order[waits], order_line_id=[str(i % 2) for i in number[waits]],
        sku_id=sku[waits], location_id=location[waits], waiting_units=2.0, amount_minor=2000, currency="GBP",
        cause=np.where(np.arange(waits.sum()) % 4 == 3, "on_hold", "no_stock"),
        available_on=[pd.Timestamp("2026-03-20") if i % 2 else None for i in range(int(waits.sum()))],
        reason="no free stock",
    )  # fmt: skip
    tables["allocation"] = frame(
        TABLES["allocation"], order_id=order[~waits], order_line_id=[str(i % 2) for i in number[~waits]],
        sku_id=sku[~waits], location_id=location[~waits], allocated_units=2.0, is_split=False,
        reason="nearest with all lines",
    )  # fmt: skip


def _shipping(tables: dict[str, pd.DataFrame], rng: np.random.Generator) -> None:
    allocated = tables["allocation"].drop_duplicates(["order_id", "location_id"]).reset_index(drop=True)
    number = np.arange(len(allocated))
    carrier = np.array([("Royal Post", "Parcelwing", "Northline")[i % 3] for i in number], dtype=object)
    carrier[number % 31 == 30] = None
    tables["parcel"] = frame(
        TABLES["parcel"], parcel_id=allocated["order_id"] + "-" + allocated["location_id"] + "-1",
        order_id=allocated["order_id"], location_id=allocated["location_id"], carton_id="M", length_mm=300,
        width_mm=200, height_mm=150, weight_g=900, fill_share=0.6, carrier_id=carrier,
        service_id=np.where(pd.isna(carrier), None, "48h"), billed_weight_g=1000,
        cost_minor=[None if pd.isna(c) else 395 + 10 * i for i, c in enumerate(carrier)], currency="GBP",
        ships_on=pd.Timestamp(AS_OF),
        promise_on=[pd.Timestamp("2026-03-13" if i % 8 == 0 else "2026-03-11") for i in number],
        likely_on=pd.Timestamp("2026-03-10"), is_assumed=number % 5 == 0,
        reason=["no rate card covers it" if pd.isna(c) else "" for c in carrier],
    )  # fmt: skip
    lanes = [
        (c, s, w)
        for c, s in (("Royal Post", "48h"), ("Parcelwing", "48h"), ("Northline", "next day"))
        for w in range(5)
    ]
    tables["transit_time"] = frame(
        TABLES["transit_time"], carrier_id=[c for c, _, _ in lanes], service_id=[s for _, s, _ in lanes],
        lane="MAIN > GB", weekday=[w for _, _, w in lanes], median_days=2.0, promise_days=3.0, observations=40,
        on_time_share=[0.97 if c == "Royal Post" else 0.88 if c == "Parcelwing" else 0.93 for c, _, _ in lanes],
        reason="",
    )  # fmt: skip
    sent = np.arange(40)
    problem = np.where(sent % 10 == 9, "stuck", np.where(sent % 10 == 4, "late", ""))
    tables["shipment"] = frame(
        TABLES["shipment"], tracking_number=[f"TRK{i:06d}" for i in sent], order_id=[f"#{9_000 + i}" for i in sent],
        carrier_id=[("Royal Post", "Parcelwing")[i % 2] for i in sent], service_id="48h",
        tracking_status=np.where(problem == "", "delivered", "in_transit"),
        shipped_at=pd.Timestamp("2026-03-02 16:00"),
        delivered_at=[pd.Timestamp("2026-03-04 12:00") if p == "" else None for p in problem],
        last_event_at=pd.Timestamp("2026-03-04 12:00"), promised_on=pd.Timestamp("2026-03-05"), problem=problem,
        next_step=np.where(problem == "", "", "Open an enquiry with the carrier."),
    )  # fmt: skip


def _returns(tables: dict[str, pd.DataFrame], described: pd.DataFrame, rng: np.random.Generator) -> None:
    number = np.arange(min(30, len(described)))
    sku = described["sku_id"].to_numpy()[number]
    state = np.array(["authorised", "received", "graded", "closed", "refused"], dtype=object)[number % 5]
    tables["return_authorisation"] = frame(
        TABLES["return_authorisation"], return_id=[f"R{i}" for i in number], return_line_id="1",
        order_id=[f"#{9_000 + i}" for i in number], sku_id=sku,
        outcome=np.where(state == "refused", "refused", "granted"), rule="30 days from delivery",
        window_ends_on=pd.Timestamp("2026-04-01"), granted_units=np.where(state == "refused", 0.0, 1.0),
        refund_minor=np.where(state == "refused", 0, 1500), fee_minor=0, currency="GBP", label_paid_by="shop",
        disposition=[("restock" if s in ("graded", "closed") else None) for s in state], state=state,
        reason="within 30 days of delivery",
    )  # fmt: skip
    every = described["sku_id"].to_numpy()
    tables["return_rate"] = frame(
        TABLES["return_rate"], sku_id=every, return_share=np.where(np.arange(len(every)) % 20 == 6, 0.4, 0.06),
        resaleable_share=0.8, mean_lag_days=11.0, sold_units=500.0, returned_units=30.0,
        is_assumed=np.arange(len(every)) % 25 == 24, reason="shrunk to its category",
    )  # fmt: skip
    tables["return_summary"] = frame(
        TABLES["return_summary"], category_id=["kitchen", "kitchen", "textile"],
        return_reason=["damaged_in_transit", "changed_mind", "size_or_fit"], returns=[12, 30, 55],
        returned_units=[13.0, 31.0, 60.0],
    )  # fmt: skip


def _books(tables: dict[str, pd.DataFrame], described: pd.DataFrame, hostile: bool) -> None:
    name = HOSTILE_NAMES[0] + ".csv" if hostile else "orders.csv"
    tables["ingested_file"] = frame(
        TABLES["ingested_file"], file_id=["f1", "f2"], file_name=[name, "stock.csv"], sheet="", source="csv",
        table_name=["order_line", "stock_snapshot"], file_bytes=[123_456, 9_999], rows_read=[1_000, 400],
        rows_accepted=[990, 400], rows_rejected=[7, 0], rows_known=[3, 0],
        recorded_at=pd.Timestamp("2026-03-08 20:00"),
    )  # fmt: skip
    tables["rejected_row"] = frame(
        TABLES["rejected_row"], file_id="f1", file_name=name, table_name="order_line", line_number=np.arange(2, 9),
        column_name="ordered_units", bad_value="=1+1", reason="not a number", raw_row="{}",
        recorded_at=pd.Timestamp("2026-03-08 20:00"),
    )  # fmt: skip
    tables["assumption"] = frame(
        TABLES["assumption"], topic=["unit_cost", "lead_time"], setting=["policy.cost_share_of_price",
        "lead_time.assumed_days"],
        assumed_value=["0.5", "14 days"], rows=[int(described["is_cost_assumed"].sum()), 2],
        meaning="Bring products with unit costs.",
    )  # fmt: skip
    tables["alert"] = empty(ALERT)


__all__ = ["AS_OF", "HOSTILE_NAMES", "INPUT_TABLES", "empty_night", "frame", "night"]
