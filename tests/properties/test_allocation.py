"""Whatever the orders, the stock and the sequence of the rows: nothing oversold, nothing lost, the same "
"answer."""

from __future__ import annotations

import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from invopt.orders import allocate
from invopt.settings import Orders
from invopt.settings.orders import SHORTAGE_POLICIES
from tests.unit.orders.frames import AS_OF, accepted, order_lines, parcels, stock

SKUS, PLACES = ("A", "B", "C"), ("L1", "L2", "L3")
UNITS = st.one_of(st.integers(0, 5).map(float), st.integers(0, 5_000).map(lambda value: value / 1000))


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, object]:
    orders = draw(st.integers(1, 8))
    rows = []
    for order in range(orders):
        for line in range(draw(st.integers(1, 3))):
            rows.append(
                {
                    "order_id": f"o{order}", "order_line_id": str(line),
                    "sku_id": draw(st.sampled_from(SKUS)),
                    "ordered_units": draw(UNITS), "unit_price_minor": draw(st.integers(1, 5_000)),
                    "channel": draw(st.sampled_from(["shop", "market", None])),
                    "payment_state": draw(st.sampled_from(["paid", "authorised"])),
                }
            )  # fmt: skip
    held = [(sku, place, draw(UNITS)) for sku in SKUS for place in PLACES if draw(st.booleans())]
    costs = [
        (f"o{order}", place, draw(st.integers(0, 900)))
        for order in range(orders)
        for place in PLACES
        if draw(st.booleans())
    ]
    outcomes = {f"o{order}": draw(st.sampled_from(["accepted", "accepted", "on_hold"])) for order in range(orders)}
    return {
        "lines": order_lines(*rows), "stock": stock(*held), "parcels": parcels(*costs), "outcomes": outcomes,
        "settings": Orders(
            shortage_policy=draw(st.sampled_from(SHORTAGE_POLICIES)),
            shortage_policy_by_channel={"market": draw(st.sampled_from(SHORTAGE_POLICIES))},
            exact_orders=draw(st.sampled_from([1, 200])), price_rounds=20,
            unserved_unit_minor=draw(st.sampled_from([0, 1000])),
        ),
    }  # fmt: skip


# Without shrinking: a world takes a tenth of a second, and minutes of shrinking help nobody.
@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(worlds(), st.randoms(use_true_random=False))
def test_allocation_conserves_units_and_ignores_row_order(world: dict[str, object], random: object) -> None:
    lines, held = world["lines"], world["stock"]
    checks = accepted(lines, **world["outcomes"])
    plan = allocate(lines, checks, held, world["parcels"], world["settings"], AS_OF)

    taken = plan.allocation.groupby(["sku_id", "location_id"])["allocated_units"].sum().round(3)
    limit = held.set_index(["sku_id", "location_id"])["available_units"].reindex(taken.index)
    assert (taken <= limit).all(), "oversold"

    key = ["order_id", "order_line_id"]
    asked = lines.set_index(key)["ordered_units"]
    got = plan.allocation.groupby(key)["allocated_units"].sum().reindex(asked.index, fill_value=0)
    waits = plan.backlog.set_index(key)["waiting_units"].reindex(asked.index, fill_value=0)
    assert ((got + waits).round(3) == asked.round(3)).all(), "lost or made up"
    assert (plan.bounds["bound_minor"] <= plan.bounds["cost_minor"] + 1e-6).all()

    def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
        rows = list(range(len(frame)))
        random.shuffle(rows)
        return frame.iloc[rows].reset_index(drop=True)

    again = allocate(
        shuffled(lines),
        shuffled(checks),
        shuffled(held),
        shuffled(world["parcels"]),
        world["settings"],
        AS_OF,
    )
    for first, second, by in (
        (plan.allocation, again.allocation, [*key, "location_id"]),
        (plan.backlog, again.backlog, key),
    ):
        pd.testing.assert_frame_equal(
            first.sort_values(by, ignore_index=True), second.sort_values(by, ignore_index=True)
        )
    pd.testing.assert_frame_equal(plan.bounds, again.bounds, check_exact=True)
