"""Papers and advice on demand, from the published plan: they change no table."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pandas as pd

from invopt import database
from invopt.documents.commercial_invoice import commercial_invoices
from invopt.documents.gs1 import assign_sscc
from invopt.documents.labels import return_labels, shipping_labels
from invopt.documents.packing_slip import packing_slips
from invopt.documents.pick_list import pick_lists
from invopt.errors import WorkspaceError
from invopt.shipping.assortment import CartonAdvice, advise_cartons
from invopt.shipping.plan import Network
from invopt.stages.run import connect
from invopt.tables import CARRIER_SERVICE, CARRIER_ZONE, CARTON, RATE, SURCHARGE, TRANSIT_TIME
from invopt.workspace import Workspace


def write_papers(workspace: Workspace) -> dict[str, Path]:
    """Write the papers of the published plan's parcels and returns as PDF files; returns them by name.

    They lie in the plan's folder of exports: packing slips, pick lists, labels, commercial invoices and
    return labels. Each parcel keeps the SSCC it was given first, in whichever plan it appears again.
    """
    published = workspace.published
    if published is None:
        raise WorkspaceError(f"{workspace.root} has no published plan yet. Make one with: invopt plan")
    parcel, line, orders, product, location = (
        workspace.table(name) for name in ("parcel", "parcel_line", "open_order_line", "product", "location")
    )
    settings = workspace.settings
    name = settings.business.name
    numbers = register_sscc(workspace, parcel["parcel_id"].tolist())
    made = {
        "packing_slips": packing_slips(
            parcel, line, workspace.table("placement"), orders, product, workspace.table("carton"), location, name
        ),
        "pick_lists": pick_lists(parcel, line, product, published.folder.name),
        "labels": shipping_labels(parcel, orders, location, name, numbers),
        "commercial_invoices": commercial_invoices(parcel, line, orders, product, location, name, settings.documents),
        "return_labels": return_labels(
            workspace.table("return_authorisation").query("state == 'authorised'"), workspace.table("order_line"),
            location, name, settings.business.home_location,
        ),
    }  # fmt: skip
    folder = workspace.exports / published.folder.name / "papers"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for title, content in made.items():
        path = folder / f"{title}.pdf"
        part = path.with_suffix(".part")
        part.write_bytes(content)
        part.replace(path)
        paths[title] = path
    return paths


def register_sscc(workspace: Workspace, parcel_ids: list[str]) -> dict[str, str] | None:
    """The SSCC of each parcel: the one given before, or the next; None without a GS1 company prefix.

    Given numbers are lines of `sscc.jsonl`, on disk before a label shows them: a number printed once is
    never given to another parcel.
    """
    prefix = workspace.settings.documents.gs1_company_prefix
    if not prefix:
        return None
    book = workspace.root / "sscc.jsonl"
    given: dict[str, str] = {}
    if book.exists():
        entries = (json.loads(line) for line in book.read_text(encoding="utf-8").splitlines() if line.endswith("}"))
        given = {entry["parcel_id"]: entry["sscc"] for entry in entries}
    fresh = assign_sscc([name for name in parcel_ids if name not in given], len(given), prefix)
    if fresh:
        lines = "".join(json.dumps({"parcel_id": name, "sscc": number}) + "\n" for name, number in fresh.items())
        with book.open("ab+") as file:
            if file.tell() > 0:
                file.seek(-1, os.SEEK_END)
                lines = lines if file.read(1) == b"\n" else "\n" + lines
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
    return {name: given.get(name) or fresh[name] for name in parcel_ids}


def advise_on_cartons(workspace: Workspace, sizes: int, today: dt.date) -> CartonAdvice:
    """The `sizes` carton sizes that would have shipped the last year's orders cheapest at today's rates."""
    since = dt.datetime.combine(today - dt.timedelta(days=365), dt.time())
    settings = workspace.settings
    with connect(workspace) as db:
        lines = db.frame(
            database.statement("facts/past_consignment"),
            {"since_at": since, "home_location": settings.business.home_location},
        )
    if lines.empty:
        raise WorkspaceError("no order of the last year is known: there is nothing to advise on. Ingest orders first.")
    tables = (CARTON, CARRIER_SERVICE, CARRIER_ZONE, RATE, SURCHARGE, TRANSIT_TIME)
    network = Network(*(workspace.table(table.name) for table in tables))
    return advise_cartons(
        lines, lines, workspace.table("product"), network, sizes, pd.Timestamp(today), settings.shipping,
        settings.business,
    )  # fmt: skip
