"""The page of a SKU at a location: the report's own, with what can be decided beside it."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlencode

import pandas as pd
from markupsafe import Markup
from starlette.responses import Response

from invopt.errors import InvoptError
from invopt.report.plan import SKU_TABLES, Plan
from invopt.report.sku_page import render_sku_page
from invopt.review.asking import history
from invopt.review.book import Book
from invopt.review.buying import SUBJECT, offers
from invopt.review.pages.plan import once
from invopt.review.render import show
from invopt.review.web import Visit
from invopt.tables import ALERT, check

_BEGINS, _ENDS = '<header class="page">', '<dialog id="details"'


def sku(visit: Visit) -> Response:
    """What a SKU sold, what is expected, why that quantity, what is on its way, and what was decided."""
    key = visit.asked("key")
    row = visit.book.skus.row(key)
    if row is None:
        raise InvoptError("The plan does not know this SKU at this location. Look it up among the SKUs.")
    sellers = [(name, visit.book.supplier_name(name))
               for name in offers(visit.book, row["sku_id"])["supplier_id"].drop_duplicates()]  # fmt: skip
    links = [("Override its forecast", f"/forecast?{urlencode({'scope': 'sku', 'key': row['sku_id']})}")]
    if key in visit.book.proposals.index:
        links.insert(0, ("Decide about its proposal", f"/proposal?{urlencode({'key': key})}"))
    return show(
        visit,
        "sku_page.html",
        title=row["product_name"] or row["sku_id"],
        body=_body(visit.book, row["sku_id"], row["location_id"]),
        links=links,
        asks=once(visit, key, row["sku_id"], sellers, row["supplier_id"]),
        history=history(visit, (SUBJECT, key)),
    )


@lru_cache(maxsize=256)
def _body(book: Book, sku_id: str, location_id: str) -> Markup:
    """The report's page of the SKU without its frame: drawn once for each plan."""
    tables = {name: book.of_sku(name, sku_id) for name in SKU_TABLES}
    tables["alert"] = _alerts(book, sku_id, location_id)
    plan = Plan(book.run_id, book.as_of, book.settings, tables)
    whole = render_sku_page(plan, sku_id, location_id)
    body = whole[whole.index(_BEGINS) : whole.index(_ENDS)]
    # What scrolls sideways on a phone can be scrolled by keyboard too.
    body = body.replace('<div class="wrap">', '<div class="wrap" role="region" tabindex="0" aria-label="Table">')
    return Markup(body)


def _alerts(book: Book, sku_id: str, location_id: str) -> pd.DataFrame:
    """Exceptions of one SKU-location (table `alert`)."""
    key, found = f"{sku_id}|{location_id}", []
    for kind in book.alerts.values["alert_kind"]:
        row = book.alerts.row(f"{kind}|{key}")
        if row is not None:
            found.append({name: row[name] for name in ALERT.names})
    return check(pd.DataFrame(found, columns=list(ALERT.names)), ALERT)
