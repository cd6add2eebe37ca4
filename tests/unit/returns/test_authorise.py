from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from invopt.errors import SettingsError
from invopt.returns import ReturnPolicy, authorise, quote
from invopt.settings import Returns
from invopt.tables import KIT_COMPONENT, check
from tests.unit.returns.frames import AS_OF, products, returns, sales, shipments

STANDARD = {"name": "standard", "window_days": 30}
DEFAULT_POLICY = Path(__file__).resolve().parents[3] / "models" / "return_policy.toml"


def ask(
    lines: pd.DataFrame, sold: pd.DataFrame, *rules: dict[str, object], statutes: tuple[dict[str, object],
    ...] = (),
    parcels: pd.DataFrame | None = None, goods: pd.DataFrame | None = None, **settings: object,
) -> pd.DataFrame:  # fmt: skip
    policy = ReturnPolicy.of({"rule": list(rules or (STANDARD,)), "statute": list(statutes)})
    parcels = shipments() if parcels is None else parcels
    goods = products() if goods is None else goods
    return authorise(lines, sold, parcels, goods, policy, Returns(**settings), AS_OF)


def test_granted_within_the_window_counted_from_delivery() -> None:
    row = ask(
        returns({"return_id": "r", "order_id": "o"}),
        sales({"order_id": "o"}),
        parcels=shipments(("o", "2026-03-05")),
    ).iloc[0]
    assert (row["outcome"], row["rule"], row["refund_minor"]) == ("granted", "standard", 1000)
    assert row["window_ends_on"] == pd.Timestamp("2026-04-04")
    assert "assumed" not in row["reason"]


def test_refused_after_it_with_the_rule_and_the_day() -> None:
    rule = {"name": "short", "window_days": 3}
    row = ask(
        returns({"return_id": "r", "order_id": "o"}),
        sales({"order_id": "o"}),
        rule,
        parcels=shipments(("o", "2026-03-05")),
    ).iloc[0]
    assert (row["outcome"], row["refund_minor"], row["state"]) == ("refused", 0, "refused")
    assert row["reason"] == "refused by short: the window ended on 2026-03-08"


def test_without_tracking_the_delivery_is_assumed_and_told() -> None:
    row = ask(returns({"return_id": "r", "order_id": "o"}), sales({"order_id": "o"})).iloc[0]
    assert row["window_ends_on"] == pd.Timestamp("2026-04-04")  # dispatched on the 2nd, 3 days assumed, 30 more
    assert "delivery assumed from the dispatch" in row["reason"]


@pytest.mark.parametrize(
    ("line", "sale", "rule"),
    [
        ({"order_id": "x"}, {}, "no_such_order"),
        ({"sku_id": "Z"}, {}, "not_in_order"),
        ({"order_line_id": "9"}, {}, "not_in_order"),
        ({"returned_units": 0}, {}, "no_quantity"),
        ({}, {"order_state": "open", "shipped_at": pd.NaT}, "not_shipped"),
        ({}, {"order_state": "cancelled", "cancelled_at": pd.Timestamp("2026-03-01")}, "cancelled"),
        ({"requested_on": pd.Timestamp("2026-03-03")}, {}, "before_delivery"),
    ],
)
def test_what_cannot_be_a_return(line: dict[str, object], sale: dict[str, object], rule: str) -> None:
    row = ask(
        returns({"return_id": "r", "order_id": "o", **line}), sales({"order_id": "o", **sale}),
        parcels=shipments() if "order_state" in sale else shipments(("o", "2026-03-05")),
    ).iloc[0]  # fmt: skip
    assert (row["outcome"], row["rule"]) == ("refused", rule)


def test_a_unit_comes_back_once() -> None:
    lines = returns(
        {"return_id": "b", "order_id": "o", "returned_units": 2},
        {"return_id": "a", "order_id": "o", "returned_units": 2, "requested_on": pd.Timestamp("2026-03-11")},
        {"return_id": "c", "order_id": "o", "requested_on": pd.Timestamp("2026-03-12")},
    )
    found = ask(lines, sales({"order_id": "o", "ordered_units": 3})).set_index("return_id")
    assert found["granted_units"].to_dict() == {"a": 1.0, "b": 2.0, "c": 0.0}
    assert found["refund_minor"].to_dict() == {"a": 1000, "b": 2000, "c": 0}
    assert found.loc["c", "rule"] == "already_returned"
    assert "only the units not yet returned" in found.loc["a", "reason"]


def test_lines_of_one_sku_are_one_pool_where_a_return_names_none() -> None:
    sold = sales(
        {"order_id": "o", "unit_price_minor": 1000},
        {"order_id": "o", "order_line_id": "2", "unit_price_minor": 0},
    )
    lines = returns(
        {"return_id": "a", "order_id": "o", "order_line_id": None}, {"return_id": "b", "order_id": "o"},
        {"return_id": "c", "order_id": "o", "order_line_id": None},
    )  # fmt: skip
    found = ask(lines, sold).set_index("return_id")
    assert found["refund_minor"].to_dict() == {"a": 500, "b": 500, "c": 0}


