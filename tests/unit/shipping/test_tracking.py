"""Tracking: any order, any number of times, unknown codes, and what is done about trouble."""

from __future__ import annotations

import pandas as pd
import pytest

from invopt.settings import Shipping
from invopt.shipping.tracking import fold_events, status_of
from tests.unit.shipping.frames import events

NOW = pd.Timestamp("2026-03-07 12:00")
TRIP = [
    ("T", "label created", "2026-03-02 09:00"),
    ("T", "collected", "2026-03-02 17:00"),
    ("T", "out for delivery", "2026-03-04 07:00"),
    ("T", "delivered", "2026-03-04 11:00"),
]


def test_any_order_and_repetition_give_the_same_shipment() -> None:
    expected = fold_events(events(*TRIP), NOW, Shipping())
    shuffled = events(*TRIP[::-1])
    repeated = pd.concat([shuffled, events(*TRIP)], ignore_index=True)
    pd.testing.assert_frame_equal(fold_events(shuffled, NOW, Shipping()), expected)
    pd.testing.assert_frame_equal(fold_events(repeated, NOW, Shipping()), expected)
    row = expected.iloc[0]
    assert (row["tracking_status"], row["problem"]) == ("delivered", "")
    assert row["shipped_at"] == pd.Timestamp("2026-03-02 17:00")
    assert row["delivered_at"] == pd.Timestamp("2026-03-04 11:00")


def test_a_scan_with_a_wrong_clock_does_not_undo_a_delivery() -> None:
    late_scan = ("T", "arrived at depot", "2026-03-04 23:00")
    assert fold_events(events(*TRIP, late_scan), NOW, Shipping())["tracking_status"].tolist() == ["delivered"]


def test_a_later_end_replaces_an_earlier_one() -> None:
    found_again = events(("T", "lost", "2026-03-03"), ("T", "delivered", "2026-03-06"))
    sent_back = events(("T", "delivered", "2026-03-03"), ("T", "returned to sender", "2026-03-06"))
    assert fold_events(found_again, NOW, Shipping())["tracking_status"].tolist() == ["delivered"]
    row = fold_events(sent_back, NOW, Shipping()).iloc[0]
    assert row["tracking_status"] == "returned_to_sender"
    assert pd.isna(row["delivered_at"])


def test_what_happens_after_the_moment_is_not_seen() -> None:
    assert fold_events(events(*TRIP), pd.Timestamp("2026-03-03"), Shipping())["tracking_status"].tolist() == [
        "in_transit"
    ]
    assert fold_events(events(*TRIP), pd.Timestamp("2026-03-01"), Shipping()).empty


@pytest.mark.parametrize(
    ("rows", "now", "problem"),
    [
        ([("T", "collected", "2026-03-02")], "2026-03-05 12:00", ""),
        ([("T", "collected", "2026-03-04")], "2026-03-06 12:00", "late"),
        ([("T", "collected", "2026-03-02")], "2026-03-07 12:00", "stuck"),
        ([("T", "collected", "2026-03-02")], "2026-03-24 12:00", "lost"),
        ([("T", "delivery failed", "2026-03-04")], "2026-03-05", "failed"),
        ([("T", "damaged in transit", "2026-03-04")], "2026-03-05", "damaged"),
        ([("T", "label created", "2026-03-02")], "2026-03-24", "late"),
        ([("T", "collected", "2026-03-02"), ("T", "X-99", "2026-03-06")], "2026-03-07 12:00", "late"),
    ],
)
def test_problems_and_their_next_step(rows: list[tuple[str, str, str]], now: str, problem: str) -> None:
    row = fold_events(events(*rows), pd.Timestamp(now), Shipping()).iloc[0]
    assert row["problem"] == problem
    assert (row["next_step"] != "") == (problem != "")


def test_unknown_codes_alone_are_an_unknown_status() -> None:
    assert fold_events(events(("T", "X-99", "2026-03-02")), NOW, Shipping())["tracking_status"].tolist() == ["unknown"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("DELIVERED", "delivered"),
        ("not delivered", "failed"),
        ("Undelivered - nobody home", "failed"),
        ("delivery_attempted", "failed"),
        ("Returned to sender", "returned_to_sender"),
        ("returned-undeliverable", "returned_to_sender"),
        ("In transit to hub", "in_transit"),
        ("pre_transit", "announced"),
        ("ZZ", "unknown"),
    ],
)
def test_words_of_carriers(code: str, status: str) -> None:
    assert status_of(code) == status
