"""Hold a frame against its declaration, at every boundary between rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invopt.errors import TableError
from invopt.tables.declaration import Column, Dtype, Table

if TYPE_CHECKING:  # pandas takes half a second, and declarations alone do not need it
    import pandas as pd


def check(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `frame` with the declared columns in order and in their declared types.

    Raises `TableError` where a column is missing or undeclared, a type cannot be converted without loss, a
    required value is missing, a value is out of range, or a key stands twice. The message names the first rows.

    >>> import pandas as pd
    >>> from invopt.tables import KIT_COMPONENT
    >>> rows = pd.DataFrame({"kit_sku_id": ["K"], "component_sku_id": ["A"], "units_per_kit": [2]})
    >>> check(rows, KIT_COMPONENT).dtypes["units_per_kit"]
    dtype('float64')
    """
    import pandas as pd

    _check_columns(frame, table)
    converted = {column.name: _convert(frame[column.name], column, table) for column in table.columns}
    result = pd.DataFrame(converted, columns=list(table.names), index=frame.index)
    for column in table.columns:
        _check_values(result, column, table)
    _check_key(result, table)
    return result.reset_index(drop=True)


def empty(table: Table) -> pd.DataFrame:
    """A frame of `table` with no rows and the declared types."""
    import pandas as pd

    return pd.DataFrame(
        {column.name: pd.Series(dtype=column.dtype.pandas(nullable=column.nullable)) for column in table.columns}
    )


def _check_columns(frame: pd.DataFrame, table: Table) -> None:
    missing = [name for name in table.names if name not in frame.columns]
    unknown = [str(name) for name in frame.columns if name not in table.names]
    if missing or unknown:
        parts = [f"missing {missing}"] if missing else []
        parts += [f"not declared {unknown}"] if unknown else []
        raise TableError(f"{table.name}: columns {' and '.join(parts)}. Declared: {', '.join(table.names)}.")


def _convert(values: pd.Series, column: Column, table: Table) -> pd.Series:
    target = column.dtype.pandas(nullable=column.nullable)
    if str(values.dtype) == target:
        return values
    try:
        if column.dtype is Dtype.INTEGER and not column.nullable and values.isna().any():
            raise TableError(_missing(values, column, table))
        if column.dtype in (Dtype.UNITS, Dtype.REAL):
            return (
                values.astype("Float64").astype("float64")
                if values.dtype.kind not in "fiub"
                else values.astype("float64")
            )
        return values.astype(target)  # type: ignore[call-overload,no-any-return]
    except (ValueError, TypeError, OverflowError) as error:
        raise TableError(
            f"{table.name}.{column.name}: {values.dtype} cannot be read as {target} ({error}). "
            f"First values: {values.head(3).tolist()}."
        ) from error


def _check_values(frame: pd.DataFrame, column: Column, table: Table) -> None:
    values = frame[column.name]
    if not column.nullable and values.isna().any():
        raise TableError(_missing(values, column, table))
    bad = values.isna() & False
    if column.minimum is not None:
        bad |= (values < column.minimum).fillna(False).astype(bool)
    if column.maximum is not None:
        bad |= (values > column.maximum).fillna(False).astype(bool)
    if column.choices:
        bad |= values.notna() & ~values.isin(column.choices)
    if bad.any():
        allowed = f"one of {column.choices}" if column.choices else f"{column.minimum} to {column.maximum}"
        raise TableError(
            f"{table.name}.{column.name}: {int(bad.sum())} values outside {allowed}, first: "
            f"{values[bad].head(3).tolist()} at {_keys(frame[bad], table)}."
        )


def _check_key(frame: pd.DataFrame, table: Table) -> None:
    if not table.key or frame.empty:
        return
    repeated = frame.duplicated(subset=list(table.key), keep="first")
    if repeated.any():
        raise TableError(
            f"{table.name}: {int(repeated.sum())} duplicate keys ({', '.join(table.key)}), first: "
            f"{_keys(frame[repeated], table)}. Aggregate to one row per key before."
        )


def _keys(rows: pd.DataFrame, table: Table) -> str:
    names = list(table.key or table.names[:1])
    return "; ".join(str(tuple(row)) for row in rows[names].head(3).itertuples(index=False))


def _missing(values: pd.Series, column: Column, table: Table) -> str:
    return (
        f"{table.name}.{column.name}: {int(values.isna().sum())} of {len(values)} values are missing, and the "
        "column is required. Fill it or drop those rows with a reason."
    )
