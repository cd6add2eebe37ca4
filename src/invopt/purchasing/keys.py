"""Find rows of one table for the rows of another, by their declared keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.errors import TableError


def positions(rows: pd.DataFrame, table: pd.DataFrame, key: Sequence[str]) -> NDArray[np.int64]:
    """Row number in `table` of the key of each row of `rows`; -1 where it is not there.

    Raises `TableError` where the key stands twice in `table`: the join would multiply rows.
    """
    names = list(key)
    if len(rows) == len(table) and all(_same(rows[name], table[name]) for name in names):
        return np.arange(len(rows))
    wanted, held = np.zeros(len(rows), dtype=np.int64), np.zeros(len(table), dtype=np.int64)
    for name in names:
        codes, found = pd.factorize(pd.concat([table[name], rows[name]], ignore_index=True))
        held = held * (len(found) + 1) + codes[: len(table)]
        wanted = wanted * (len(found) + 1) + codes[len(table) :]
    index = pd.Index(held)
    if not index.is_unique:
        first = table.loc[index.duplicated(), names].head(3).to_dict("records")
        raise TableError(f"duplicate keys ({', '.join(names)}), first: {first}. Aggregate to one row per key.")
    return np.asarray(index.get_indexer(pd.Index(wanted)), dtype=np.int64)


def _same(left: pd.Series, right: pd.Series) -> bool:
    return bool(left.reset_index(drop=True).equals(right.reset_index(drop=True)))
