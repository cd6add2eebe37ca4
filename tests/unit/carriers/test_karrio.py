"""The Karrio adapter against a local server that speaks the gateway's interface."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pandas as pd
import pytest

from invopt.carriers import Address, CarrierError, Package, PurchaseUnsure, live_quotes
from invopt.carriers.karrio import KEY, Karrio
from invopt.errors import SettingsError
from invopt.settings import Business, LiveRates, Shipping
from invopt.shipping.plan import LiveAnswer, Network, plan_parcels
from invopt.stages.live_rates import live_answer
from invopt.tables import TRACKING_EVENT, TRANSIT_TIME, check, empty
from tests.unit.shipping.frames import (
    allocation,
    carton,
    cartons,
    locations,
    orders,
    products,
    rates,
    services,
    surcharges,
    zones,
)

SECRET = "key_of_the_test"
HOME = Address("Shop", "1 Mill Lane", "Leeds", "LS9 8AA", "GB", is_residential=False)
AWAY = Address("Ann", "1 High Street", "London", "SW1A 1AA", "GB")
PACKAGE = Package("O-1/LEEDS/1", HOME, AWAY, 1_250, (300, 200, 100))
RATES = [
    {"id": "rat_2", "carrier_id": "fast", "carrier_name": "fast", "service": "fast_next_day", "currency": "GBP",
     "total_charge": 8.1, "transit_days": 1, "test_mode": True},
    {"id": "rat_1", "carrier_id": "post", "carrier_name": "post", "service": "post_48", "currency": "GBP",
     "total_charge": 4.35, "transit_days": None, "test_mode": True},
]  # fmt: skip


class Gateway(BaseHTTPRequestHandler):
    """Answers as the gateway does; what it says next can be set by a test."""

    received: list[tuple[str, dict[str, Any]]] = []  # noqa: RUF012
    next_answer: tuple[int, bytes] | None = None
    hangs_up = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).received.append((self.path, body))
        if type(self).hangs_up:
            self.connection.close()
            return
        if self.headers["Authorization"] != f"Token {SECRET}":
            self._say(401, b'{"errors": [{"message": "Invalid token"}]}')
        elif type(self).next_answer is not None:
            self._say(*type(self).next_answer)
        else:
            self._say(200, json.dumps(self._answer(body)).encode())

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        if self.path.endswith("/rates"):
            return {"messages": [], "rates": RATES}
        if self.path.endswith("/shipping"):
            chosen = next(rate for rate in body["rates"] if rate["id"] == body["selected_rate_id"])
            return {
                "tracking_number": "TN1", "carrier_id": chosen["carrier_id"], "service": chosen["service"],
                "label_type": "PDF", "docs": {"label": base64.b64encode(b"%PDF-label").decode(), "invoice": None},
            }  # fmt: skip
        events = [
            {"date": "2026-03-02", "time": "17:05", "code": "PU", "description": "Collected", "status": "picked_up",
             "timestamp": "2026-03-02T17:05:00.000Z"},
            {"date": "2026-03-03", "time": None, "code": "delivered", "description": "", "status": None},
            {"date": "2026-03-03", "time": "00:00", "code": "delivered", "description": "", "status": None},
        ]  # fmt: skip
        return {"messages": [], "tracking": {"tracking_number": body["tracking_number"], "events": events}}

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if 300 <= status < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def karrio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Karrio]:
    """An adapter with a gateway on this machine."""
    monkeypatch.setenv(KEY, SECRET)
    Gateway.received, Gateway.next_answer, Gateway.hangs_up = [], None, False
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Karrio(LiveRates(is_enabled=True, url=f"http://127.0.0.1:{server.server_port}", timeout_seconds=5))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_rates_come_cheapest_first_to_the_cent(karrio: Karrio) -> None:
    rates = karrio.rates(PACKAGE)
    assert [(rate.service_id, rate.cost_minor, rate.transit_days) for rate in rates] == [
        ("post_48", 435, None), ("fast_next_day", 810, 1),
    ]  # fmt: skip
    ((path, body),) = Gateway.received
    assert path == "/v1/proxy/rates"
    assert body["parcels"] == [
        {"weight": 1.25, "weight_unit": "KG", "length": 30.0, "width": 20.0, "height": 10.0, "dimension_unit": "CM"}
    ]
    assert body["recipient"]["postal_code"] == "SW1A 1AA"


def test_a_label_is_bought_for_the_rate_that_was_chosen(karrio: Karrio) -> None:
    rates = karrio.rates(PACKAGE)
    label = karrio.buy_label(PACKAGE, rates, "rat_2")
    assert (label.tracking_number, label.service_id, label.label) == ("TN1", "fast_next_day", b"%PDF-label")
    with pytest.raises(CarrierError, match="none of those offered"):
        karrio.buy_label(PACKAGE, rates, "rat_9")
    assert len(Gateway.received) == 2


def test_tracking_becomes_rows_of_the_table(karrio: Karrio) -> None:
    events = check(karrio.track("post", "TN1"), TRACKING_EVENT)
    assert events["event_code"].tolist() == ["picked_up", "delivered"]
    assert events["happened_at"].tolist() == [pd.Timestamp("2026-03-02 17:05"), pd.Timestamp("2026-03-03")]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((424, b'{"messages": [{"carrier_id": "post", "message": "No service"}]}'), "post No service"),
        ((400, b"<html>"), "no reason given"),
        ((302, b""), r"refuses \(302\)"),
        ((200, b"<html>"), "no JSON object"),
        ((200, b'{"rates": [{"id": "x"}]}'), "cannot be read"),
        ((200, b'{"rates": "none"}'), "not as a list"),
        ((200, b'{"rates": [{"id": "x", "carrier_id": "c", "service": "s", "currency": "GBP", "total_charge": "y"}]}'),
         "cannot be read"),
    ],
)  # fmt: skip
def test_a_refusal_is_an_error_in_words(karrio: Karrio, answer: tuple[int, bytes], message: str) -> None:
    Gateway.next_answer = answer
    with pytest.raises(CarrierError, match=message):
        karrio.rates(PACKAGE)
    assert len(Gateway.received) == 1


def test_no_rates_are_no_error(karrio: Karrio) -> None:
    Gateway.next_answer = (200, b'{"rates": [], "messages": [{"message": "too heavy"}]}')
    assert karrio.rates(PACKAGE) == ()


@pytest.mark.parametrize("breaks", [(500, b"{}"), (200, b"<html>"), (200, b'{"tracking_number": "TN1"}'), "hangs up"])
def test_a_purchase_that_may_have_happened_is_not_repeated(karrio: Karrio, breaks: tuple[int, bytes] | str) -> None:
    rates = karrio.rates(PACKAGE)
    if isinstance(breaks, str):
        Gateway.hangs_up = True
    else:
        Gateway.next_answer = breaks
    with pytest.raises(PurchaseUnsure):
        karrio.buy_label(PACKAGE, rates, "rat_1")
    assert len(Gateway.received) == 2


def test_a_gateway_that_is_not_there_has_bought_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, SECRET)
    nobody = Karrio(LiveRates(is_enabled=True, url="http://127.0.0.1:9", timeout_seconds=1))
    with pytest.raises(CarrierError, match="did not answer") as error:
        nobody.rates(PACKAGE)
    assert not isinstance(error.value, PurchaseUnsure)


def test_the_key_is_in_no_error(karrio: Karrio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "another_secret")
    with pytest.raises(CarrierError, match=f"refuses the key in {KEY}") as error:
        karrio.rates(PACKAGE)
    assert "another_secret" not in str(error.value) + repr(karrio)
    monkeypatch.delenv(KEY)
    with pytest.raises(CarrierError, match="is not set"):
        karrio.rates(PACKAGE)


def test_off_by_default_and_never_unencrypted() -> None:
    with pytest.raises(CarrierError, match="switched off"):
        Karrio(LiveRates())
    with pytest.raises(SettingsError, match="must begin with https"):
        LiveRates(is_enabled=True, url="http://shipping.example.com")
    with pytest.raises(SettingsError, match="give the gateway's address"):
        LiveRates(is_enabled=True)


def test_live_rates_take_part_in_the_choice(karrio: Karrio) -> None:
    quotes = live_quotes(PACKAGE.parcel_id, karrio.rates(PACKAGE), "EUR")
    assert quotes["cost_minor"].isna().all()
    assert set(quotes["reason"]) == {"billed in another currency than EUR"}


def planned_live(karrio: Karrio, most: int = 10) -> pd.DataFrame:
    """Two parcels of a small shop, planned with a rate card of 9.00 and whatever the gateway says."""
    goods = allocation(("O1", "1", "A", 1), ("O2", "1", "A", 1))
    lines = orders(
        {"order_id": "O1", "ship_to_postcode": "SW1A 1AA"}, {"order_id": "O2", "ship_to_postcode": "LS1 4AP"}
    )
    offered = Network(
        cartons(carton("S", 200, 200, 100)), services({"stated_transit_days": 1.0}), zones(("POST", "", "UK")),
        rates({"rate_minor": 900}), surcharges().iloc[:0], empty(TRANSIT_TIME),
    )  # fmt: skip
    places = locations({"postcode": "LS11 5BD"})

    def ask(parcel: pd.DataFrame) -> LiveAnswer:
        return live_answer(parcel, lines, places, karrio, "GBP", most)

    plan = plan_parcels(
        goods, lines, products({"sku_id": "A"}), places, offered, dt.datetime(2026, 3, 2, 9),
        Shipping(choice="cheapest"), Business(), live=ask,
    )  # fmt: skip
    return plan.parcel


def test_parcels_of_a_run_take_the_cheaper_live_rate(karrio: Karrio) -> None:
    parcel = planned_live(karrio)
    assert parcel[["carrier_id", "service_id", "cost_minor"]].to_numpy().tolist() == [["post", "post_48", 435]] * 2
    assert parcel["promise_on"].notna().all()
    asked = [body["recipient"]["postal_code"] for _, body in Gateway.received]
    assert asked == ["SW1A 1AA", "LS1 4AP"]
    assert all(body["shipper"]["postal_code"] == "LS11 5BD" for _, body in Gateway.received)


def test_beyond_the_limit_and_behind_a_silent_gateway_the_rate_card_counts_and_says_so(karrio: Karrio) -> None:
    limited = planned_live(karrio, most=1)
    assert limited["carrier_id"].tolist() == ["post", "POST"]
    assert "by rate card: live_rates.most_parcels" in limited["reason"].iloc[1]
    Gateway.hangs_up, Gateway.received = True, []
    silent = planned_live(karrio)
    assert silent["cost_minor"].tolist() == [900, 900]
    assert silent["reason"].str.contains("by rate card: the gateway at 127.0.0.1 did not answer").all()
    assert len(Gateway.received) == 1
    assert not silent["reason"].str.contains(SECRET).any()
