"""Returns in money: Online Retail II played again with returns on the shelf, and three ways to reckon with them.

All three order by the default policy from the same forecast and share lots, lead times and costs: one expects nothing
back, one nets returns off the sales it learns from, one counts on expected returns as uncertain supply. What came back
is on the shelf in every case. Only products that something came back of before the test began are played, and only what
was known in each week is used. Reads the shared data (`INVOPT_SHARED`, default `../shared`).
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from returns import read_online_retail

from invopt.replay import (
    DefaultForecast,
    Shop,
    cost_saving,
    expecting_returns,
    lost_sales_projection,
    netting_returns,
    play,
    summary,
)
from invopt.returns import as_return_lines, expected_returns, fit_returns, match_credits, return_history
from invopt.settings import Returns
from invopt.tables import PRODUCT, SHIPMENT, empty

ORIGIN = np.datetime64("2009-12-07")
WEEKS, TEST_FROM, FIRST, HORIZON = 104, 78, 70, 8
SETTINGS = Returns(maximum_lag_days=180, cancellation_hours=0, assumed_resaleable_share=1.0)


def week_of(day: pd.Series) -> np.ndarray:
    return ((day.to_numpy(dtype="datetime64[D]") - ORIGIN).astype(np.int64)) // 7


def grid(sku: pd.Series, week: np.ndarray, units: np.ndarray, names: pd.Index) -> np.ndarray:
    row = names.get_indexer(pd.Index(sku))
    inside = (row >= 0) & (week >= 0) & (week < WEEKS)
    result = np.zeros((len(names), WEEKS))
    np.add.at(result, (row[inside], week[inside]), units[inside])
    return result


class Expected:
    """Returns still to come at the opening of a week, from what was known then; each week is made once."""

    def __init__(self, sales: pd.DataFrame, came: pd.DataFrame, names: pd.Index, demand: np.ndarray) -> None:
        self.sales, self.came, self.names, self.demand = sales, came, names, demand
        self.made: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
        self.model = None

    def __call__(self, week: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if week not in self.made:
            as_of = ORIGIN + np.timedelta64(7 * week, "D")
            past = self.sales[self.sales["ordered_at"] < pd.Timestamp(as_of)]
            history = return_history(past, self.came, empty(SHIPMENT), SETTINGS, as_of, "MAIN")
            model = fit_returns(history, self.came, empty(PRODUCT), SETTINGS, as_of)
            model = model._replace(rates=model.rates.assign(resaleable_share=1.0))
            rate = self.demand[:, week - 8 : week].mean(axis=1)
            known = np.flatnonzero((rate > 0) & self.names.isin(model.rates["sku_id"]))
            future = pd.DataFrame(
                {"sku_id": np.repeat(self.names.to_numpy()[known], HORIZON), "location_id": "MAIN",
                 "sold_on": np.tile(as_of + 7 * np.arange(HORIZON) + 3, len(known)),
                 "mean_units": np.repeat(rate[known], HORIZON)}
            )  # fmt: skip
            starts = as_of + 7 * np.arange(HORIZON)
            found = expected_returns(model, history, starts, starts[-1] + 7, as_of, future)
            row = self.names.get_indexer(pd.Index(found["sku_id"]))
            found, row = found[row >= 0], row[row >= 0]
            column = (found["period_start"].to_numpy(dtype="datetime64[D]") - as_of).astype(np.int64) // 7
            tables = []
            for name in ("mean_units", "variance_units2", "cumulative_variance_units2"):
                table = np.zeros((len(self.names), HORIZON))
                table[row, column] = found[name].to_numpy()
                tables.append(table)
            self.made[week] = (tables[0], tables[1], tables[2])
        return self.made[week]


def main() -> None:
    lines = read_online_retail()
    matched = match_credits(lines)
    at_once = ((matched["credited_at"] - matched["ordered_at"]) < pd.Timedelta(hours=24)).to_numpy()
    gone = matched[at_once].groupby("order_line_id")["units"].sum()
    sales = lines[lines["line_kind"] == "sale"].copy()
    sales["ordered_units"] -= sales["order_line_id"].map(gone).fillna(0.0)
    sales = sales[sales["ordered_units"] > 0]
    came = as_return_lines(matched[~at_once])
    test_on = pd.Timestamp(ORIGIN + np.timedelta64(7 * TEST_FROM, "D"))
    names = pd.Index(sorted(set(came.loc[came["received_on"] < test_on, "sku_id"])))
    demand = grid(sales["sku_id"], week_of(sales["ordered_at"]), sales["ordered_units"].to_numpy(), names)
    back = grid(came["sku_id"], week_of(came["received_on"]), came["returned_units"].to_numpy(), names)
    before = sales[sales["ordered_at"] < test_on]
    price = before.groupby("sku_id")["unit_price_minor"].median().reindex(names).to_numpy(float)
    sold = (demand[:, :FIRST] > 0).any(axis=1)
    names, demand, back, price = names[sold], demand[sold], back[sold], price[sold]
    size = len(names)
    shop = Shop(
        demand=demand, unit_cost=0.6 * price, lost_margin=0.4 * price, holding_cost=0.6 * price * 0.2 / 52,
        order_cost=np.zeros(size), lead_periods=np.full(size, 2, np.int64), moq=np.zeros(size), pack=np.ones(size),
        group=np.zeros(size, np.int64), phase=int(pd.Timestamp(ORIGIN).isocalendar().week) - 1,
    )  # fmt: skip
    print(f"{size:,} products; of {demand[:, TEST_FROM:].sum():,.0f} units asked for in the test weeks "
          f"{back[:, TEST_FROM:].sum():,.0f} came back in them")  # fmt: skip
    forecast, net_forecast = DefaultForecast(HORIZON), DefaultForecast(HORIZON)
    rules = {
        "expected returns": expecting_returns(forecast, Expected(sales, came, names, demand)),
        "nothing comes back": lost_sales_projection(forecast),
        "netted from sales": netting_returns(net_forecast, back),
    }
    played = {
        name: play(shop, rule, FIRST, WEEKS, count_from=TEST_FROM, came_back=back) for name, rule in rules.items()
    }
    print(summary(played, 52.0).round(3).to_string(index=False))
    ours = played["expected returns"]
    figures = {}
    for name, key in (("nothing comes back", "nothing"), ("netted from sales", "netted")):
        saving = cost_saving(ours, played[name], np.random.default_rng(0))
        print(f"saves {saving.share:.2%} ({saving.low:.2%} to {saving.high:.2%}) against {name}")
        figures |= {f"saving_{key}": round(saving.share, 4), f"saving_{key}_low": round(saving.low, 4)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
