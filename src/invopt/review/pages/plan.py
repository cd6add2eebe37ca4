"""The purchase plan: proposals to approve one by one or together, and each with all that can be done about it."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.purchasing import explain
from invopt.review.actions import reason_of
from invopt.review.asking import Ask, Field, ask, history, reason, until
from invopt.review.buying import OPEN_STATES, SUBJECT, approve_many, offers
from invopt.review.pages.inbox import buying
from invopt.review.render import Column, address, done, listing, query_of, show, spoken
from invopt.review.sheet import Record
from invopt.review.web import Visit

URGENCY = {"stocked_out": "out of stock", "will_stock_out": "will run out", "due": "due", "not_due": "not due"}
_COLUMNS = (
    Column("sku_id", "SKU"),
    Column("product_name", "Product", wide=True),
    Column("location_id", "At", wide=True),
    Column("supplier", "Supplier", wide=True),
    Column("urgency", "Urgency", words=URGENCY),
    Column("final_units", "Units", "units"),
    Column("amount_minor", "Amount", "money"),
    Column("gain_minor", "Gain", "money", wide=True),
    Column("order_on", "Order on", "date", wide=True),
    Column("state", "State"),
)


def plan(visit: Visit) -> Response:
    """The proposals, most gain first."""
    book = visit.book
    facets = {
        "urgency": ("Urgency", URGENCY),
        "supplier_id": ("Supplier", book.supplier_names),
        "location_id": ("Location", dict[str, str]()),
    }
    query = query_of(visit, tuple(facets))
    shown = listing(
        visit, book.proposals, _COLUMNS, path="/plan", facets=facets, query=query, item="/proposal", item_key="key",
        caption="Purchase plan", nothing="Nothing to buy matches.",
    )  # fmt: skip
    for row in shown["rows"]:
        record = row["record"]
        can = record["state"] in ("proposed", "snoozed", "rejected") and record["final_units"] > 0
        row["choice"] = f"{visit.desk.journal.version((SUBJECT, row['key']))}|{row['key']}" if can else ""
    counts = book.proposals.counts("state")
    states = [(state, spoken(state), number, address("/plan", query, state="" if query.chosen.get("state") == state
               else state, page=1)) for state, number in counts.items() if number]  # fmt: skip
    return show(
        visit, "plan.html", part="plan_list.html", list=shown, buying=buying(visit), states=states,
        chosen_state=query.chosen.get("state", ""),
        sum_shown=book.words.money(book.proposals.total("amount_minor", query), book.currency, whole=True),
        export=address("/export/plan.csv", query, page=1),
    )  # fmt: skip


def approve(visit: Visit) -> Response:
    """Approve the chosen proposals."""
    chosen = [tuple(value.split("|", 1)) for name, value in visit.many if name == "chosen" and "|" in value]
    made = approve_many(
        visit.desk, visit.book, visit.user, [(version, key) for version, key in chosen], reason_of(visit.form)
    )
    visit.desk.journal.append(made.made, made.seen, decided_by=visit.user.name, decided_at=dt.datetime.now(dt.UTC))
    return done(visit, made.told, visit.form.get("back", "/plan"))


def proposal(visit: Visit) -> Response:
    """One proposal: why that quantity, and what to do about it."""
    key = visit.asked("key")
    row = visit.book.proposals.row(key)
    if row is None:
        raise InvoptError("The plan no longer proposes this; a new one was published. Go back to the plan.")
    book, words = visit.book, visit.book.words
    place = book.proposals.index[key]
    explained = explain(book.proposal_frame.iloc[place])
    return show(
        visit,
        "proposal.html",
        title=row["product_name"] or row["sku_id"],
        row=row,
        key=key,
        explained=explained,
        urgency=URGENCY.get(row["urgency"], row["urgency"]),
        facts=[
            ("Supplier", row["supplier"] if row["supplier_id"] else "nobody sells it"),
            ("Order on", words.day(row["order_on"])),
            ("Expected on", words.day(row["expected_on"])),
            ("Price", words.money(row["unit_cost_minor"], row["currency"])),
            ("Lasts after arrival", f"{words.units(row['days_of_cover'])} days"),
            ("Gain", words.money(row["gain_minor"], row["currency"])),
        ],
        asks=_asks(visit, key, row) if row["state"] in OPEN_STATES else [],
        history=history(visit, (SUBJECT, key)),
        links=[("The SKU", f"/sku?{urlencode({'key': key})}")],
    )


def _asks(visit: Visit, key: str, row: Record) -> list[Ask]:
    topic, words = (SUBJECT, key), visit.book.words
    units = f"{row['final_units']:g}"
    sellers = [(name, visit.book.supplier_name(name))
               for name in offers(visit.book, row["sku_id"])["supplier_id"].drop_duplicates()]  # fmt: skip
    made = []
    if row["final_units"] > 0 and row["state"] not in ("approved", "changed"):
        amount = words.money(row["amount_minor"], row["currency"])
        made.append(
            ask(visit, topic, "Approve", f"Approve {words.units(row['final_units'])} for {amount}", "approve",
                reason(), until(visit, None, "Lapses unless sent by (optional)"), is_open=True)
        )  # fmt: skip
    if row["supplier_id"]:
        made.append(
            ask(visit, topic, "Another quantity", "Order this quantity", "change",
                Field("units", "Units", "units", units, required=True), reason(required=True),
                until(visit, None, "Lapses unless sent by (optional)"))
        )  # fmt: skip
    if row["final_units"] > 0 and row["supplier_id"] and row["order_on"] is not None:
        day = row["order_on"].date() + dt.timedelta(days=14)
        made.append(
            ask(visit, topic, "Split", "Split the order", "split",
                Field("units", "Units in the first part", "units", f"{row['final_units'] // 2:g}", required=True,
                      hint="ordered as proposed; the rest follows"),
                Field("supplier_id", "The rest from", "select", row["supplier_id"], sellers),
                Field("day", "The rest on", "day", day.isoformat(), required=True), reason(required=True))
        )  # fmt: skip
    if row["state"] not in ("rejected",):
        made.append(
            ask(visit, topic, "Reject", "Reject", "reject", reason(required=True),
                until(visit, None, "Also later proposals until (optional)"))
        )  # fmt: skip
    if row["state"] != "snoozed":
        made.append(ask(visit, topic, "Snooze", "Snooze", "snooze", until(visit, 14, "Quiet until"), reason()))
    if row["state"] in ("rejected", "snoozed"):
        made.append(ask(visit, topic, "Reopen", "Open it again", "reopen", reason()))
    return made + once(visit, key, row["sku_id"], sellers, row["supplier_id"])


def once(visit: Visit, key: str, sku_id: str, sellers: list[tuple[str, str]], preferred: str | None) -> list[Ask]:
    """The form to order a quantity once, beside the plan; none where nobody sells the SKU."""
    if not sellers:
        return []
    fields = (
        Field("units", "Units", "units", required=True),
        Field("supplier_id", "From", "select", preferred or "", sellers),
        reason(required=True),
    )
    lede = "Beside what the plan proposes; the next plan counts it as on order."
    return [ask(visit, (SUBJECT, key), "Order once", "Order once", "once", *fields, lede=lede)]
