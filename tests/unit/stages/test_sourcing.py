"""Where to buy today: the usual supplier, or a faster one that saves sales worth its price; and in what lots."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from invopt.inventory import Arrivals, DemandOutlook
from invopt.settings import Settings
from invopt.stages.sourcing import Situations, Sourced, lead_rows, order_lots, source
from invopt.tables import LEAD_TIME, empty

KEYS = pd.DataFrame({"sku_id": ["A"], "location_id": ["MAIN"]})
FACTS = pd.DataFrame({"unit_cost_minor": [1_000], "unit_price_minor": [2_000]})


def waits(days: dict[str, float]) -> pd.DataFrame:
    """Certain lead times of suppliers."""
    rows = pd.DataFrame({"supplier_id": list(days), "sku_id": "A", "location_id": "MAIN", "mean_days": days.values()})
    rows["log_location_days"] = np.log(rows["mean_days"])
    rows["log_scale"], rows["degrees_of_freedom"] = 0.0, 30.0
    rows["is_assumed"], rows["reason"] = False, ""
    return rows.reindex(columns=empty(LEAD_TIME).columns)


def chosen(stock: float, price: float, *, settings: Settings | None = None) -> Sourced:
    """Ten units a day; SLOW takes 30 days at 10.00, FAST 3 days at `price`."""
    settings = settings or Settings().replaced("purchasing", economic_lots=False)
    lead_time = waits({"SLOW": 30.0, "FAST": 3.0})
    sources = pd.DataFrame(
        {
            "supplier_id": ["SLOW"], "moq_units": [0.0], "pack_units": [1.0], "landed_cost_minor": [1_000.0],
            "faster_supplier_id": ["FAST"], "faster_moq_units": [50.0], "faster_pack_units": [1.0],
            "faster_landed_cost_minor": [price],
        }
    )  # fmt: skip
    one = np.ones(1)
    situations = Situations(
        DemandOutlook(np.full((1, 60), 10.0), 0 * one, 0 * one), stock * one, 0 * one, Arrivals.none(1), 0.95 * one,
        np.ones(1, np.uint64),
    )  # fmt: skip
    lead = lead_rows(KEYS, sources["supplier_id"], lead_time, settings)
    return source(KEYS, sources, FACTS, lead_time, situations, lead, settings)


def test_a_shortage_is_bridged_by_the_faster_supplier() -> None:
    """Stock of 30 ends with FAST's three days; SLOW would lose 270 sales of 10.00 margin."""
    found = chosen(30, 1_500.0)
    assert (found.supplier.item(), bool(found.is_bridged[0])) == ("FAST", True)
    assert found.lead["mean_days"].item() == 3.0
    assert found.lots["lot_units"].item() == 50.0
    assert found.result.protection_days[0] == pytest.approx(10.0)
    assert found.result.expected_lost_units[0] < 10


def test_enough_stock_waits_for_the_cheap_one() -> None:
    found = chosen(330, 1_500.0)
    assert (found.supplier.item(), bool(found.is_bridged[0])) == ("SLOW", False)


def test_a_price_beyond_the_sales_saved_is_not_paid() -> None:
    """Some 85 units at 40.00 more cost more than 270 sales of 10.00."""
    assert chosen(30, 5_000.0).supplier.item() == "SLOW"
    off = Settings().replaced("purchasing", economic_lots=False, bridges_shortage=False)
    assert chosen(30, 1_001.0, settings=off).supplier.item() == "SLOW"


def test_the_economic_lot_weighs_ordering_against_holding() -> None:
    """K = 200, d = 3,652.5 a year, h = 30% of 1,000: sqrt(2 x 200 x 3,650 / 300) = 69.8, in packs of six 72."""
    outlook = DemandOutlook(np.full((1, 60), 10.0), np.zeros(1), np.zeros(1))
    sources = pd.DataFrame({"moq_units": [12.0], "pack_units": [6.0]})
    settings = Settings().replaced("policy", review_days=5)
    lots = order_lots(outlook, FACTS, sources, settings).iloc[0]
    assert lots["full_economic_units"] == pytest.approx(np.sqrt(2 * 200 * 3_650 / 300))
    assert (lots["economic_lot_units"], lots["lot_units"]) == (70.0, 72.0)
    # A review of a fortnight asks for twice as much as the lot: nothing is gained by it.
    slow = order_lots(outlook, FACTS, sources, settings.replaced("policy", review_days=14)).iloc[0]
    assert (slow["economic_lot_units"], slow["lot_units"]) == (0.0, 12.0)
    off = settings.replaced("purchasing", economic_lots=False)
    assert order_lots(outlook, FACTS, sources, off)["lot_units"].item() == 12.0
