"""Any table from a file whose columns carry the declared names, or names that the settings map to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import PurePath

from invopt.errors import IngestError
from invopt.ingest.formats import Sheet, identifier
from invopt.ingest.readers.reading import Reading, renamed, text_names
from invopt.settings import Settings
from invopt.tables import INPUT_TABLES, ORDER_LINE, Table

# Declared as required, yet filled where a file leaves them out: by a setting, by what is usual, or by the
# row.
_FILLED = {
    "order_line": (
        "order_line_id",
        "discount_minor",
        "tax_minor",
        "amount_minor",
        "currency",
        "line_kind",
        "order_state",
        "payment_state",
    ),
    "stock_snapshot": ("location_id",),
    "purchase_order_line": ("location_id",),
    "service_region": ("postcode_prefix",),
    "carrier_zone": ("postcode_prefix",),
    "promotion": ("scope_id",),
}
# What exports often call a column; only ever proposed in a message.
_OFTEN_CALLED = {
    "order_id": ("order_no", "order_number", "order", "order_name", "invoice", "invoice_no", "sales_order"),
    "sku_id": ("sku", "item", "item_sku", "item_no", "item_code", "stock_code", "stockcode", "product_code",
               "article", "article_no", "variant_sku", "product_id"),
    "ordered_at": ("created", "created_at", "order_date", "ordered", "date", "invoice_date", "invoicedate",
                   "purchase_date", "timestamp"),
    "ordered_units": ("qty", "quantity", "units", "qty_ordered", "quantity_ordered", "pieces"),
    "unit_price": ("price", "item_price", "unit_price_gbp", "unit_price_eur", "unit_price_usd", "selling_price"),
    "supplier_id": ("supplier", "vendor", "supplier_no", "vendor_id"),
    "location_id": ("location", "warehouse", "site", "store"),
    "counted_at": ("date", "counted", "as_of", "snapshot_date", "timestamp"),
    "on_hand_units": ("on_hand", "stock", "qty", "quantity", "stock_on_hand", "available"),
    "purchase_order_id": ("po", "po_number", "po_no", "purchase_order"),
}  # fmt: skip
_ASSUMED = {
    "order_line_id": "lines without an id are told apart by their content and occurrence",
    "currency": "money is taken to be in {currency}",
    "location_id": "goods are taken to be at {home_location}",
    "order_state": "orders are taken to be {order_state}",
    "payment_state": "whether an order is paid is not known",
}


def read(sheet: Sheet, where: str, settings: Settings, *, table_name: str = "") -> Reading:
    """How to read a sheet by its own column names.

    The table is the one named, or the one that the file's or the sheet's name begins with, or the only one
    whose required columns are all there. Raises `IngestError` where none or several are, or a required
    column is missing.
    """
    table = _table(sheet, where, settings, table_name)
    found = _matched(sheet, table, settings)
    missing = _missing(table, found)
    if missing:
        raise IngestError(_missing_message(sheet, where, table, missing))
    order_state = "open" if "shipped_at" in found else "shipped"
    used = set(found.values())
    ignored = [title for title, column in zip(sheet.header, sheet.columns, strict=True) if column not in used]
    notes = [f"columns not used: {', '.join(ignored)}"] if ignored else []
    business = settings.business
    for name in _FILLED.get(table.name, ()):
        if name in _ASSUMED and not _is_there(name, found):
            notes.append(
                _ASSUMED[name].format(
                    currency=business.currency, home_location=business.home_location, order_state=order_state
                )
            )
    personal = {column.name for column in table.columns if column.personal}
    return Reading(
        source="generic",
        table=table,
        select=renamed(table, found),
        columns=tuple(found.values()),
        # A column that was not understood may say who somebody is.
        personal_columns=tuple(
            column for column in sheet.columns if column not in used or _name_of(column, found) in personal
        ),
        customer_columns=tuple(found[name] for name in ("customer_id",) if name in found),
        order_column=found.get("order_id"),
        order_state=order_state,
        notes=tuple(notes),
    )


def _table(sheet: Sheet, where: str, settings: Settings, table_name: str) -> Table:
    by_name = {table.name: table for table in INPUT_TABLES}
    if table_name:
        if table_name not in by_name:
            near = get_close_matches(table_name, by_name, n=1)
            raise IngestError(
                f"{where}: {table_name!r} is no input table."
                + (f" Did you mean {near[0]}?" if near else f" Known: {', '.join(sorted(by_name))}.")
            )
        return by_name[table_name]
    for name in (sheet.name, PurePath(where.split(", sheet ")[0]).stem):
        spelled = identifier(name)
        named = [table for table in INPUT_TABLES if re.match(rf"{table.name}(s|es)?(_|\d|$)", spelled)]
        if named:
            return max(named, key=lambda table: len(table.name))
    return _by_header(sheet, where, settings)


def _by_header(sheet: Sheet, where: str, settings: Settings) -> Table:
    fitting = []
    for table in INPUT_TABLES:
        found = _matched(sheet, table, settings)
        if not _missing(table, found):
            fitting.append((len(found), table))
    best = max((score for score, _ in fitting), default=0)
    winners = [table for score, table in fitting if score == best]
    if len(winners) == 1:
        return winners[0]
    if winners:
        raise IngestError(
            f"{where}: its columns fit {' and '.join(table.name for table in winners)}. Begin the "
            "file's name with "
            "the table it holds, or name it: invopt ingest --table NAME FILE."
        )
    closest = max(INPUT_TABLES, key=lambda table: len(_matched(sheet, table, settings)))
    if not _matched(sheet, closest, settings):
        closest = ORDER_LINE
    missing = _missing(closest, _matched(sheet, closest, settings))
    raise IngestError(_missing_message(sheet, where, closest, missing))


def _matched(sheet: Sheet, table: Table, settings: Settings) -> dict[str, str]:
    """Declared name (money also without `_minor`) to the sheet's column."""
    mapping = settings.ingest.mapping.get(table.name, {})
    mapped = {name: identifier(title) for name, title in mapping.items()}
    unknown = [name for name in mapped if name not in text_names(table)]
    if unknown:
        near = get_close_matches(unknown[0], text_names(table), n=1)
        raise IngestError(
            f"settings, ingest.mapping.{table.name}: {unknown[0]!r} is no column of {table.name}."
            + (f" Did you mean {near[0]!r}?" if near else "")
        )
    columns = set(sheet.columns)
    taken = set(mapped.values()) & columns
    found = {name: column for name, column in mapped.items() if column in columns}
    for name in text_names(table):
        if name not in mapped and name in columns and name not in taken:
            found[name] = name
    return found


