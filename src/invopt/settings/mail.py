"""Sending mail: off until a business switches it on."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Mail(Section):
    """The mail server that drafts go out by. User and password stand in the environment, never here."""

    is_enabled: bool = setting(False, "Whether `invopt` may send drafted messages at all.")
    host: str = setting("localhost", "Mail server.")
    port: int = setting(587, "Its port.", minimum=1, maximum=65_535)
    has_tls: bool = setting(True, "Encrypt the connection (STARTTLS); without it no password is sent.")
    sender: str = setting("", "Address that messages come from.")
    forget_after_days: int = setting(
        30, "Nothing is drafted about parcels and returns without news for so long.", unit="days", minimum=1
    )
    timeout_seconds: float = setting(20.0, "How long to wait for the server.", unit="s", minimum=0.1)
