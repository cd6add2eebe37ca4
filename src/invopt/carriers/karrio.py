"""Carriers behind a gateway that speaks Karrio's HTTP interface (https://docs.karrio.io).

The key is read from the environment for each call; it is in no setting, no message and no log. Redirects are
not followed: they could carry the key elsewhere.
"""

from __future__ import annotations

import base64
import binascii
import http.client
import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from invopt.carriers.port import Address, BoughtLabel, CarrierError, LiveRate, Package, PurchaseUnsure
from invopt.money import to_major, to_minor
from invopt.settings import LiveRates
from invopt.tables import TRACKING_EVENT, check, empty

KEY = "INVOPT_KARRIO_KEY"
_LARGEST_ANSWER = 32 * 1024 * 1024


@dataclass(frozen=True)
class Karrio:
    """The adapter. Raises `CarrierError` when made where live rates are switched off."""

    settings: LiveRates

    def __post_init__(self) -> None:
        """Refuse to exist where the business did not ask for it."""
        if not self.settings.is_enabled:
            raise CarrierError("live rates are switched off: set live_rates.is_enabled = true and its url.")

    def rates(self, package: Package) -> tuple[LiveRate, ...]:
        """Today's prices, cheapest first. A carrier that only complains is left out."""
        answer = self._post("/v1/proxy/rates", _shipment(package))
        found = [_rate(row) for row in _list(answer, "rates")]
        return tuple(sorted(found, key=lambda rate: (rate.cost_minor, rate.carrier_id, rate.service_id)))

    def buy_label(self, package: Package, rates: tuple[LiveRate, ...], rate_id: str) -> BoughtLabel:
        """Buy a rate. The gateway has no way to tell a repeated order from a second one, so nothing is retried.

        Raises `PurchaseUnsure` where the connection broke after the order was sent.
        """
        if rate_id not in {rate.rate_id for rate in rates}:
            raise CarrierError(f"rate {rate_id!r} is none of those offered for {package.parcel_id}.")
        order = _shipment(package) | {
            "selected_rate_id": rate_id,
            "rates": [_as_offered(rate) for rate in rates],
            "label_type": "PDF",
            "payment": {"paid_by": "sender"},
            "reference": package.parcel_id,
        }
        answer = self._post("/v1/proxy/shipping", order, is_purchase=True)
        try:
            return BoughtLabel(
                str(answer["tracking_number"]),
                str(answer["carrier_id"]),
                str(answer["service"]),
                base64.b64decode(answer["docs"]["label"], validate=True),
                str(answer.get("label_type") or "PDF"),
            )
        except (KeyError, TypeError, binascii.Error) as error:
            raise PurchaseUnsure(
                f"{package.parcel_id}: the gateway bought a label but its answer lacks {error}."
            ) from error

    def track(self, carrier_id: str, tracking_number: str) -> pd.DataFrame:
        """The events so far. Times without a zone are taken as UTC, as the gateway does not tell."""
        body = {"carrier_name": carrier_id, "tracking_number": tracking_number}
        answer = self._post("/v1/proxy/tracking", body)
        tracking = answer.get("tracking")
        if not isinstance(tracking, dict):
            raise CarrierError(f"tracking {tracking_number}: {_complaints(answer) or 'the answer has no tracking'}.")
        rows = [_event(row, carrier_id, tracking_number) for row in _list(tracking, "events")]
        if not rows:
            return empty(TRACKING_EVENT)
        frame = pd.DataFrame(rows).reindex(columns=list(TRACKING_EVENT.names))
        return check(frame.drop_duplicates(list(TRACKING_EVENT.key)), TRACKING_EVENT)

    def _post(self, path: str, body: Mapping[str, Any], *, is_purchase: bool = False) -> dict[str, Any]:
        """Send JSON, receive JSON. Amounts are read as decimals, so that no cent is lost on the way."""
        key = os.environ.get(KEY, "")
        if not key:
            raise CarrierError(f"the gateway's key is not set: put it into the environment as {KEY}.")
        parts = urlsplit(self.settings.url)
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, self.settings.timeout_seconds)
        headers = {"Authorization": f"Token {key}", "Content-Type": "application/json", "Accept": "application/json"}
        has_gone_out = False
        try:
            connection.connect()
            has_gone_out = True
            connection.request("POST", parts.path.rstrip("/") + path, json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read(_LARGEST_ANSWER + 1)
        except (OSError, http.client.HTTPException) as error:
            broken = f"the gateway at {parts.hostname} did not answer ({type(error).__name__})"
            if is_purchase and has_gone_out:
                raise PurchaseUnsure(
                    f"{broken}: a label may have been bought. Look there before buying again."
                ) from error
            raise CarrierError(f"{broken}. Try again later.") from error
        finally:
            connection.close()
        return _read(response.status, content, parts.hostname or "", is_purchase=is_purchase)


def _connection(scheme: str, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _read(status: int, content: bytes, host: str, *, is_purchase: bool) -> dict[str, Any]:
    """The answer as a mapping; what the gateway complains about becomes the error's text."""
    answer: Any = None
    if len(content) <= _LARGEST_ANSWER:
        try:
            answer = json.loads(content, parse_float=Decimal)
        except (json.JSONDecodeError, UnicodeDecodeError):
            answer = None
    if status in (401, 403):
        raise CarrierError(f"the gateway at {host} refuses the key in {KEY}.")
    if status >= 500 and is_purchase:
        raise PurchaseUnsure(
            f"the gateway at {host} failed ({status}): a label may have been bought. Look there first."
        )
    if not 200 <= status < 300:
        raise CarrierError(f"the gateway at {host} refuses ({status}): {_complaints(answer) or 'no reason given'}.")
    if not isinstance(answer, dict):
        raise (PurchaseUnsure if is_purchase else CarrierError)(
            f"the gateway at {host} answers what is no JSON object."
        )
    return answer


def _complaints(answer: Any) -> str:
    """The gateway's messages and errors as one line."""
    if not isinstance(answer, dict):
        return ""
    rows = [row for name in ("errors", "messages") for row in answer.get(name) or [] if isinstance(row, dict)]
    texts = (" ".join(str(row.get(name) or "") for name in ("carrier_id", "message")).strip() for row in rows)
    return "; ".join(" ".join(text.split()) for text in texts if text)[:500]


def _list(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = answer.get(name) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CarrierError(f"the gateway's answer has {name!r}, but not as a list of objects.")
    return rows


def _shipment(package: Package) -> dict[str, Any]:
    length, width, height = (side / 10 for side in package.sides_mm)
    return {
        "shipper": _address(package.sender),
        "recipient": _address(package.recipient),
        "parcels": [
            {"weight": package.weight_g / 1000, "weight_unit": "KG", "length": length, "width": width, "height": height,
             "dimension_unit": "CM"}
        ],
        "options": {},
        "reference": package.parcel_id,
    }  # fmt: skip


def _address(address: Address) -> dict[str, Any]:
    return {
        "person_name": address.name, "address_line1": address.street, "city": address.city,
        "postal_code": address.postcode, "country_code": address.country, "residential": address.is_residential,
    }  # fmt: skip


def _rate(row: Mapping[str, Any]) -> LiveRate:
    try:
        currency = str(row["currency"])
        days = row.get("transit_days")
        return LiveRate(str(row["id"]), str(row["carrier_id"]), str(row["service"]),
                        to_minor(Decimal(row["total_charge"]), currency), currency,
                        None if days is None else int(days))  # fmt: skip
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise CarrierError(f"a rate of the gateway cannot be read ({error!r}).") from error


def _as_offered(rate: LiveRate) -> dict[str, Any]:
    return {
        "id": rate.rate_id, "carrier_id": rate.carrier_id, "carrier_name": rate.carrier_id,
        "service": rate.service_id, "currency": rate.currency, "transit_days": rate.transit_days,
        "total_charge": float(to_major(rate.cost_minor, rate.currency)), "test_mode": False,
    }  # fmt: skip


def _event(row: Mapping[str, Any], carrier_id: str, tracking_number: str) -> dict[str, Any]:
    stamp = row.get("timestamp") or f"{row.get('date')}T{row.get('time') or '00:00'}"
    try:
        moment = datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    except ValueError as error:
        raise CarrierError(f"tracking {tracking_number}: an event has no date that can be read ({stamp!r}).") from error
    utc = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    code = row.get("status") or row.get("code") or row.get("description") or "unknown"
    return {"tracking_number": tracking_number, "carrier_id": carrier_id, "event_code": str(code), "happened_at": utc}
