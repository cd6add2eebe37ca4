"""Messages: every text complete in every language, nothing smuggled in, nothing sent twice."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from aiosmtpd.controller import Controller

from invopt.errors import InvoptError
from invopt.messages.drafts import draft_messages
from invopt.messages.outbox import compose, read_states, send_drafts, smtp_sender
from invopt.messages.templates import VARIABLES, language_for, languages, render
from invopt.settings import Business, Mail
from invopt.tables import (
    BACKLOG,
    RETURN_AUTHORISATION,
    RETURN_EXCHANGE,
    RETURN_LABEL,
    RETURN_LINE,
    SHIPMENT,
    empty,
)
from invopt.tables.messages import MESSAGE_KINDS
from tests.unit.shipping.frames import frame

NOW = dt.datetime(2026, 3, 7, 6)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", MESSAGE_KINDS)
def test_every_text_can_be_rendered_and_leaves_no_brace(kind: str, language: str) -> None:
    text = render(kind, language, {name: f"<{name}>" for name in VARIABLES[kind]}, shop="Bee", customer_name="Ann")
    for part in (text.subject, text.text_body, text.html_body):
        assert "{" not in part
    assert "Ann" in text.text_body
    assert "Bee" in text.text_body
    assert "order_id>" in text.text_body + text.subject


def test_markup_in_a_name_is_text_in_the_html() -> None:
    values = dict.fromkeys(VARIABLES["parcel_lost"], "x") | {"carrier": "<script>alert(1)</script>"}
    text = render("parcel_lost", "en", values, shop="A & B", customer_name="<b>Ann</b>")
    assert "<script>" not in text.html_body
    assert "&lt;b&gt;Ann&lt;/b&gt;" in text.html_body
    assert "A &amp; B" in text.html_body
    assert "<b>Ann</b>" in text.text_body


def test_a_value_that_looks_like_a_variable_is_not_filled_again() -> None:
    values = dict.fromkeys(VARIABLES["parcel_lost"], "x") | {"carrier": "{shop}"}
    assert "{shop}" in render("parcel_lost", "en", values, shop="Bee").text_body


def test_missing_and_unknown_variables_are_refused() -> None:
    with pytest.raises(InvoptError, match=r"\['carrier'\] have no value"):
        render("parcel_lost", "en", {"order_id": "O", "tracking_number": "T"}, shop="Bee")
    with pytest.raises(InvoptError, match="password"):
        render("parcel_lost", "en", {"password": "x"}, shop="Bee")
    with pytest.raises(InvoptError, match="no such kind"):
        render("advert", "en", {}, shop="Bee")


def test_language_follows_the_country_then_the_shop() -> None:
    assert language_for("FR", "en_GB") == ("fr", "")
    assert language_for("CH", "de_CH") == ("de", "")
    assert language_for("CH", "it-CH") == ("en", "no texts in it: written in en")


def shipment(**more: Any) -> pd.DataFrame:
    row = {
        "tracking_number": "T1", "order_id": "O-1", "carrier_id": "POST", "tracking_status": "in_transit",
        "last_event_at": pd.Timestamp("2026-03-04 10:00"), "promised_on": pd.Timestamp("2026-03-05"),
        "problem": "late", "next_step": "Ask.",
    }  # fmt: skip
    return frame(SHIPMENT, [row | more])


CUSTOMERS = pd.DataFrame(
    {"order_id": ["O-1"], "customer_id": ["ann@example.com"], "ship_to_name": ["Ann"], "ship_to_country": ["DE"]}
)


def drafts(shipments: pd.DataFrame | None = None, customers: pd.DataFrame = CUSTOMERS) -> pd.DataFrame:
    found = empty(SHIPMENT) if shipments is None else shipments
    returns, lines, day = empty(RETURN_AUTHORISATION), empty(RETURN_LINE), dt.date(2026, 3, 7)
    return draft_messages(found, empty(BACKLOG), returns, lines, customers, Business(), day)


def test_a_late_parcel_is_drafted_in_the_customers_language_with_the_same_id_each_day() -> None:
    row = drafts(shipment()).iloc[0]
    assert (row["message_id"], row["language"], row["recipient"]) == (
        "parcel_late:T1:2026-03-05",
        "de",
        "ann@example.com",
    )
    assert "5. März 2026" in row["text_body"]
    later = drafts(shipment(last_event_at=pd.Timestamp("2026-03-06"))).iloc[0]
    assert later["message_id"] == row["message_id"]


def test_without_an_address_or_a_problem_there_is_a_reason_or_no_draft() -> None:
    unknown = drafts(shipment(), CUSTOMERS.assign(customer_id="17850", ship_to_name=None)).iloc[0]
    assert pd.isna(unknown["recipient"])
    assert unknown["reason"] == "no mail address is known"
    assert unknown["text_body"].startswith("Guten Tag,\n")
    assert drafts(shipment(problem="", next_step="")).empty
    assert drafts().empty


def test_goods_that_wait_and_returns_are_drafted() -> None:
    line = {"order_id": "O-1", "sku_id": "MUG", "location_id": "L", "waiting_units": 1, "amount_minor": 1,
            "currency": "GBP", "reason": ""}  # fmt: skip
    causes = [("no_stock", pd.Timestamp("2026-03-20")), ("no_stock", None), ("on_hold", None)]
    waiting = frame(
        BACKLOG,
        [
            line | {"order_line_id": str(number), "cause": cause, "available_on": day}
            for number, (cause, day) in enumerate(causes)
        ],
    )
    answer = {
        "return_id": "R", "order_id": "O-1", "sku_id": "MUG", "rule": "window", "granted_units": 1,
        "refund_minor": 1250, "fee_minor": 0, "currency": "EUR", "label_paid_by": "shop", "reason": "Too late.",
        "settlement": "refund", "credit_minor": 0, "count_path": "", "surplus_units": 0,
    }  # fmt: skip
    returns = frame(
        RETURN_AUTHORISATION,
        [
            answer | {"return_line_id": "1", "outcome": "granted", "state": "authorised"},
            answer | {"return_line_id": "2", "outcome": "refused", "state": "refused"},
            answer | {"return_line_id": "3", "outcome": "granted", "state": "closed"},
        ],
    )
    requests = frame(
        RETURN_LINE,
        [
            {"return_id": "R", "return_line_id": number, "order_id": "O-1", "sku_id": "MUG", "returned_units": 1,
             "requested_on": pd.Timestamp("2026-03-06")}
            for number in "123"
        ],
    )  # fmt: skip
    day = dt.date(2026, 3, 7)
    found = draft_messages(empty(SHIPMENT), waiting, returns, requests, CUSTOMERS, Business(), day)
    assert found["kind"].tolist() == ["order_waiting", "return_granted", "return_refused"]
    assert "20. März 2026" in found["text_body"].iloc[0]
    assert "12,50\xa0€" in found["text_body"].iloc[1]
    assert "zurücknehmen: Too late." in found["text_body"].iloc[2]
    later = draft_messages(
        shipment(), empty(BACKLOG), returns, requests, CUSTOMERS, Business(), dt.date(2026, 6, 7), forget_after_days=30
    )
    assert later.empty


@pytest.mark.parametrize(
    ("answer", "line", "kind"),
    [
        ({}, {}, "return_granted"),
        ({}, {"scanned_on": pd.Timestamp("2026-03-06")}, "return_scanned"),
        ({"state": "received", "count_path": "as_announced"}, {}, "return_received"),
        ({"state": "received", "count_path": "fewer"}, {}, "return_miscounted"),
        ({"state": "graded", "count_path": "as_announced"}, {}, "return_graded"),
        ({"state": "refunded"}, {}, "return_refunded"),
        ({"state": "closed", "reason": "granted; not used in time, closed"}, {}, "return_expired"),
        ({"state": "refused", "outcome": "refused"}, {}, "return_refused"),
    ],
)
def test_each_step_of_a_return_has_its_message(answer: dict[str, Any], line: dict[str, Any], kind: str) -> None:
    found = returned(answer, line)
    assert found["kind"].tolist() == [kind]
    assert found["text_body"].str.contains("O-1").all()


def test_a_return_is_reminded_before_it_expires_and_its_exchange_told_of() -> None:
    soon = {"expires_on": pd.Timestamp("2026-03-12")}
    assert returned(soon, {}, reminder_days=7)["kind"].tolist() == ["return_granted", "return_reminder"]
    assert returned(soon, {}, reminder_days=3)["kind"].tolist() == ["return_granted"]
    kept = {
        "return_id": "R", "return_line_id": "1", "order_id": "O-1", "returned_sku_id": "MUG", "sku_id": "CUP",
        "exchange_units": 1, "reserved_units": 1, "reserved_until_on": pd.Timestamp("2026-03-20"),
        "difference_minor": 0, "currency": "EUR", "reason": "",
    }  # fmt: skip
    kinds = {"reserved": "exchange_reserved", "due": "exchange_due", "timed_out": "exchange_released",
             "no_stock": "exchange_impossible", "no_price": "exchange_impossible"}  # fmt: skip
    for state, kind in kinds.items():
        found = returned({}, {}, exchange=frame(RETURN_EXCHANGE, [kept | {"state": state}]))
        assert found["kind"].tolist() == ["return_granted", kind]
    gone = returned({}, {}, exchange=frame(RETURN_EXCHANGE, [kept | {"state": "sent"}]))
    assert gone["kind"].tolist() == ["return_granted"]
    label = {"return_id": "R", "order_id": "O-1", "location_id": "L", "carrier_id": "POST", "service_id": "S",
             "weight_g": 500, "currency": "EUR", "label_paid_by": "shop", "reason": "",
             "valid_until_on": pd.Timestamp("2026-04-05")}  # fmt: skip
    for hand_over in ("drop_off", "pick_up"):
        found = returned({}, {}, label=frame(RETURN_LABEL, [label | {"hand_over": hand_over}]))
        assert found["kind"].tolist() == ["return_granted", f"return_{hand_over}"]


def returned(answer: dict[str, Any], line: dict[str, Any], **more: Any) -> pd.DataFrame:
    """The drafts of one return line."""
    answers = {
        "return_id": "R", "return_line_id": "1", "order_id": "O-1", "sku_id": "MUG", "outcome": "granted",
        "rule": "window", "granted_units": 1, "refund_minor": 1250, "fee_minor": 0, "currency": "EUR",
        "label_paid_by": "shop", "reason": "granted", "state": "authorised", "settlement": "refund",
        "credit_minor": 0, "count_path": "", "surplus_units": 0,
    }  # fmt: skip
    lines = {"return_id": "R", "return_line_id": "1", "order_id": "O-1", "sku_id": "MUG", "returned_units": 1,
             "requested_on": pd.Timestamp("2026-03-05")}  # fmt: skip
    return draft_messages(
        empty(SHIPMENT), empty(BACKLOG), frame(RETURN_AUTHORISATION, [answers | answer]),
        frame(RETURN_LINE, [lines | line]), CUSTOMERS, Business(), dt.date(2026, 3, 7), **more,
    )  # fmt: skip


class Mailbox:
    """Keeps what the server receives."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, Mail]]:
    """A real mail server on this machine, and settings that name it."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, Mail(is_enabled=True, host="127.0.0.1", port=port, has_tls=False, sender="shop@example.com")
    finally:
        controller.stop(no_assert=True)


def test_a_draft_is_sent_once(mailbox: tuple[Mailbox, Mail], tmp_path: Path) -> None:
    box, settings = mailbox
    book = tmp_path / "sent.jsonl"
    first = send_drafts(drafts(shipment()), book, settings, smtp_sender(settings), NOW)
    second = send_drafts(drafts(shipment()), book, settings, smtp_sender(settings), NOW)
    assert (first.sent, second.sent, second.already_sent) == (1, 0, 1)
    (mail,) = box.mails
    assert mail["To"] == "ann@example.com"
    assert mail["Subject"] == "Ihre Bestellung O-1 verspätet sich"
    plain, marked = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert marked is not None
    assert "5. März 2026" in plain.get_content()
    assert "<p>" in marked.get_content()


def test_a_server_that_is_down_leaves_the_draft_to_be_tried_again(
    mailbox: tuple[Mailbox, Mail], tmp_path: Path
) -> None:
    box, settings = mailbox
    book = tmp_path / "sent.jsonl"

    def refuse(mail: EmailMessage) -> None:
        raise ConnectionRefusedError

    assert send_drafts(drafts(shipment()), book, settings, refuse, NOW).failed == 1
    assert send_drafts(drafts(shipment()), book, settings, smtp_sender(settings), NOW).sent == 1
    assert len(box.mails) == 1


def test_a_run_killed_while_sending_does_not_send_again(tmp_path: Path) -> None:
    book = tmp_path / "sent.jsonl"
    settings = Mail(is_enabled=True, sender="shop@example.com")

    def killed(mail: EmailMessage) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_drafts(drafts(shipment()), book, settings, killed, NOW)
    outcome = send_drafts(drafts(shipment()), book, settings, killed, NOW)
    assert (outcome.sent, outcome.unsure) == (0, 1)


def test_half_a_line_in_the_book_is_passed_over(tmp_path: Path) -> None:
    book = tmp_path / "sent.jsonl"
    book.write_text('{"message_id": "a", "state": "sent"}\n{"message_id": "b", "sta')
    sent: list[EmailMessage] = []
    settings = Mail(is_enabled=True, sender="shop@example.com")
    assert send_drafts(drafts(shipment()), book, settings, sent.append, NOW).sent == 1
    assert read_states(book) == {"a": "sent", "parcel_late:T1:2026-03-05": "sent"}


def test_mail_is_off_until_it_is_switched_on(tmp_path: Path) -> None:
    with pytest.raises(InvoptError, match="switched off"):
        send_drafts(drafts(shipment()), tmp_path / "sent.jsonl", Mail(), lambda mail: None, NOW)


def test_no_password_over_an_open_connection(mailbox: tuple[Mailbox, Mail], monkeypatch: pytest.MonkeyPatch) -> None:
    box, settings = mailbox
    monkeypatch.setenv("INVOPT_SMTP_USER", "shop")
    monkeypatch.setenv("INVOPT_SMTP_PASSWORD", "secret")
    with pytest.raises(InvoptError, match="open connection"):
        smtp_sender(settings)(compose("ann@example.com", "x", "x", "x", settings))
    assert box.mails == []


@pytest.mark.parametrize("address", ["", "ann", "ann@example.com\nBcc: all@example.com", "a@b.c,d@e.f", "@"])
def test_an_address_that_is_none_or_more_is_refused(address: str) -> None:
    with pytest.raises(InvoptError, match="address of To"):
        compose(address, "x", "x", "x", Mail(sender="shop@example.com"))
