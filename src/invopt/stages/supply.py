"""Lead-time stage: who could supply each SKU, on what terms, and how long each takes."""

from __future__ import annotations

import pandas as pd

from invopt.inventory import lead_times
from invopt.settings import Settings
from invopt.stages.run import Chunk, Run
from invopt.tables import (
    INBOUND,
    LEAD_TIME,
    PURCHASE_ORDER_LINE,
    RECEIPT,
    SKU_LOCATION,
    SUPPLIER_TERM,
)

_KEY = ["supplier_id", "sku_id", "location_id"]


def make_lead_times(run: Run) -> None:
    """Write the lead time of every supplier, SKU and location that is planned or has goods on the way."""
    known = run.read(SKU_LOCATION)
    planned = known[known["is_planned"]]
    terms = usable_terms(run.read(SUPPLIER_TERM), planned, run.settings)
    inbound = run.read(INBOUND)
    offered = planned[["sku_id", "location_id"]].merge(
        terms.groupby(["supplier_id", "sku_id"], as_index=False)["lead_time_days"].max(),
        on="sku_id",
        how="inner",
        validate="many_to_many",
    )
    on_the_way = inbound[_KEY].drop_duplicates().assign(lead_time_days=float("nan"))
    wanted = pd.concat([offered[[*_KEY, "lead_time_days"]], on_the_way], ignore_index=True)
    wanted["lead_time_days"] = wanted["lead_time_days"].astype("Int64")
    wanted = wanted.drop_duplicates(_KEY, ignore_index=True)
    rows = lead_times(
        wanted,
        run.read(PURCHASE_ORDER_LINE),
        run.read(RECEIPT),
        pd.Timestamp(run.as_of),
        run.settings.lead_time,
    )
    run.write(LEAD_TIME, rows)


def terms_of(run: Run, chunk: Chunk | None = None) -> pd.DataFrame:
    """The usable terms of a run's planned SKUs, of all or of a chunk's."""
    terms = run.read(SUPPLIER_TERM, chunk)
    if chunk is not None and not len(terms) and run.count(SUPPLIER_TERM):
        return terms
    known = run.read(SKU_LOCATION, chunk)
    return usable_terms(terms, known[known["is_planned"]], run.settings)


def usable_terms(terms: pd.DataFrame, planned: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The suppliers' terms; a business that has named none at all gets one assumed supplier for everything.

    Where some SKUs have terms, one without is left without: that is a gap to be shown, not to be filled.
    """
    if len(terms):
        return terms
    skus = planned.drop_duplicates("sku_id")
    return pd.DataFrame(
        {
            "supplier_id": settings.purchasing.assumed_supplier,
            "sku_id": skus["sku_id"].to_numpy(),
            "from_units": 0.0,
            "unit_cost_minor": skus["unit_cost_minor"].to_numpy(),
            "currency": skus["currency"].to_numpy(),
            "lead_time_days": pd.array([None] * len(skus), dtype="Int64"),
            "moq_units": float("nan"),
            "pack_units": float("nan"),
            "line_maximum_units": float("nan"),
            "is_preferred": pd.array([True] * len(skus), dtype="boolean"),
            "valid_from_on": pd.Series(pd.NaT, index=range(len(skus)), dtype="datetime64[us]"),
            "valid_until_on": pd.Series(pd.NaT, index=range(len(skus)), dtype="datetime64[us]"),
        }
    )
