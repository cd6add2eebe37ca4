"""Send drafts by mail, each once: a line before and a line after every message, on disk before going on."""

from __future__ import annotations

import datetime as dt
import json
import os
import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pandas as pd

from invopt.errors import InvoptError
from invopt.settings import Mail

#: Hands one message to a mail server; raises what smtplib raises.
Send = Callable[[EmailMessage], None]


@dataclass(frozen=True)
class Outcome:
    """What became of the drafts: counts by state."""

    sent: int
    failed: int
    already_sent: int
    unsure: int
    without_address: int


def send_drafts(messages: pd.DataFrame, book: Path, settings: Mail, send: Send, now: dt.datetime) -> Outcome:
    """Send the drafts of table `message` that have an address and were not sent before.

    `book` is the file in which every attempt is written: `sending` before, `sent` or `failed` after. A draft
    whose last line is `sending` belongs to a run that was killed in between: it may have gone out, so it is
    counted as unsure and left to a person. Failed ones are tried again by the next call.

    Raises `InvoptError` where mail is switched off in the settings, or the sender's address is none.
    """
    if not settings.is_enabled:
        raise InvoptError("mail is switched off: set mail.is_enabled = true once server and sender are right.")
    states = read_states(book)
    counts = {"sent": 0, "failed": 0, "already_sent": 0, "unsure": 0, "without_address": 0}
    for row in messages.sort_values("message_id").to_dict("records"):
        state = states.get(row["message_id"])
        if state in ("sent", "sending"):
            counts["already_sent" if state == "sent" else "unsure"] += 1
        elif pd.isna(row["recipient"]) or pd.isna(row["text_body"]):
            counts["without_address"] += 1
        else:
            counts[_send_one(row, book, settings, send, now)] += 1
    return Outcome(**counts)


def _send_one(row: Mapping[Any, Any], book: Path, settings: Mail, send: Send, now: dt.datetime) -> str:
    try:
        mail = compose(row["recipient"], row["subject"], row["text_body"], row["html_body"], settings)
    except InvoptError as error:
        _write(book, row["message_id"], "failed", now, str(error))
        return "failed"
    _write(book, row["message_id"], "sending", now, "")
    try:
        send(mail)
    except (smtplib.SMTPException, OSError) as error:
        _write(book, row["message_id"], "failed", now, type(error).__name__)
        return "failed"
    _write(book, row["message_id"], "sent", now, "")
    return "sent"


def compose(recipient: str, subject: str, text_body: str, html_body: str, settings: Mail) -> EmailMessage:
    """A mail with both bodies. Raises `InvoptError` for an address that is none, or hides a header."""
    mail = EmailMessage()
    for field, address in (("From", settings.sender), ("To", recipient)):
        try:
            parsed = Address(addr_spec=address.strip())
        except (MessageError, ValueError, IndexError) as error:
            raise InvoptError(f"mail: the address of {field} is none.") from error
        if not parsed.domain or any(sign in address for sign in "\r\n,;"):
            raise InvoptError(f"mail: the address of {field} is none.")
        mail[field] = parsed
    mail["Subject"] = " ".join(subject.split())
    mail.set_content(text_body)
    mail.add_alternative(html_body, subtype="html")
    return mail


def smtp_sender(settings: Mail) -> Send:
    """A sender over the settings' server; user and password come from INVOPT_SMTP_USER and INVOPT_SMTP_PASSWORD.

    They are read when a message is sent and kept nowhere. With `has_tls` the connection is encrypted before
    anything is said; without it, a password is refused.
    """

    def send(mail: EmailMessage) -> None:
        user, password = os.environ.get("INVOPT_SMTP_USER"), os.environ.get("INVOPT_SMTP_PASSWORD")
        if user and not settings.has_tls:
            raise InvoptError("mail.has_tls is off: a password is not sent over an open connection.")
        with smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds) as server:
            if settings.has_tls:
                server.starttls(context=ssl.create_default_context())
            if user:
                server.login(user, password or "")
            server.send_message(mail)

    return send


def read_states(book: Path) -> dict[str, str]:
    """The last state of every message in the book; a line cut off by a crash is passed over."""
    if not book.exists():
        return {}
    states = {}
    for line in book.read_text(encoding="utf-8").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            continue
        states[entry["message_id"]] = entry["state"]
    return states


def _write(book: Path, message_id: str, state: str, now: dt.datetime, reason: str) -> None:
    """Append a line and see it on disk. A half line that a crash left behind is closed first."""
    entry = {"message_id": message_id, "state": state, "at": now.isoformat(), "reason": reason}
    book.parent.mkdir(parents=True, exist_ok=True)
    with book.open("ab+") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
