"""Templates and how values are written in them: everything is text unless the report itself drew it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from invopt.report.page import sentence
from invopt.report.words import MISSING, Words
from invopt.review.book import Book
from invopt.review.sheet import Page, Query, Record, Sheet
from invopt.review.web import HEADERS, Visit

LONGEST = 240
NAVIGATION = (
    ("/", "Inbox"), ("/plan", "Plan"), ("/orders", "Orders"), ("/forecast", "Forecast"), ("/suppliers", "Suppliers"),
    ("/holds", "On hold"), ("/promises", "Promises"), ("/returns", "Returns"), ("/skus", "SKUs"),
    ("/settings", "Targets"), ("/runs", "Runs"),
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a list: `kind` says how it is written and aligned; a wide one is left out on a phone."""

    name: str
    label: str
    kind: str = "text"
    wide: bool = False
    words: Mapping[str, str] | None = None


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The app's templates: everything is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=PackageLoader("invopt.review"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"navigation": NAVIGATION, "clipped": clipped, "spoken": spoken, "sentence": sentence}
    return made


def page(template: str, **content: Any) -> str:
    """A template as text."""
    return environment().get_template(template).render(**content)


def show(visit: Visit, template: str, *, part: str | None = None, status: int = 200, **content: Any) -> Response:
    """A page for a visit; only `part`, where HTMX wants no more."""
    name = part if part is not None and visit.is_part else template
    notes, visit.session.notes = visit.session.notes, []
    text = page(
        name,
        visit=visit,
        user=visit.user,
        book=visit.book,
        words=visit.book.words,
        csrf=visit.session.csrf,
        here=visit.request.url.path,
        notes=notes,
        **content,
    )
    return HTMLResponse(text, status, headers=HEADERS)


def done(visit: Visit, told: str, back: str) -> Response:
    """After a decision: the way back, where the sentence is shown."""
    if not back.startswith("/") or back.startswith("//") or "\\" in back:
        back = "/"
    visit.session.notes.append(told)
    if visit.is_part:
        return Response(status_code=204, headers={**HEADERS, "HX-Redirect": back})
    return RedirectResponse(back, status_code=303, headers=HEADERS)


def query_of(visit: Visit, facets: Sequence[str], sort: str = "") -> Query:
    """What the address asks of a list."""
    number = visit.asked("page", "1")
    return Query(
        visit.asked("q")[:200],
        {name: visit.asked(name) for name in (*facets, "state") if visit.asked(name)},
        visit.asked("sort", sort),
        visit.asked("order", "down") == "down",
        int(number) if number.isdigit() and len(number) < 9 else 1,
    )


def cells(record: Record, columns: Sequence[Column], book: Book) -> list[tuple[Column, str]]:
    """The values of a row as texts."""
    currency = record.get("currency") or book.currency
    return [(column, written(record.get(column.name), column, currency, book.words)) for column in columns]


def written(value: Any, column: Column, currency: str, words: Words) -> str:
    """One value as text."""
    if value is None or value != value:
        return MISSING
    kind = column.kind
    if kind == "money":
        return words.money(value, currency)
    if kind in ("units", "days"):
        return words.units(value)
    if kind == "share":
        return words.share(value)
    if kind == "date":
        return words.short_day(value if isinstance(value, dt.date) else None)
    if kind == "integer":
        return words.number(int(value))
    text = str(value)
    return column.words.get(text, clipped(text)) if column.words else clipped(text)


def clipped(text: object, longest: int = LONGEST) -> str:
    """A text short enough for a page."""
    whole = str(text)
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def spoken(code: object) -> str:
    """A code as words: with spaces for underscores."""
    return str(code).replace("_", " ")


@dataclass(frozen=True)
class Choice:
    """A facet of a list: its name, its label, and its values with how many rows have each."""

    name: str
    label: str
    values: list[tuple[str, str, int]]
    chosen: str


def choices(sheet: Sheet, query: Query, facets: Mapping[str, tuple[str, Mapping[str, str]]]) -> list[Choice]:
    """The facets of a list that have more than one value, the most frequent first."""
    made = []
    for name, (label, names) in facets.items():
        counted = sorted(sheet.counts(name).items(), key=lambda entry: (-entry[1], entry[0]))[:60]
        values = [(value, names.get(value, spoken(clipped(value, 40)) or "none"), number)
                  for value, number in counted if number and value]  # fmt: skip
        if len(values) > 1 or query.chosen.get(name):
            made.append(Choice(name, label, values, query.chosen.get(name, "")))
    return made


def address(path: str, query: Query, **changed: Any) -> str:
    """The address of a list as asked, with something changed."""
    values: dict[str, Any] = {"q": query.words, **query.chosen, "sort": query.sort, "page": query.page}
    values["order"] = "down" if query.descending else "up"
    values |= changed
    if values["order"] == "down":
        values.pop("order")
    if values["page"] in (1, "1"):
        values.pop("page")
    kept = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def listing(
    visit: Visit,
    sheet: Sheet,
    columns: Sequence[Column],
    *,
    path: str,
    facets: Mapping[str, tuple[str, Mapping[str, str]]],
    query: Query,
    item: str,
    item_key: str,
    caption: str,
    nothing: str,
) -> dict[str, Any]:
    """What the template of a list needs: a page of rows as texts, links to sort, filter and turn the page."""
    found: Page = sheet.page(query)
    rows = [
        {
            "record": record,
            "cells": cells(record, columns, visit.book),
            "link": f"{item}?{urlencode({item_key: str(record[sheet.key])})}",
            "key": str(record[sheet.key]),
        }
        for record in found.rows
    ]
    heads = []
    for column in columns:
        is_sorted = query.sort == column.name
        turned = "up" if is_sorted and query.descending else "down"
        heads.append(
            {
                "column": column,
                "sorted": ("descending" if query.descending else "ascending") if is_sorted else "",
                "link": address(path, query, sort=column.name, order=turned, page=1),
            }
        )
    return {
        "rows": rows,
        "heads": heads,
        "found": found,
        "query": query,
        "path": path,
        "caption": caption,
        "nothing": nothing,
        "choices": choices(sheet, query, facets),
        "earlier": address(path, query, page=found.page - 1) if found.page > 1 else "",
        "later": address(path, query, page=found.page + 1) if found.page < found.pages else "",
        "self": address(path, query),
    }


@lru_cache(maxsize=1)
def static_files() -> dict[str, tuple[bytes, str]]:
    """Every file that is served as it is, by name: the app's own and the report's style. No other can be asked for."""
    ours = resources.files("invopt.review") / "static"
    report = resources.files("invopt.report") / "static"
    kinds = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
    return {
        name: (place.joinpath(name).read_bytes(), kinds[name.rsplit(".", 1)[-1]])
        for place, name in (
            (report, "report.css"), (ours, "review.css"), (ours, "review.js"), (ours, "htmx.min.js"),
            (ours, "icon.svg"),
        )
    }  # fmt: skip
