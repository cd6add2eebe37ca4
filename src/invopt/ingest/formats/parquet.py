"""Parquet files, streamed batch by batch as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from invopt.errors import IngestError
from invopt.ingest.formats.sheet import BATCH_ROWS, Sheet, identifiers, schema


def sheets(path: Path) -> list[Sheet]:
    """The one sheet of a Parquet file; a row's line number is its place in the file plus one.

    Raises `IngestError` for a file that is cut off or damaged, or a column that is not made of single values.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as source:
            arrow_schema = source.schema_arrow
    except (pa.ArrowInvalid, OSError) as error:
        raise IngestError(
            f"{path.name}: the Parquet file is cut off or damaged (its footer cannot be read). Copy "
            "or export it "
            "again; nothing was taken in."
        ) from error
    nested = [field.name for field in arrow_schema if pa.types.is_nested(field.type)]
    if nested:
        raise IngestError(
            f"{path.name}: column {nested[0]} holds lists or structures; one value a row is needed. "
            "Leave it out of the export."
        )
    columns = identifiers(arrow_schema.names, path.name)
    return [Sheet("", tuple(arrow_schema.names), columns, lambda: _batches(path, columns), typed=True)]


def _batches(path: Path, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    line = 2  # the header is line 1, as in a text file
    try:
        with pq.ParquetFile(path) as source:
            for part in source.iter_batches(batch_size=BATCH_ROWS, use_threads=False):
                arrays = [
                    pa.array(range(line, line + part.num_rows), pa.int64()),
                    pa.nulls(part.num_rows, pa.string()),
                    *(_text(values) for values in part.columns),
                ]
                line += part.num_rows
                yield pa.RecordBatch.from_arrays(arrays, schema=schema(columns))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError) as error:
        raise IngestError(
            f"{path.name}: damaged near line {line}: {str(error).splitlines()[0]}. Copy or export it again."
        ) from error


def _text(values: pa.Array) -> pa.Array:
    import pyarrow.compute as pc

    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values.cast(pa.string())
