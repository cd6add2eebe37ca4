"""SKUs without a history of their own: heirs, look-alikes, launches, sleepers, and kits within kits."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from invopt.cli import forecasts
from invopt.stages import run_stages
from invopt.stages.night import day_part
from invopt.workspace import Workspace

AS_OF = dt.date(2026, 3, 2)
WEEKS = 60


def weekly(sku, units, first=0, last=WEEKS):
    """An order of so many units of a SKU on the Tuesday of each week."""
    start = AS_OF - dt.timedelta(days=7 * WEEKS - 1)
    return [
        (f"{sku}-{week}", sku, f"{start + dt.timedelta(days=7 * week)} 12:00", units, "5.00")
        for week in range(first, last)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    workspace = Workspace.create(tmp_path_factory.mktemp("new") / "shop")
    lines = [
        *weekly("OLD", 30, last=50), *weekly("MIDDLE", 30, first=50, last=58),
        *weekly("STEADY", 12), *weekly("SHY", 8, first=57), *weekly("HAMPER", 1, first=30),
        ("SLEEPER-1", "SLEEPER", f"{AS_OF - dt.timedelta(days=401)} 12:00", 5, "5.00"),
    ]  # fmt: skip
    columns = ["order_id", "sku_id", "ordered_at", "ordered_units", "unit_price"]
    pd.DataFrame(lines, columns=columns).to_csv(workspace.inbox / "orders.csv", index=False)
    skus = ["OLD", "MIDDLE", "HEIR", "STEADY", "TWIN", "SHY", "STRANGER", "LAUNCH", "SLEEPER", "HAMPER", "BOX", "JAR"]
    pd.DataFrame({"sku_id": skus, "category_id": "jam", "unit_cost": "2.00", "unit_price": "5.00"}).to_csv(
        workspace.inbox / "product.csv", index=False
    )
    pd.DataFrame(
        [("MIDDLE", "OLD", "successor"), ("HEIR", "MIDDLE", "successor"), ("TWIN", "STEADY", "lookalike"),
         ("SHY", "STEADY", "lookalike")],
        columns=["sku_id", "predecessor_sku_id", "relation"],
    ).to_csv(workspace.inbox / "succession.csv", index=False)  # fmt: skip
    pd.DataFrame(
        [("HAMPER", "BOX", 1), ("BOX", "JAR", 6), ("HAMPER", "JAR", 2)],
        columns=["kit_sku_id", "component_sku_id", "units_per_kit"],
    ).to_csv(workspace.inbox / "kit_component.csv", index=False)
    forecasts.override("sku", "LAUNCH", workspace=workspace.root, units=90.0, first="2026-03-02", last="2026-03-22",
                       by="ann", reason="launch")  # fmt: skip
    run_stages(workspace, AS_OF, stages=day_part(("facts", "forecast")))
    return workspace


@pytest.fixture(scope="module")
def weeks(shop):
    """Forecast means of each SKU, a column a week."""
    rows = shop.table("forecast")
    return rows.pivot_table(index="sku_id", columns="period_start", values="mean_units")


@pytest.fixture(scope="module")
def model(shop):
    return shop.table("forecast_model").set_index("sku_id")


def test_an_heir_takes_on_the_history_of_all_before_it(weeks, model):
    assert weeks.loc["HEIR"].iloc[0] == pytest.approx(30.0, rel=0.05)
    assert model.loc["HEIR", "history_periods"] == 58  # two weeks in which none of them was on sale
    assert model.loc["HEIR", "reason"].endswith("takes on the history of MIDDLE")


def test_a_look_alike_lends_its_level_until_the_first_sale(weeks, model):
    assert weeks.loc["TWIN"].iloc[0] == pytest.approx(weeks.loc["STEADY"].iloc[0], rel=0.05)
    assert model.loc["TWIN", "reason"].endswith("lent by STEADY")


def test_own_sales_soon_outweigh_the_look_alike(weeks):
    """Three weeks of 8 where the other sells 12: nearer to 8 than to 12, and no leap to either."""
    assert 7.5 < weeks.loc["SHY"].iloc[0] < 10.5


def test_nobody_guesses_what_nobody_said(shop, weeks):
    assert "STRANGER" not in weeks.index
    known = shop.table("sku_location")
    assert "STRANGER" not in set(known["sku_id"])


def test_a_launch_is_planned_on_the_planners_word(shop, weeks):
    assert weeks.loc["LAUNCH"].iloc[:3].sum() == pytest.approx(90.0)
    parts = shop.table("forecast").query("sku_id == 'LAUNCH'")
    baseline = parts[["level_units", "trend_units", "season_units", "event_units"]].sum(axis=1)
    np.testing.assert_allclose(baseline + parts["override_units"], parts["mean_units"])


def test_a_sleeper_is_excused_with_its_reason(shop, weeks):
    assert "SLEEPER" not in weeks.index
    known = shop.table("sku_location").set_index("sku_id")
    assert known.loc["SLEEPER", "excuse"] == "dormant: no order for more than 365 days"


def test_kits_within_kits_become_their_parts(shop, weeks):
    """A hamper holds a box of six jars, and two jars more."""
    demand = shop.table("demand")
    assert not {"HAMPER", "BOX"} & set(demand["sku_id"])
    assert set(demand.loc[demand["sku_id"] == "JAR", "ordered_units"]) == {8.0}
    assert weeks.loc["JAR"].iloc[0] == pytest.approx(8.0, rel=0.05)
