"""Lists as files, made when asked for and kept nowhere: safe to open in a spreadsheet."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
from starlette.responses import Response

from invopt.documents.tables import write_csv, write_workbook
from invopt.review.buying import drafts_now
from invopt.review.render import query_of
from invopt.review.web import HEADERS, Visit
from invopt.tables import ORDER_PROPOSAL, PURCHASE_ORDER_DRAFT, Table

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def plan_csv(visit: Visit) -> Response:
    """The purchase plan as it is filtered, with what was decided, as CSV."""
    book = visit.book
    query = query_of(visit, ("urgency", "supplier_id", "location_id"))
    places = book.proposals.found(query)
    frame = book.proposal_frame.iloc[places].reset_index(drop=True)
    now = pd.DataFrame(book.proposals.records(query))
    if len(now):
        frame = frame.assign(
            decision_change_units=(frame["decision_change_units"] + now["final_units"] - frame["final_units"]).round(3),
            final_units=now["final_units"], amount_minor=now["amount_minor"].astype("int64"), state=now["state"],
        )  # fmt: skip
    return _csv(frame, ORDER_PROPOSAL, f"purchase-plan-{book.as_of}.csv")


def orders_csv(visit: Visit) -> Response:
    """The purchase orders that are to leave, as CSV; one alone where `number` names it."""
    frame, name = _orders(visit)
    return _csv(frame, PURCHASE_ORDER_DRAFT, f"{name}.csv")


def orders_xlsx(visit: Visit) -> Response:
    """The purchase orders that are to leave, as an Excel workbook."""
    frame, name = _orders(visit)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.xlsx"
        notes = {"plan": visit.book.run_id, "as of": visit.book.as_of.isoformat()}
        write_workbook({PURCHASE_ORDER_DRAFT: frame}, path, notes=notes)
        return _file(path.read_bytes(), _EXCEL, f"{name}.xlsx")


def _orders(visit: Visit) -> tuple[pd.DataFrame, str]:
    drafts, number = drafts_now(visit.desk, visit.book), visit.asked("number")
    if number:
        drafts = drafts[drafts["purchase_order_id"] == number]
    plain = "".join(letter for letter in number if letter.isascii() and (letter.isalnum() or letter in "-_"))
    return drafts, plain[:80] or f"purchase-orders-{visit.book.as_of}"


def _csv(frame: pd.DataFrame, table: Table, name: str) -> Response:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        write_csv([frame], table, path)
        return _file(path.read_bytes(), "text/csv; charset=utf-8", name)


def _file(content: bytes, kind: str, name: str) -> Response:
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
