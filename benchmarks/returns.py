"""Returns measured: a million historic returns, a quote, and expected returns on Online Retail II.

The million and the quote are made up here from a seed. The Online Retail file is read from the shared data
(`INVOPT_SHARED`, default `../shared`); without it those figures are left out, and the last line says so.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pandas as pd

from invopt.returns import (
    ReturnDesk,
    ReturnPolicy,
    as_return_lines,
    expected_over,
    expected_returns,
    fit_returns,
    match_credits,
    return_history,
)
from invopt.settings import Returns
from invopt.tables import ORDER_LINE, PRODUCT, RETURN_LINE, SHIPMENT, check, empty

ROOT = Path(os.environ.get("INVOPT_SHARED", Path(__file__).parents[1] / ".." / "shared"))
DATA = ROOT / "data" / "online_retail_II.parquet"
AS_OF = np.datetime64("2026-03-10")
HORIZON_DAYS = 28
ORIGINS = [f"2011-{month:02d}-01" for month in range(1, 12)]


def text(values: np.ndarray) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="str")


def million() -> float:
    """Order lines of which a million came back: history, fit and projection, in seconds."""
    rng = np.random.default_rng(1)
    lines, skus = 5_000_000, 50_000
    sku = rng.integers(0, skus, lines)
    age = rng.integers(1, 730, lines)
    share = np.clip(rng.beta(4, 14, skus), 0, 1)
    lag = 3 + rng.geometric(0.08, lines)
    back = np.flatnonzero((rng.random(lines) < share[sku]) & (lag < age))
    order = np.array([f"O{number:07d}" for number in range(lines)])
    names = np.array([f"S{number:05d}" for number in range(skus)])
    day = (AS_OF - age).astype("datetime64[us]")
    sold = pd.DataFrame(
        {
            "order_id": text(order), "order_line_id": "1", "sku_id": text(names[sku]), "ordered_at": day,
            "ordered_units": 1.0, "unit_price_minor": 1000, "discount_minor": 0, "tax_minor": 0, "amount_minor": 1000,
            "currency": "GBP", "line_kind": "sale", "order_state": "shipped", "payment_state": "paid",
            "location_id": "MAIN",
        }
    ).reindex(columns=list(ORDER_LINE.names))  # fmt: skip
    sold = check(sold, ORDER_LINE)
    came = pd.DataFrame(
        {
            "return_id": text(np.char.add("R", order[back])), "return_line_id": "1", "order_id": text(order[back]),
            "order_line_id": "1", "sku_id": text(names[sku[back]]), "returned_units": 1.0,
            "requested_on": day[back] + np.timedelta64(2, "D"), "received_on": day[back] + lag[back].astype("m8[D]"),
            "received_units": 1.0, "grade": "as_new",
        }
    ).reindex(columns=list(RETURN_LINE.names))  # fmt: skip
    came = check(came, RETURN_LINE)
    goods = pd.DataFrame(
        {"sku_id": text(names), "category_id": text(np.char.add("C", (np.arange(skus) % 40).astype(str)))}
    )
    goods = check(goods.reindex(columns=list(PRODUCT.names)), PRODUCT)
    settings = Returns()
    started = time.perf_counter()
    history = return_history(sold, came, empty(SHIPMENT), settings, AS_OF, "MAIN")
    joined = time.perf_counter()
    model = fit_returns(history, came, goods, settings, AS_OF)
    fitted = time.perf_counter()
    found = expected_returns(model, history, AS_OF + 7 * np.arange(17), AS_OF + 119, AS_OF)
    ended = time.perf_counter()
    error = float(np.abs(model.rates["return_share"].to_numpy() - share).mean())
    print(f"{lines:,} sales, {len(came):,} returns: joined {joined - started:.1f} s, fitted {fitted - joined:.1f} s, "
          f"projected {ended - fitted:.1f} s into {len(found):,} rows; mean share error {error:.4f}")  # fmt: skip
    return ended - started


def quoted() -> float:
    """Milliseconds of a quote for an order of five lines at a desk that holds what it needs, median of 40."""
    line = {
        "order_id": "O", "ordered_at": pd.Timestamp("2026-03-01"), "ordered_units": 2.0, "unit_price_minor": 1000,
        "discount_minor": 0, "tax_minor": 0, "amount_minor": 2000, "currency": "GBP", "line_kind": "sale",
        "order_state": "shipped", "payment_state": "paid", "shipped_at": pd.Timestamp("2026-03-02"),
        "ship_to_country": "GB",
    }  # fmt: skip
    sold = pd.DataFrame([{**line, "order_line_id": str(n), "sku_id": f"S{n}"} for n in range(5)])
    sold = check(sold.reindex(columns=list(ORDER_LINE.names)), ORDER_LINE)
    goods = pd.DataFrame({"sku_id": [f"S{n}" for n in range(5)]}).reindex(columns=list(PRODUCT.names))
    goods = check(goods, PRODUCT)
    policy = ReturnPolicy.read(Path(__file__).parents[1] / "models" / "return_policy.toml")
    desk = ReturnDesk(sold, empty(RETURN_LINE), empty(SHIPMENT), goods, policy, Returns())
    seconds = []
    for _ in range(40):
        started = time.perf_counter()
        desk.quote("O", AS_OF)
        seconds.append(time.perf_counter() - started)
    print(f"a quote of five lines: {1000 * np.median(seconds):.1f} ms")
    return 1000 * float(np.median(seconds))


def read_online_retail() -> pd.DataFrame:
    """ORDER_LINE of known customers: one copy of lines that stand in both sheets, products only."""
    raw = pd.read_parquet(DATA)
    before = len(raw)
    second = raw["sheet"] == raw["sheet"].cat.categories[-1]
    overlap = raw.loc[~second, "InvoiceDate"].max()
    raw = raw[~(second & (raw["InvoiceDate"] <= overlap))]
    print(f"Online Retail II: {before:,} lines, {before - len(raw):,} dropped that stand in both sheets")
    is_product = raw["StockCode"].str.match(r"^\d{5}").fillna(False).to_numpy(dtype=bool)
    raw = raw[is_product & raw["Customer ID"].notna().to_numpy() & (raw["Price"] > 0).to_numpy()]
    credit = (raw["Quantity"] < 0).to_numpy()
    amount = np.rint(raw["Quantity"] * raw["Price"] * 100).astype("int64")
    frame = pd.DataFrame(
        {
            "order_id": raw["Invoice"].astype("str"), "order_line_id": np.arange(len(raw)).astype(str),
            "sku_id": raw["StockCode"].str.upper().astype("str"),
            "ordered_at": raw["InvoiceDate"].astype("datetime64[us]"), "ordered_units": raw["Quantity"].astype(float),
            "unit_price_minor": np.rint(raw["Price"] * 100).astype("int64"), "discount_minor": 0, "tax_minor": 0,
            "amount_minor": amount, "currency": "GBP", "line_kind": np.where(credit, "return", "sale"),
            "order_state": "shipped", "payment_state": "paid", "location_id": "MAIN",
            "customer_id": raw["Customer ID"].astype("str"),
        }
    ).reindex(columns=list(ORDER_LINE.names))  # fmt: skip
    return check(frame, ORDER_LINE)


def online_retail() -> dict[str, float]:
    """Units that come back in the next four weeks, by SKU: expected against what came, and two naive ways."""
    lines = read_online_retail()
    matched = match_credits(lines)
    credits = -lines.loc[lines["line_kind"] == "return", "ordered_units"].sum()
    hours = (matched["credited_at"] - matched["ordered_at"]).dt.total_seconds() / 3_600
    at_once = (hours < 24).to_numpy()
    gone = matched[at_once].groupby("order_line_id")["units"].sum()
    sales = lines[lines["line_kind"] == "sale"].copy()
    sales["ordered_units"] -= sales["order_line_id"].map(gone).fillna(0.0)
    sales = sales[sales["ordered_units"] > 0]
    real = matched[~at_once]
    lag = (real["credited_at"] - real["ordered_at"]).dt.days
    weights = real["units"].to_numpy()
    order = np.argsort(lag.to_numpy(), kind="stable")
    at = np.searchsorted(np.cumsum(weights[order]), np.array([0.1, 0.5, 0.9]) * weights.sum())
    print(f"credited units {credits:,.0f}: matched {matched['units'].sum() / credits:.1%}, of these "
          f"{matched.loc[at_once, 'units'].sum() / matched['units'].sum():.1%} within 24 hours (no return); returned "
          f"{weights.sum() / sales['ordered_units'].sum():.2%} of units sold; lags in days, 10/50/90%: "
          f"{lag.to_numpy()[order][at].tolist()}")  # fmt: skip
    came = as_return_lines(real)
    settings = Returns(maximum_lag_days=180, cancellation_hours=0)
    errors = [score(sales, came, settings, np.datetime64(day)) for day in ORIGINS]
    table = pd.DataFrame(errors).set_index("as_of")
    print(table.round(3).to_string())
    total = table.mean()
    off = abs(table["expected_units"].sum() / table["actual_units"].sum() - 1)
    print(f"all SKUs together over all origins: {off:.1%} off")
    print(
        f"absolute error, ratio to nothing {total['mae'] / total['mae_nothing']:.3f}, to netted "
        f"{total['mae'] / total['mae_netted']:.3f}; SKUs below the 90% quantile {total['inside_90']:.3f}"
    )
    return {
        "error_ratio_nothing": round(float(total["rmse"] / total["rmse_nothing"]), 4),
        "error_ratio_netted": round(float(total["rmse"] / total["rmse_netted"]), 4),
        "return_share": round(float(weights.sum() / sales["ordered_units"].sum()), 5),
    }


def score(sales: pd.DataFrame, came: pd.DataFrame, settings: Returns, as_of: np.datetime64) -> dict[str, object]:
    """Errors by SKU of one origin; all three ways see the same sales forecast, the mean of the last 8 weeks."""
    past = sales[sales["ordered_at"] < pd.Timestamp(as_of)]
    history = return_history(past, came, empty(SHIPMENT), settings, as_of, "MAIN")
    model = fit_returns(history, came, empty(PRODUCT), settings, as_of)
    recent = past[past["ordered_at"] >= pd.Timestamp(as_of - 56)].groupby("sku_id")["ordered_units"].sum() / 56
    days = np.tile(as_of + np.arange(HORIZON_DAYS), len(recent))
    future = pd.DataFrame(
        {"sku_id": np.repeat(recent.index.to_numpy(), HORIZON_DAYS), "location_id": "MAIN", "sold_on": days,
         "mean_units": np.repeat(recent.to_numpy(), HORIZON_DAYS)}
    )  # fmt: skip
    skus = pd.Index(sorted(set(past["sku_id"])))
    asked = pd.DataFrame({"sku_id": skus, "location_id": "MAIN", "first_on": as_of, "end_on": as_of + HORIZON_DAYS})
    model = model._replace(rates=model.rates.assign(resaleable_share=1.0))  # what comes, whatever its condition
    found = expected_over(model, history, asked, as_of, future).set_index("sku_id")
    inside = came["received_on"].to_numpy(dtype="datetime64[D]")
    window = came[(inside >= as_of) & (inside < as_of + HORIZON_DAYS)]
    actual = window.groupby("sku_id")["returned_units"].sum().reindex(skus).fillna(0.0).to_numpy()
    back = came[inside < as_of].groupby("sku_id")["returned_units"].sum().reindex(skus).fillna(0.0)
    sold = past.groupby("sku_id")["ordered_units"].sum().reindex(skus)
    netted = (back / sold).clip(0, 1).to_numpy() * recent.reindex(skus).fillna(0.0).to_numpy() * HORIZON_DAYS
    mean = found["mean_units"].to_numpy()
    row: dict[str, object] = {"as_of": as_of, "actual_units": actual.sum(), "expected_units": mean.sum()}
    for name, guess in (("", mean), ("_nothing", np.zeros(len(skus))), ("_netted", netted)):
        row["rmse" + name] = float(np.sqrt(np.mean((guess - actual) ** 2)))
        row["mae" + name] = float(np.mean(np.abs(guess - actual)))
    spread = np.sqrt(found["variance_units2"].to_numpy())
    row["inside_90"] = float(np.mean(actual <= mean + 1.2816 * spread + 0.5))
    return row


if __name__ == "__main__":
    figures = {"million_seconds": round(million(), 1), "quote_ms": round(quoted(), 1)}
    if DATA.exists():
        figures |= online_retail()
    else:
        print(f"{DATA} is not here: the figures on Online Retail II are left out")
    print(json.dumps(figures))
