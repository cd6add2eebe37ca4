"""The lists beside the plan: SKUs, suppliers, orders on hold, returns to grade, and a page for one of each."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.orders.findings import RULES
from invopt.review.asking import Field, ask, history, reason, until
from invopt.review.render import Column, listing, query_of, show, spoken
from invopt.review.sheet import Query
from invopt.review.web import Visit
from invopt.tables.returns import GRADES

Facets = dict[str, tuple[str, dict[str, str]]]
_SKU = (
    Column("sku_id", "SKU"),
    Column("product_name", "Product"),
    Column("location_id", "At"),
    Column("category_id", "Category", wide=True),
    Column("abc_class", "Class", wide=True),
    Column("on_hand_units", "On hand", "units"),
    Column("on_order_units", "On order", "units", wide=True),
    Column("stockout_in_days", "Runs out in, days", "integer", wide=True),
    Column("stock_minor", "Stock value", "money", wide=True),
)
_SUPPLIER = (
    Column("supplier", "Supplier"),
    Column("country", "Country", wide=True),
    Column("proposed_minor", "Proposed", "money"),
    Column("proposals", "Lines", "integer"),
    Column("minimum_order_minor", "Order minimum", "money", wide=True),
    Column("open_lines", "Open lines", "integer", wide=True),
    Column("late_lines", "To chase", "integer"),
    Column("median_days", "Takes, days", "days", wide=True),
    Column("p90_days", "9 in 10 within", "days", wide=True),
    Column("fill_share", "Delivers", "share", wide=True),
)
_RULES = {rule.name: rule.text for rule in RULES} | {"held_by_hand": "held by hand"}
_HOLD = (
    Column("order_id", "Order"),
    Column("rule", "Because", words=_RULES),
    Column("reason", "All that was found", "prose", wide=True),
    Column("released_by", "Released by", wide=True),
    Column("amount_minor", "Value", "money"),
    Column("state", "State"),
)
_RETURN = (
    Column("return_id", "Return"),
    Column("sku_id", "SKU"),
    Column("return_reason", "Reason", wide=True),
    Column("received_units", "Units", "units"),
    Column("received_on", "Received", "date"),
    Column("refund_minor", "Refund due", "money", wide=True),
    Column("grade", "Grade"),
    Column("state", "State", wide=True),
)


def skus(visit: Visit) -> Response:
    """Every SKU at every location, to look one up."""
    facets: Facets = {"location_id": ("Location", {}), "abc_class": ("Class", {}), "category_id": ("Category", {}),
              "lifecycle": ("Lifecycle", {})}  # fmt: skip
    query = query_of(visit, tuple(facets))
    shown = listing(
        visit, visit.book.skus, _SKU, path="/skus", facets=facets, query=query, item="/sku", item_key="key",
        caption="SKUs", nothing="No SKU matches.",
    )  # fmt: skip
    lede = "Find a SKU by its number, name or category."
    return show(visit, "page.html", part="list.html", title="SKUs", lede=lede, list=shown)


def suppliers(visit: Visit) -> Response:
    """Who sells to the shop: what is proposed, what is open, how long they take and how much they deliver."""
    shown = listing(
        visit, visit.book.suppliers, _SUPPLIER, path="/suppliers", facets={}, query=query_of(visit, ()),
        item="/supplier", item_key="key", caption="Suppliers", nothing="No supplier is known.",
    )  # fmt: skip
    lede = "What is proposed to order from each, what is open, and how they deliver."
    return show(visit, "page.html", part="list.html", title="Suppliers", lede=lede, list=shown)


def supplier(visit: Visit) -> Response:
    """One supplier."""
    key = visit.asked("key")
    row = visit.book.suppliers.row(key)
    if row is None:
        raise InvoptError("This supplier is not known. Go back to the list.")
    words, money = visit.book.words, visit.book.words.money
    proposed = visit.book.proposals.total("amount_minor", Query(chosen={"supplier_id": key, "state": "proposed"}))
    least = row["minimum_order_minor"] or 0
    says = []
    if proposed and proposed < least:
        says = [f"What is proposed stays below the order minimum by {money(least - proposed, row['currency'])}."]
    return show(
        visit,
        "item.html",
        title=row["supplier"],
        subtitle=key,
        state="",
        says=says,
        facts=[
            ("Still proposed", money(proposed, row["currency"])), ("Order minimum", money(least, row["currency"])),
            ("Open lines", words.number(row["open_lines"])), ("To chase", words.number(row["late_lines"])),
            ("Half of the orders take", f"{words.units(row['median_days'])} days"),
            ("Nine in ten take", f"{words.units(row['p90_days'])} days"),
            ("Delivers", words.share(row["fill_share"])),
            ("Takes orders on", row["order_weekdays"] or "every working day"),
        ],
        links=[
            ("Its proposals", f"/plan?{urlencode({'supplier_id': key})}"),
            ("Its open orders", f"/orders?{urlencode({'supplier_id': key})}"),
        ],
        asks=[], history=[], back="/suppliers", picture=None,
    )  # fmt: skip


def holds(visit: Visit) -> Response:
    """Customer orders that wait for a person."""
    facets = {"rule": ("Because", _RULES), "released_by": ("Released by", {})}
    shown = listing(
        visit, visit.book.holds, _HOLD, path="/holds", facets=facets, query=query_of(visit, tuple(facets)),
        item="/hold", item_key="key", caption="Orders on hold", nothing="No order is on hold.",
    )  # fmt: skip
    lede = "Each waits for the one who may release it; a release counts from the next run on."
    return show(visit, "page.html", part="list.html", title="Orders on hold", lede=lede, list=shown)


def hold(visit: Visit) -> Response:
    """One order on hold."""
    key = visit.asked("key")
    row = visit.book.holds.row(key)
    if row is None:
        raise InvoptError("This order is not on hold any more. Go back to the list.")
    topic = ("order", key)
    asks = [ask(visit, topic, "Release", "Release the order", "release", reason(required=True), until(visit, None),
                is_open=True)]  # fmt: skip
    if row["state"] == "released":
        asks = [ask(visit, topic, "Hold again", "Hold the order", "hold", reason(required=True), until(visit, None))]
    return show(
        visit,
        "item.html",
        title=f"Order {row['order_id']}",
        subtitle=_RULES.get(row["rule"], row["rule"]),
        state=row["state"],
        says=[row["reason"][:1].upper() + row["reason"][1:] + "."],
        facts=[
            ("Value", visit.book.words.money(row["amount_minor"], row["currency"])),
            ("Lines", visit.book.words.number(row["lines"])),
            ("May be released by", row["released_by"] or "a planner"),
        ],
        links=[], asks=asks, history=history(visit, topic), back="/holds", picture=None,
    )  # fmt: skip


def returns(visit: Visit) -> Response:
    """Goods that came back and wait for somebody to look at them."""
    facets: Facets = {"return_reason": ("Reason", {})}
    shown = listing(
        visit, visit.book.returns, _RETURN, path="/returns", facets=facets, query=query_of(visit, tuple(facets)),
        item="/return", item_key="key", caption="To grade", nothing="Nothing waits to be graded.",
    )  # fmt: skip
    lede = "They have arrived, and their refund is due; the grade decides where the goods go."
    return show(visit, "page.html", part="list.html", title="Returns to grade", lede=lede, list=shown)


def graded(visit: Visit) -> Response:
    """One return line to grade."""
    key = visit.asked("key")
    row = visit.book.returns.row(key)
    if row is None:
        raise InvoptError("This return does not wait to be graded any more. Go back to the list.")
    topic, words = ("return", key), visit.book.words
    grades = [(grade, spoken(grade)) for grade in GRADES]
    return show(
        visit,
        "item.html",
        title=f"Return {row['return_id']}, line {row['return_line_id']}",
        subtitle=row["sku_id"],
        state=row["state"],
        says=[row["reason"][:1].upper() + row["reason"][1:]],
        facts=[
            ("Order", row["order_id"]), ("Units", words.units(row["received_units"])),
            ("Received on", words.day(row["received_on"])), ("Reason given", spoken(row["return_reason"] or "none")),
            ("Wishes", spoken(row["wish"] or "nothing said")),
            ("Refund due", words.money(row["refund_minor"], row["currency"])),
            ("Grade", spoken(row["grade"] or "not yet")),
        ],
        links=[],
        asks=[ask(visit, topic, "Grade", "Grade the goods", "grade",
                  Field("grade", "Condition", "select", row["grade"] or "", grades, required=True), reason(),
                  is_open=True)],
        history=history(visit, topic), back="/returns", picture=None,
    )  # fmt: skip
