"""The books of the house: files taken in, rows refused, decisions, runs, alerts, assumptions."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, integer, minor, real, text, timestamp

INGESTED_FILE = Table(
    "ingested_file",
    grain="one row per file (or sheet) taken in; read = accepted + rejected + known",
    key=("file_id",),
    columns=(
        text("file_id", "hash of the content and the sheet"),
        text("file_name", "name it came under"),
        text("sheet", "sheet or part within the file; empty for none"),
        text("source", "reader that understood it"),
        text("table_name", "input table it fills"),
        integer("file_bytes", "size", "bytes", minimum=0),
        integer("rows_read", "data rows in the file", minimum=0),
        integer("rows_accepted", "typed and understood", minimum=0),
        integer("rows_rejected", "refused, each with its reason in rejected_row", minimum=0),
        integer("rows_known", "already there, word for word", minimum=0),
        timestamp("recorded_at", "when it was taken in"),
    ),
)

REJECTED_ROW = Table(
    "rejected_row",
    grain="one row per refused row and file",
    key=("file_id", "line_number"),
    columns=(
        text("file_id", "file"),
        text("file_name", "its name"),
        text("table_name", "input table it was meant for"),
        integer("line_number", "line of the file, counted from 1 with the header", minimum=1),
        text("column_name", "column that was refused"),
        text("bad_value", "what stood there", nullable=True),
        text("reason", "what is wrong and how to mend it"),
        text("raw_row", "the whole row as JSON"),
        timestamp("recorded_at", "when it was refused"),
    ),
)

REFUSED_FILE = Table(
    "refused_file",
    grain="one row per file in the inbox that cannot be taken in as it is",
    key=("file_name",),
    columns=(
        text("file_name", "its name in the inbox"),
        integer("file_bytes", "size", "bytes", minimum=0),
        text("reason", "what is wrong and how to mend it"),
        timestamp("recorded_at", "when it was first refused"),
    ),
)

# Who asked to be forgotten, as hashes: a later export that names them again is blanked as it comes in.
ERASED_PERSON = Table(
    "erased_person",
    grain="one row per customer or order whose person was erased on request",
    key=("subject", "subject_hash"),
    columns=(
        text("subject", "customer or order", choices=("customer", "order")),
        text("subject_hash", "SHA-256 of the id in lower case"),
        timestamp("recorded_at", "when it was erased"),
    ),
)

DECISION = Table(
    "decision",
    grain="one row per human decision; decisions are never changed, only followed by another",
    key=("decision_id",),
    columns=(
        text("decision_id", "identifier"),
        text("subject", "order_proposal, order, forecast, return, ..."),
        text("key", "what it is about, the key's parts joined by |"),
        text("action", "approve, change, reject, snooze, send, release, override, grade, ..."),
        text("from_value", "value before", nullable=True),
        text("to_value", "value after", nullable=True),
        text("reason", "why", nullable=True),
        text("decided_by", "who"),
        timestamp("decided_at", "when"),
        date("expires_on", "last day it holds", nullable=True),
    ),
)

RUN = Table(
    "run",
    grain="one row per published run",
    key=("run_id",),
    columns=(
        text("run_id", "hash of the as-of day, the settings, the inputs and the decisions"),
        date("as_of_on", "first day not yet observed"),
        text("settings_hash", "hash of the settings"),
        text("inputs_hash", "hash of the ingested files and decisions"),
        text("version", "version of invopt"),
    ),
)

STAGE_TIME = Table(
    "stage_time",
    grain="one row per run and stage",
    key=("run_id", "stage"),
    columns=(
        text("run_id", "run"),
        text("stage", "stage"),
        real("seconds", "time it took", "s", minimum=0),
        integer("rows", "rows it wrote", minimum=0),
    ),
)

ALERT = Table(
    "alert",
    grain="one row per exception: kind and subject",
    key=("alert_kind", "subject", "key"),
    columns=(
        text("alert_kind", "stocked_out, will_stock_out, late_order, surplus, dead_stock, data_problem, ..."),
        text("subject", "sku_location, order, purchase_order_line, supplier, parcel, return, file"),
        text("key", "what it is about, the key's parts joined by |"),
        text("severity", "high, medium, low", choices=("high", "medium", "low")),
        minor("worth_minor", "money at stake"),
        text("currency", "ISO 4217 code"),
        text("message", "what is wrong"),
        text("remedy", "what to do"),
    ),
)

ASSUMED_INPUT = Table(
    "assumed_input",
    grain="one row per input and column that rows left out and a setting filled",
    key=("table_name", "column_name"),
    columns=(
        text("table_name", "input"),
        text("column_name", "column"),
        integer("rows", "rows of the input that left it out, as of the day", minimum=0),
    ),
)

ASSUMPTION = Table(
    "assumption",
    grain="one row per input that was assumed: counted, with the setting that filled it",
    key=("topic",),
    columns=(
        text("topic", "lead_time, stock, unit_cost, supplier, dimensions, ..."),
        text("setting", "name of the setting that filled it"),
        text("assumed_value", "its value"),
        integer("rows", "rows that use it", minimum=0),
        text("meaning", "what it means for the plan and how to bring the real figure"),
    ),
)