def _missing(table: Table, found: dict[str, str]) -> list[str]:
    filled = _FILLED.get(table.name, ())
    required = (column.name for column in table.columns if not column.nullable)
    return [
        name for name in required
        if name not in filled and name != "currency" and not _is_there(name, found)
    ]  # fmt: skip


def _is_there(name: str, found: dict[str, str]) -> bool:
    return name in found or (name.endswith("_minor") and name.removesuffix("_minor") in found)


def _missing_message(sheet: Sheet, where: str, table: Table, missing: list[str]) -> str:
    shown = [name.removesuffix("_minor") for name in missing]
    guesses = guessed_columns(sheet.header, shown)
    lines = "".join(f'\n{name} = "{guesses.get(name, "its name there")}"' for name in shown)
    return (
        f"{where}: as {table.name} it lacks the column{'s' if len(shown) > 1 else ''} "
        f"{', '.join(shown)}; its header "
        f"is {', '.join(sheet.header[:12])}{', ...' if len(sheet.header) > 12 else ''}. Rename the "
        "column, or add to settings.toml what the file calls it"
        + (" (guessed from the header: look at it)" if guesses else "")
        + f":\n\n[ingest.mapping.{table.name}]{lines}\n"
    )


def guessed_columns(header: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Which title of a header might be meant by each wanted column: for a person to confirm, never used unasked.

    >>> guessed_columns(["Order No", "Item", "Title"], ["order_id", "sku_id"])
    {'order_id': 'Order No', 'sku_id': 'Item'}
    """
    titles = {identifier(title): title for title in reversed(header)}
    named = {name: next((other for other in _OFTEN_CALLED.get(name, ()) if other in titles), None) for name in wanted}
    return {name: titles[other] for name, other in named.items() if other is not None}


def _name_of(column: str, found: dict[str, str]) -> str | None:
    return next((name for name, source in found.items() if source == column), None)
