"""Returns stage: the policy's answer, where goods go, what they cost, and what is still to be expected back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns import (
    Answer,
    ReturnDecisions,
    ReturnHistory,
    ReturnModel,
    ReturnPolicy,
    apply_decisions,
    authorise_in_full,
    claims,
    dispose,
    exchange_movements,
    exchanges,
    expected_returns,
    fit_returns,
    late_returns,
    reason_clusters,
    refund_payments,
    refurbish_orders,
    restock_movements,
    return_margins,
    return_shares,
    return_steps,
    return_times,
    score_returns,
    skus_to_act_on,
    with_dispositions,
)
from invopt.shipping.plan import Network
from invopt.stages.blocks import run_axis
from invopt.stages.return_labels import return_labels
from invopt.stages.run import Run
from invopt.tables import (
    CARRIER_SERVICE,
    CARRIER_ZONE,
    CARTON,
    DISPOSAL,
    EXPECTED_RETURN,
    FORECAST,
    KIT_COMPONENT,
    LOCATION,
    ORDER_LINE,
    PAYMENT,
    PRODUCT,
    RATE,
    REFUND_PART,
    REFUND_PAYMENT,
    REFURBISH_ORDER,
    RETURN_ACTION,
    RETURN_AUTHORISATION,
    RETURN_CLAIM,
    RETURN_CLUSTER,
    RETURN_COHORT,
    RETURN_EXCHANGE,
    RETURN_LABEL,
    RETURN_LATE,
    RETURN_LINE,
    RETURN_MARGIN,
    RETURN_MOVEMENT,
    RETURN_RATE,
    RETURN_SCORE,
    RETURN_SHARE,
    RETURN_STEP,
    RETURN_SUMMARY,
    RETURN_TIME,
    RETURNED_SALE,
    SHIPMENT,
    SKU_LOCATION,
    STOCK_MOVEMENT,
    STOCK_POSITION,
    SURCHARGE,
    TRANSIT_TIME,
    empty,
)

_KEY = ["sku_id", "location_id"]
_COHORT = [*_KEY, "channel", "clock_on"]


def answer_returns(run: Run) -> None:
    """Write the answers to all returns and what follows from them, and the returns to expect."""
    settings, as_of = run.settings.returns, np.datetime64(run.as_of, "D")
    decided = apply_decisions(run.read(RETURN_LINE), run.standing_decisions(), as_of)
    lines, products = decided.lines, run.read(PRODUCT)
    found = authorise_in_full(
        lines,
        run.read(ORDER_LINE),
        run.read(SHIPMENT),
        products,
        ReturnPolicy.read(run.return_policy_path),
        settings,
        as_of,
        kits=run.read(KIT_COMPONENT),
        overrides=decided.overrides,
    )
    disposals = dispose(
        lines, products, cover(run), settings, run.settings.policy.holding_rate_per_year,
        authorisations=found.authorisations, overrides=decided.dispositions,
    )  # fmt: skip
    run.write(RETURN_AUTHORISATION, with_dispositions(found.authorisations, disposals))
    run.write(DISPOSAL, disposals)
    run.write(RETURN_SUMMARY, summary(lines, products, run.settings.demand.default_category))
    follow_up(run, found, decided, disposals, products, as_of)
    history = return_history(run)
    model = fit_returns(history, lines, products, settings, as_of, disposals)
    run.write(RETURN_RATE, model.rates)
    run.write(RETURN_SHARE, return_shares(model, history, products, settings))
    run.write(EXPECTED_RETURN, returns_ahead(run, history, model, as_of))
    run.write(RETURN_SCORE, score_returns(history, products, settings, as_of))
    run.write(RETURN_MARGIN, return_margins(lines, model.rates, products, settings, disposals))
    run.write(RETURN_ACTION, skus_to_act_on(lines, model.rates, products, settings, disposals=disposals))
    run.write(RETURN_CLUSTER, reason_clusters(lines, products, settings))


def follow_up(
    run: Run, found: Answer, decided: ReturnDecisions, disposals: pd.DataFrame, products: pd.DataFrame,
    as_of: np.datetime64,
) -> None:  # fmt: skip
    """Write money, goods and papers that the answers call for, and how long each step takes."""
    settings, lines, answers = run.settings.returns, decided.lines, found.authorisations
    ledger, positions = run.read(STOCK_MOVEMENT), run.read(STOCK_POSITION)
    swaps = exchanges(
        answers, lines, products, positions, settings, as_of, run.settings.business.home_location,
        sent=decided.sent, ledger=ledger,
    )  # fmt: skip
    work = refurbish_orders(disposals, lines, settings, as_of, decided.ended)
    run.write(REFUND_PART, found.parts)
    run.write(REFUND_PAYMENT, refund_payments(answers, lines, run.read(PAYMENT), swaps))
    run.write(RETURN_EXCHANGE, swaps)
    run.write(REFURBISH_ORDER, work)
    run.write(RETURN_CLAIM, claims(run.read(SHIPMENT), run.read(ORDER_LINE), lines, answers, settings))
    called_for = pd.concat(
        [restock_movements(disposals, lines, empty(STOCK_MOVEMENT), work), exchange_movements(swaps, ledger, settings)]
    )
    run.write(RETURN_MOVEMENT, with_books(called_for, ledger, positions))
    network = Network(
        *(run.read(table) for table in (CARTON, CARRIER_SERVICE, CARRIER_ZONE, RATE, SURCHARGE, TRANSIT_TIME))
    )
    run.write(
        RETURN_LABEL,
        return_labels(
            answers, run.read(ORDER_LINE), products, run.read(LOCATION), network, run.settings, pd.Timestamp(run.as_of)
        ),
    )
    steps = return_steps(lines, answers)
    run.write(RETURN_STEP, steps)
    run.write(RETURN_TIME, return_times(steps))
    run.write(RETURN_LATE, late_returns(steps, settings, as_of))


def with_books(called_for: pd.DataFrame, ledger: pd.DataFrame, positions: pd.DataFrame) -> pd.DataFrame:
    """Table `return_movement`: which of the movements the ledger, or the last count, holds already."""
    counted = positions.set_index(_KEY)["counted_on"]
    on = counted.reindex(pd.MultiIndex.from_frame(called_for[_KEY])).to_numpy()
    rows = called_for.assign(
        moved_on=called_for["moved_at"].dt.normalize(), is_booked=called_for["movement_id"].isin(ledger["movement_id"])
    )
    # A count sees what lies there, and nothing of reservations.
    rows["is_counted"] = (rows["movement_kind"] == "return").to_numpy(dtype=bool) & (rows["moved_on"] <= on).to_numpy()
    return rows[list(RETURN_MOVEMENT.names)]


def return_history(run: Run) -> ReturnHistory:
    """Cohorts of sales with what came back of each; the clock of a unit starts with its delivery, where known."""
    sold, returned = run.read(RETURN_COHORT), run.read(RETURNED_SALE)
    back = returned.groupby(_COHORT)["units"].sum().rename("returned_units").reset_index()
    sold = sold.merge(back, on=_COHORT, how="left", validate="one_to_one")
    sold["returned_units"] = np.minimum(sold["returned_units"].fillna(0.0), sold["sold_units"])
    matched = returned.merge(sold[_COHORT], on=_COHORT, how="inner", validate="many_to_one")
    unmatched = float(returned["units"].sum() - matched["units"].sum())
    weight = float(sold["lines"].sum())
    delay = float((sold["delay_days"] * sold["lines"]).sum() / weight) if weight else 0.0
    return ReturnHistory(sold, matched, delay, unmatched)


def returns_ahead(run: Run, history: ReturnHistory, model: ReturnModel, as_of: np.datetime64) -> pd.DataFrame:
    """Table `expected_return`: by period, as far as anything sold or forecast can still come back."""
    if history.sold.empty:
        return empty(EXPECTED_RETURN)
    axis = run_axis(run)
    ends = axis.forecast_starts + np.timedelta64(axis.period_days, "D")
    reach = as_of + np.timedelta64(run.settings.returns.maximum_lag_days, "D")
    count = max(1, int((axis.forecast_starts < reach).sum()))
    starts = axis.forecast_starts[:count].copy()
    starts[0] = as_of  # days of the first period that have passed bring nothing more
    sales = sales_ahead(run, model, as_of, ends[count - 1])
    rows = expected_returns(model, history, starts, ends[count - 1], as_of, sales)
    planned = run.read(SKU_LOCATION)
    planned = planned.loc[planned["is_planned"], _KEY]
    return rows.merge(planned, on=_KEY, how="inner", validate="many_to_one")


def sales_ahead(run: Run, model: ReturnModel, as_of: np.datetime64, end_on: np.datetime64) -> pd.DataFrame:
    """Forecast sales until a day, each period's in its middle; what they send back comes inside the plan, too."""
    period = run_axis(run).period_days
    with run.tables(FORECAST) as db:
        rows = db.frame(
            "select sku_id, location_id, period_start, mean_units from forecast "
            "where period_start < $end_on and mean_units > 0",
            {"end_on": pd.Timestamp(end_on).to_pydatetime()},
        )
    rows = rows[rows["sku_id"].isin(model.rates["sku_id"])]
    start = rows["period_start"].to_numpy().astype("datetime64[D]")
    ahead = (start - as_of).astype(np.int64)
    begins, ends = np.maximum(ahead, 0), np.maximum(ahead + period, 0)
    units = rows["mean_units"].to_numpy() * (ends - begins) / period  # of a period that has begun, the rest
    middle = as_of + ((begins + ends) // 2).astype("timedelta64[D]")
    return rows[_KEY].assign(sold_on=middle, mean_units=units)


def cover(run: Run) -> pd.DataFrame:
    """Days that the stock on hand would last at last year's rate, by SKU and location."""
    known = run.read(SKU_LOCATION).merge(run.read(STOCK_POSITION), on=_KEY, validate="one_to_one")
    rate = known["last_year_units"] / 365.0
    return known[_KEY].assign(days_of_cover=known["on_hand_units"] / rate.where(rate > 0))


def stock_now(run: Run, positions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Stock with what returns moved since the last count and no ledger holds yet; table `stock_position`.

    Goods that were found fit for sale are on the shelf, and the replacement of an exchange is not free any more.
    """
    stock = run.read(STOCK_POSITION) if positions is None else positions
    moved = run.read(RETURN_MOVEMENT)
    moved = moved[~moved["is_booked"] & ~moved["is_counted"]]
    if moved.empty:
        return stock
    moved = moved.assign(
        back=moved["moved_units"].where(moved["movement_kind"] == "return", 0.0),
        held=moved["moved_units"]
        .where(moved["movement_kind"] == "reservation", -moved["moved_units"])
        .where(moved["movement_kind"] != "return", 0.0),
    )
    sums = moved.groupby(_KEY)[["back", "held"]].sum().reindex(pd.MultiIndex.from_frame(stock[_KEY])).fillna(0.0)
    return stock.assign(
        on_hand_units=stock["on_hand_units"] + sums["back"].to_numpy(),
        reserved_units=(stock["reserved_units"] + sums["held"].to_numpy()).clip(lower=0.0),
    )


def summary(lines: pd.DataFrame, products: pd.DataFrame, default_category: str) -> pd.DataFrame:
    """Table `return_summary`: returns by category and reason."""
    if lines.empty:
        return empty(RETURN_SUMMARY)
    rows = lines.merge(products[["sku_id", "category_id"]], on="sku_id", how="left", validate="many_to_one")
    rows["category_id"] = rows["category_id"].fillna(default_category)
    rows["return_reason"] = rows["return_reason"].fillna("unknown")
    grouped = rows.groupby(["category_id", "return_reason"])["returned_units"]
    return grouped.agg(returns="count", returned_units="sum").reset_index()