def test_discount_and_tax_are_prorated_and_prices_may_include_tax() -> None:
    sold = sales({"order_id": "o", "ordered_units": 3, "discount_minor": 100, "tax_minor": 580})
    lines = returns({"return_id": "r", "order_id": "o"})
    assert ask(lines, sold)["refund_minor"].item() == round((2900 + 580) / 3)
    assert ask(lines, sold, prices_include_tax=True)["refund_minor"].item() == round(2900 / 3)


def test_a_season_extends_the_window() -> None:
    rule = {"name": "season", "window_days": 2, "window_until_on": dt.date(2026, 3, 31),
            "delivered_from_on": dt.date(2026, 3, 1), "delivered_until_on": dt.date(2026, 3, 6)}  # fmt: skip
    lines = returns({"return_id": "r", "order_id": "o"}, {"return_id": "s", "order_id": "p"})
    sold = sales({"order_id": "o"}, {"order_id": "p"})
    found = ask(
        lines,
        sold,
        rule,
        {"name": "rest", "window_days": 2},
        parcels=shipments(("o", "2026-03-06"), ("p", "2026-03-07")),
    ).set_index("return_id")
    assert found["rule"].to_dict() == {"r": "season", "s": "rest"}
    assert found["outcome"].to_dict() == {"r": "granted", "s": "refused"}


def test_the_first_rule_that_fits_decides() -> None:
    rules = ({"name": "final", "categories": ["toys"], "final_sale": True}, STANDARD)
    lines = returns({"return_id": "r", "order_id": "o"})
    assert ask(lines, sales({"order_id": "o"}), *rules)["rule"].item() == "final"
    other = products({"sku_id": "A", "category_id": "shoes"})
    assert ask(lines, sales({"order_id": "o"}), *rules, goods=other)["rule"].item() == "standard"


def test_no_rule_at_all_refuses() -> None:
    row = ask(
        returns({"return_id": "r", "order_id": "o"}),
        sales({"order_id": "o"}),
        {**STANDARD, "countries": ["GB"]},
    ).iloc[0]
    assert (row["outcome"], row["rule"]) == ("refused", "no_rule")


def test_a_statute_grants_what_the_shop_refuses_and_forbids_its_fee() -> None:
    statute = {"name": "withdrawal", "countries": ["US"], "window_days": 14, "exempt_categories": ["hygiene"]}
    final = {"name": "final", "final_sale": True}
    lines = returns({"return_id": "r", "order_id": "o"})
    row = ask(lines, sales({"order_id": "o"}), final, statutes=(statute,)).iloc[0]
    assert (row["outcome"], row["rule"]) == ("granted", "withdrawal")
    exempt = products({"sku_id": "A", "category_id": "hygiene"})
    assert ask(lines, sales({"order_id": "o"}), final, statutes=(statute,), goods=exempt)["outcome"].item() == "refused"
    dear = {**STANDARD, "fee_minor": 300}
    assert ask(lines, sales({"order_id": "o"}), dear)["fee_minor"].item() == 300
    assert ask(lines, sales({"order_id": "o"}), dear, statutes=(statute,))["fee_minor"].item() == 0


def test_exchange_only_and_conditions() -> None:
    rule = {**STANDARD, "exchange_only": True}
    sold = sales({"order_id": "o"})
    refused = ask(returns({"return_id": "r", "order_id": "o", "wish": "refund"}), sold, rule)
    assert refused["reason"].item() == "refused by standard: exchange or credit only"
    assert (
        ask(returns({"return_id": "r", "order_id": "o", "wish": "exchange"}), sold, rule)["outcome"].item() == "granted"
    )
    worn = returns({"return_id": "r", "order_id": "o", "grade": "worn"})
    kept = ask(worn, sold, {**STANDARD, "grade_deduction": {"worn": 0.25}}).iloc[0]
    assert (kept["refund_minor"], kept["fee_minor"]) == (750, 250)
    assert ask(worn, sold, {**STANDARD, "refused_grades": ["worn"]})["outcome"].item() == "refused"


def test_cheap_goods_may_be_kept() -> None:
    row = ask(
        returns({"return_id": "r", "order_id": "o"}),
        sales({"order_id": "o"}),
        {**STANDARD, "keep_below_minor": 1001},
    ).iloc[0]
    assert row["state"] == "closed"
    assert row["reason"].endswith("the goods may be kept")


