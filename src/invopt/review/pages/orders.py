"""Purchase orders: those to send, those on their way, and what came."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.review.asking import Field, ask, history, reason, until
from invopt.review.buying import SUBJECT, drafts_now
from invopt.review.journal import topic_of
from invopt.review.render import Column, listing, query_of, show
from invopt.review.web import Visit

ADVICE = {"chase": "chase", "expedite": "bring forward", "delay": "delay", "cancel": "cancel", "reduce": "reduce",
          "": "none"}  # fmt: skip
_COLUMNS = (
    Column("purchase_order_id", "Order"),
    Column("sku_id", "SKU"),
    Column("supplier", "Supplier", wide=True),
    Column("location_id", "To", wide=True),
    Column("open_units", "Open", "units"),
    Column("ordered_on", "Ordered", "date", wide=True),
    Column("confirmed_on", "Confirmed for", "date"),
    Column("advice", "Advice", words=ADVICE),
    Column("worth_minor", "Worth", "money", wide=True),
    Column("state", "State", wide=True),
)


def orders(visit: Visit) -> Response:
    """Purchase orders to send, what was bought here, and the open lines of the shop's own orders."""
    book = visit.book
    facets = {
        "supplier_id": ("Supplier", book.supplier_names),
        "advice": ("Advice", ADVICE),
        "location_id": ("Location", dict[str, str]()),
    }
    query = query_of(visit, tuple(facets))
    shown = listing(
        visit, book.lines, _COLUMNS, path="/orders", facets=facets, query=query, item="/line", item_key="key",
        caption="On their way", nothing="Nothing is on order.",
    )  # fmt: skip
    if visit.is_part:
        return show(visit, "list.html", list=shown)
    committed = visit.desk.commitments(book)
    sent = committed[committed["state"].isin(["sent", "confirmed", "partly_received"])]
    return show(visit, "orders.html", list=shown, to_send=_to_send(visit), bought=[
        {
            "link": f"/bought?{urlencode({'key': row['proposal_id']})}", "order": row["purchase_order_id"],
            "sku": row["sku_id"], "supplier": book.supplier_name(row["supplier_id"]), "state": row["state"],
            "open": book.words.units(row["open_units"]), "day": book.words.short_day(row["confirmed_on"]),
        }
        for row in sent.sort_values(["sent_on", "proposal_id"]).head(200).to_dict("records")
    ])  # fmt: skip


def _to_send(visit: Visit) -> list[dict[str, Any]]:
    drafts, book = drafts_now(visit.desk, visit.book), visit.book
    made = []
    for number, lines in drafts.groupby("purchase_order_id", sort=False):
        first = lines.iloc[0]
        made.append(
            {
                "number": str(number),
                "supplier": book.supplier_name(first["supplier_id"]),
                "location": first["location_id"],
                "lines": len(lines),
                "amount": book.words.sums({first["currency"]: int(lines["amount_minor"].sum())}, whole=False),
                "rows": [
                    (row["sku_id"], row["product_name"], book.words.units(row["ordered_units"]),
                     book.words.money(row["amount_minor"], row["currency"]))
                    for row in lines.head(100).to_dict("records")
                ],
                "csv": f"/export/orders.csv?{urlencode({'number': number})}",
                "xlsx": f"/export/orders.xlsx?{urlencode({'number': number})}",
            }
        )  # fmt: skip
    return made


def line(visit: Visit) -> Response:
    """One open line of the shop's own purchase orders: confirm its day, receive it."""
    key = visit.asked("key")
    row = visit.book.lines.row(key)
    if row is None:
        raise InvoptError("The plan no longer holds this line; a new one was published. Go back to the orders.")
    words, topic = visit.book.words, ("purchase_order_line", key)
    day = (
        (row["confirmed_on"] or row["expected_on"]).date().isoformat()
        if row["confirmed_on"] or row["expected_on"]
        else ""
    )
    says = []
    if row["advice"]:
        wanted = f", wanted on {words.day(row['advised_on'])}" if row["advised_on"] else ""
        worth = words.money(row["worth_minor"], row["currency"])
        says = [f"Advice: {ADVICE[row['advice']]}{wanted}, worth {worth}. {row['why']}"]
    return show(
        visit,
        "item.html",
        title=f"{row['purchase_order_id']}, line {row['purchase_order_line_id']}",
        subtitle=f"{row['product_name'] or row['sku_id']} from {row['supplier']}",
        state=row["state"],
        says=says,
        facts=[
            ("SKU", row["sku_id"]), ("To", row["location_id"]), ("Open", f"{words.units(row['open_units'])} units"),
            ("Ordered on", words.day(row["ordered_on"])), ("Confirmed for", words.day(row["confirmed_on"])),
        ],
        links=[("The SKU", f"/sku?{urlencode({'key': row['sku_id'] + '|' + row['location_id']})}")],
        asks=[
            ask(visit, topic, "Confirm the day", "Confirm", "confirm",
                Field("day", "Arrives on", "day", day, required=True), until(visit, None), reason(), is_open=True),
            ask(visit, topic, "Receive", "Receive", "receive",
                Field("units", "Units that came", "units", f"{row['open_units']:g}", required=True), reason()),
        ],
        history=history(visit, topic),
        back="/orders",
        picture=None,
    )  # fmt: skip


def bought(visit: Visit) -> Response:
    """One purchase made here and sent: confirm its day, receive it, close the rest."""
    key = visit.asked("key")
    rows = visit.desk.commitments(visit.book)
    rows = rows[rows["proposal_id"] == key]
    if rows.empty:
        raise InvoptError("Nothing of this is being bought any more.")
    row, words, topic = rows.iloc[0], visit.book.words, topic_of(SUBJECT, key)
    asks = []
    if row["state"] in ("sent", "confirmed", "partly_received"):
        asks = [
            ask(visit, topic, "Confirm the day", "Confirm", "confirm",
                Field("day", "Arrives on", "day", required=True), reason(), key=key, is_open=True),
            ask(visit, topic, "Receive", "Receive", "receive",
                Field("units", "Units that came", "units", f"{row['open_units']:g}", required=True), reason(), key=key),
            ask(visit, topic, "Close the rest", "Close", "close", reason(required=True), key=key),
        ]  # fmt: skip
    return show(
        visit,
        "item.html",
        title=f"{row['sku_id']} at {row['location_id']}",
        subtitle=f"{row['purchase_order_id']} from {visit.book.supplier_name(row['supplier_id'])}",
        state=row["state"],
        says=[],
        facts=[
            ("Ordered", f"{words.units(row['approved_units'])} units"),
            ("Received", f"{words.units(row['received_units'])} units"),
            ("Still to come", f"{words.units(row['open_units'])} units"),
            ("Confirmed for", words.day(row["confirmed_on"])),
        ],
        links=[("The SKU", f"/sku?{urlencode({'key': topic[1]})}")],
        asks=asks,
        history=history(visit, topic),
        back="/orders",
        picture=None,
    )
