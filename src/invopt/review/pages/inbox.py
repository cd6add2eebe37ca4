"""The inbox: exceptions by what they cost, and each with its way to where it is put right."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.report.sections import ALERT_WORDS, SEVERITY_WORDS
from invopt.review.asking import ask, history, reason, until
from invopt.review.book import PROMISE_KINDS, Book
from invopt.review.render import Column, listing, query_of, show
from invopt.review.sheet import Query, Record
from invopt.review.web import Visit

Facets = dict[str, tuple[str, dict[str, str]]]
_COLUMNS = (
    Column("kind", "What"),
    Column("about", "About"),
    Column("message", "What is wrong", "prose"),
    Column("worth_minor", "At stake", "money"),
    Column("severity", "Weight", wide=True, words=SEVERITY_WORDS),
)
_FACETS = {"alert_kind": ("Kind", ALERT_WORDS), "severity": ("Weight", SEVERITY_WORDS)}


def inbox(visit: Visit) -> Response:
    """All exceptions that nobody has put to sleep, most money first."""
    query = query_of(visit, tuple(_FACETS), "worth_minor")
    if "state" not in query.chosen:
        query = Query(query.words, {**query.chosen, "state": "open"}, query.sort, query.descending, query.page)
    book, alerts = visit.book, visit.book.alerts
    counts = alerts.counts("alert_kind", {"state": "open"})
    kinds = []
    for kind, number in counts.items():
        if number:
            worth = alerts.total("worth_minor", Query(chosen={"alert_kind": kind, "state": "open"}))
            kinds.append((kind, ALERT_WORDS.get(kind, kind), number, worth))
    kinds.sort(key=lambda entry: (entry[0] != "file_refused", -entry[3]))  # without its file nothing else is sure
    most = max([worth for *_, worth in kinds] or [1.0]) or 1.0
    return show(
        visit,
        "inbox.html",
        part="list.html",
        list=_list(visit, query, "/", "Exceptions", "Nothing needs you. Enjoy the morning."),
        kinds=[(kind, words, number, book.words.money(worth, book.currency, whole=True), round(10 * worth / most))
               for kind, words, number, worth in kinds[:8]],
        buying=buying(visit),
        open_count=alerts.count(state="open"),
        asleep=alerts.count(state="snoozed"),
    )  # fmt: skip


def promises(visit: Visit) -> Response:
    """Promises to customers that are at risk: orders that wait, parcels that are late or stuck."""
    query = query_of(visit, ("alert_kind",), "worth_minor")
    chosen = {"state": "open", **query.chosen, "group": "promises"}
    query = Query(query.words, chosen, query.sort, query.descending, query.page)
    names = {kind: ALERT_WORDS[kind] for kind in PROMISE_KINDS}
    return show(
        visit,
        "page.html",
        part="list.html",
        title="Promises at risk",
        lede="Orders and parcels that will not keep the day a customer was given, by the value of the order.",
        list=_list(visit, query, "/promises", "Promises", "Every promise holds.", {"alert_kind": ("Kind", names)}),
    )


def alert(visit: Visit) -> Response:
    """One exception: what is wrong, what to do, and where."""
    key = visit.asked("key")
    row = visit.book.alerts.row(key)
    if row is None:
        raise InvoptError("This exception is gone: a new plan was published. Go back to the inbox.")
    topic = ("alert", key)
    asks = [ask(visit, topic, "Put to sleep", "Put to sleep", "snooze", until(visit, 7, "Quiet until"), reason())]
    if row["state"] == "snoozed":
        asks = [ask(visit, topic, "Wake", "Back to the inbox", "reopen", is_open=True)]
    amount = visit.book.words.money(row["worth_minor"], row["currency"])
    return show(
        visit,
        "item.html",
        title=row["kind"],
        subtitle=row["about"],
        state=row["state"],
        says=[row["message"], row["remedy"]],
        facts=[("At stake", amount), ("Weight", SEVERITY_WORDS[row["severity"]])],
        links=ways(row, visit.book),
        asks=asks,
        history=history(visit, topic),
        back="/promises" if row["alert_kind"] in PROMISE_KINDS else "/",
        picture=None,
    )


def ways(row: Record, book: Book) -> list[tuple[str, str]]:
    """Where an exception is put right."""
    key, found = str(row["key"]), []
    if row["subject"] in ("sku_location", "stock", "price", "forecast"):
        if key in book.proposals.index:
            found.append(("The proposal", f"/proposal?{urlencode({'key': key})}"))
        if key in book.skus.index:
            found.append(("The SKU", f"/sku?{urlencode({'key': key})}"))
    elif row["subject"] == "order" and key in book.holds.index:
        found.append(("The order on hold", f"/hold?{urlencode({'key': key})}"))
    elif row["subject"] == "purchase_order_line":
        line = key.rsplit("|", 1)[0]
        if line in book.lines.index:
            found.append(("The purchase order line", f"/line?{urlencode({'key': line})}"))
    elif row["subject"] == "return" and key in book.returns.index:
        found.append(("The return", f"/return?{urlencode({'key': key})}"))
    elif row["subject"] in ("supplier", "supplier_order"):
        found.append(("The supplier", f"/supplier?{urlencode({'key': key.split('|')[0]})}"))
    elif row["subject"] == "file":
        found.append(("Data quality", "/runs"))
    elif row["subject"] == "sku":
        found.append(("Its places", f"/skus?{urlencode({'q': key})}"))
    return found


def buying(visit: Visit) -> list[tuple[str, str, str]]:
    """What is to be bought, in tiles: label, value, note."""
    book, sheet = visit.book, visit.book.proposals
    money = book.words.money
    proposed = sheet.total("amount_minor", Query(chosen={"state": "proposed"}))
    committed = visit.desk.commitments(book)
    waiting = committed[committed["state"].isin(["approved", "changed"]) & (committed["open_units"] > 0)]
    approved = (waiting["open_units"] * waiting["unit_cost_minor"]).sum()
    sent = committed[committed["state"].isin(["sent", "confirmed", "partly_received"])]
    count = book.words.count
    return [
        ("Proposed", money(proposed, book.currency, whole=True), count(sheet.count(state="proposed"), "proposal")),
        ("Approved, to be sent", money(approved, book.currency, whole=True), count(len(waiting), "line")),
        ("Sent from here", count(len(sent), "line"), "until the goods are in"),
        ("On hold", count(book.holds.count(state="open"), "order"),
         money(book.holds.total("amount_minor", Query(chosen={"state": "open"})), book.currency, whole=True)),
    ]  # fmt: skip


def _list(
    visit: Visit, query: Query, path: str, caption: str, nothing: str, facets: Facets | None = None
) -> dict[str, Any]:
    return listing(
        visit, visit.book.alerts, _COLUMNS, path=path, facets=_FACETS if facets is None else facets, query=query,
        item="/alert", item_key="key", caption=caption, nothing=nothing,
    )  # fmt: skip