def test_shipping_goes_back_once_with_the_last_unit() -> None:
    sold = sales(
        {"order_id": "o", "ordered_units": 2},
        {
            "order_id": "o",
            "order_line_id": "9",
            "sku_id": "POST",
            "line_kind": "fee",
            "unit_price_minor": 395,
        },
    )
    lines = returns(
        {"return_id": "a", "order_id": "o"},
        {"return_id": "b", "order_id": "o", "requested_on": pd.Timestamp("2026-03-11")},
    )
    found = ask(lines, sold, {**STANDARD, "refunds_shipping": True}).set_index("return_id")
    assert found["refund_minor"].to_dict() == {"a": 1000, "b": 1395}


def test_fewer_and_more_than_announced() -> None:
    here = {"received_on": pd.Timestamp("2026-03-12"), "location_id": "L1", "returned_units": 2}
    lines = returns(
        {"return_id": "few", "order_id": "o", **here, "received_units": 1},
        {"return_id": "many", "order_id": "p", **here, "received_units": 3},
    )
    sold = sales({"order_id": "o", "ordered_units": 2}, {"order_id": "p", "ordered_units": 5})
    found = ask(lines, sold).set_index("return_id")
    assert found["granted_units"].to_dict() == {"few": 1.0, "many": 2.0}
    assert "fewer arrived" in found.loc["few", "reason"]
    assert "more arrived" in found.loc["many", "reason"]
    assert found["state"].tolist() == ["received", "received"]


def test_an_unused_authorisation_expires_and_frees_its_units() -> None:
    old = {"return_id": "old", "order_id": "o", "requested_on": pd.Timestamp("2026-02-01")}
    lines = returns(old, {"return_id": "new", "order_id": "o"})
    found = ask(lines, sales({"order_id": "o"})).set_index("return_id")
    assert found.loc["old", "state"] == "closed"
    assert found.loc["old", "refund_minor"] == 0
    assert (found.loc["new", "granted_units"], found.loc["new", "refund_minor"]) == (1.0, 1000)


def test_a_part_of_a_kit_does_not_come_back_alone() -> None:
    kits = check(pd.DataFrame([{"kit_sku_id": "K", "component_sku_id": "A", "units_per_kit": 2}]), KIT_COMPONENT)
    found = authorise(
        returns({"return_id": "r", "order_id": "o"}), sales({"order_id": "o", "sku_id": "K"}), shipments(),
        products(),
        ReturnPolicy.of({"rule": [STANDARD]}), Returns(), AS_OF, kits,
    )  # fmt: skip
    assert found["rule"].item() == "kit_in_part"


def test_a_quote_counts_what_has_come_back() -> None:
    sold = sales({"order_id": "o", "ordered_units": 3}, {"order_id": "other"})
    past = returns({"return_id": "zz", "order_id": "o"})
    arguments = (sold, past, shipments(), products(), ReturnPolicy.of({"rule": [STANDARD]}), Returns(), AS_OF)
    found = quote("o", *arguments)
    assert found[["return_id", "granted_units", "refund_minor"]].to_numpy().tolist() == [["quote", 2.0, 2000]]
    assert quote("o", *arguments, customer_id="somebody else")["rule"].tolist() == ["no_such_order"]
    assert quote("unknown", *arguments)["rule"].tolist() == ["no_such_order"]


def test_the_default_policy_reads_and_answers() -> None:
    policy = ReturnPolicy.read(DEFAULT_POLICY)
    lines = returns(
        {"return_id": "r", "order_id": "o"},
        {"return_id": "s", "order_id": "o", "order_line_id": "2", "return_reason": "defective"},
    )
    sold = sales(
        {"order_id": "o", "ship_to_country": "DE"},
        {"order_id": "o", "order_line_id": "2", "ship_to_country": "DE"},
    )
    found = authorise(lines, sold, shipments(), products(), policy, Returns(), AS_OF)
    assert found["rule"].tolist() == ["change of mind", "shop's fault"]
    assert found["label_paid_by"].tolist() == ["customer", "shop"]


@pytest.mark.parametrize(
    "rule",
    [{"window_days": 1}, {"name": "x", "windowdays": 3}, {"name": "x", "window_days": "3"}, {"name": "x",
    "fee_share": 2},
     {"name": "x", "label_paid_by": "me"}, {"name": "x", "reasons": ["because"]},
     {"name": "x", "delivered_from_on": "2026-01-01"}, {"name": "x", "grade_deduction": {"shiny": 0.5}}],
)  # fmt: skip
def test_a_policy_that_cannot_be_meant_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="return policy"):
        ReturnPolicy.of({"rule": [rule]})


def test_row_order_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    sold = sales(*({"order_id": f"o{n % 4}", "order_line_id": str(n), "ordered_units": 2} for n in range(8)))
    lines = returns(
        *(
            {
                "return_id": f"r{n}",
                "order_id": f"o{n % 4}",
                "order_line_id": None if n % 5 == 0 else str(n % 8),
            }
            for n in range(20)
        )
    )
    first = ask(lines, sold)
    second = ask(lines.iloc[rng.permutation(20)], sold.iloc[rng.permutation(8)])
    pd.testing.assert_frame_equal(first, second)
