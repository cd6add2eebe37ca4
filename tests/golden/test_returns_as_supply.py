"""Binomial thinning of known sales: 100 sold, 20% come back with lag weights 0.5, 0.3, 0.2."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from invopt.returns import ReturnHistory, ReturnModel, expected_over, expected_returns
from invopt.tables import RETURN_RATE, check

AS_OF = np.datetime64("2026-03-10")


def model_and_history(sales: float, share: float, weights: list[float]) -> tuple[ReturnModel, ReturnHistory]:
    rates = pd.DataFrame(
        [{"sku_id": "A", "return_share": share, "resaleable_share": 1.0, "mean_lag_days": 0.0,
        "sold_units": sales,
          "returned_units": 0.0, "is_assumed": False, "reason": "given"}]
    )  # fmt: skip
    sold = pd.DataFrame(
        [{"sku_id": "A", "location_id": "L1", "clock_on": AS_OF, "sold_units": sales, "returned_units": 0.0}]
    )
    model = ReturnModel(check(rates, RETURN_RATE), np.array([0]), np.array([[*weights, 0.0]]), 1.0, 0.0)
    return model, ReturnHistory(sold, pd.DataFrame(), 0.0, 0.0)


def assert_golden(sales: float, share: float, weights: list[float], answer: dict[str, object]) -> None:
    model, history = model_and_history(sales, share, weights)
    days = AS_OF + np.arange(3)
    found = expected_returns(model, history, days, AS_OF + 3, AS_OF)
    assert found["mean_units"].tolist() == pytest.approx(answer["mean"], rel=1e-9)
    assert found["variance_units2"].tolist() == pytest.approx(answer["variance"], rel=1e-9)
    interval = pd.DataFrame([{"sku_id": "A", "location_id": "L1", "first_on": AS_OF, "end_on": AS_OF + 3}])
    total = expected_over(model, history, interval, AS_OF)
    assert total["mean_units"].item() == pytest.approx(sum(answer["mean"]), rel=1e-9)
    assert total["variance_units2"].item() == pytest.approx(answer["variance_of_total"], rel=1e-9)


def test_binomial_thinning() -> None:
    # n p w, n p w (1 - p w), and n P (1 - P) with P = 0.2: 16, less than the sum of the daily variances,
    # 18.48.
    answer = {"mean": [10, 6, 4], "variance": [9.0, 5.64, 3.84], "variance_of_total": 16.0}
    assert_golden(100, 0.2, [0.5, 0.3, 0.2], answer)


def test_the_shared_golden_file_says_the_same() -> None:
    root = Path(__file__).resolve().parents[2]
    path = Path(os.environ.get("INVOPT_SHARED", root.parent / "shared")) / "golden" / "inventory.json"
    if not path.exists():
        pytest.skip(f"{path} is not here")
    cases = json.loads(path.read_text())["cases"]
    case = next(item for item in cases if item["what"].startswith("returns as supply"))
    given = case["inputs"]
    assert_golden(given["sales"], given["return_share"], given["lag_weights"], case["answer"])


def test_part_of_the_lag_has_passed() -> None:
    """Of 100 sold, 8 came back on the first day; of the 92 left each still may with 0.2 x 0.5 / (1 - 0.1)."""
    model, history = model_and_history(100, 0.2, [0.5, 0.3, 0.2])
    history.sold.loc[0, "clock_on"] = AS_OF - 1
    history.sold.loc[0, "returned_units"] = 8.0
    found = expected_returns(model, history, np.array([AS_OF]), AS_OF + 2, AS_OF)
    chance = 0.2 * 0.5 / 0.9
    assert found["mean_units"].item() == pytest.approx(92 * chance)
    assert found["variance_units2"].item() == pytest.approx(92 * chance * (1 - chance))
