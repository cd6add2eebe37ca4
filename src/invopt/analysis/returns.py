"""How sold units come back over time, for the range or by a group of SKUs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.errors import WorkspaceError
from invopt.returns.lag import fit_lags
from invopt.stages.returns import return_history
from invopt.stages.run import published_run
from invopt.workspace import Workspace


def return_curve(workspace: Workspace, by: str | None) -> pd.DataFrame:
    """What `AnalysisWorkspace.return_curve` returns."""
    run = published_run(workspace)
    history = return_history(run)
    known = workspace.table("sku_location").drop_duplicates("sku_id").set_index("sku_id")
    if by is not None and by not in known.columns:
        raise WorkspaceError(f"{by!r} is no column of sku_location. Known: {', '.join(known.columns)}.")

    def group_of(rows: pd.DataFrame) -> pd.Series:
        if by is None:
            return pd.Series("all", index=rows.index)
        return rows["sku_id"].map(known[by]).astype("str").fillna("not known")

    sold, back = history.sold, history.returned
    names, sold_code = np.unique(group_of(sold).to_numpy(dtype=str), return_inverse=True)
    back_code = np.searchsorted(names, group_of(back).to_numpy(dtype=str))
    as_of = np.datetime64(run.as_of, "D")
    longest = run.settings.returns.maximum_lag_days
    fit = fit_lags(
        sold_code.astype(np.int64),
        _age(sold, as_of),
        sold["sold_units"].to_numpy(dtype=float),
        back_code.astype(np.int64),
        _age(back, as_of),
        back["lag_days"].to_numpy(dtype=np.int64),
        back["units"].to_numpy(dtype=float),
        len(names),
        longest,
    )
    share = fit.share[:, None] * np.cumsum(fit.lag, axis=1)
    frame = pd.DataFrame(
        {
            "group": np.repeat(names, longest + 1),
            "days": np.tile(np.arange(longest + 1), len(names)),
            "back_share": share.ravel(),
        }
    )
    return frame.drop(columns="group") if by is None else frame.rename(columns={"group": by})


def _age(rows: pd.DataFrame, as_of: np.datetime64) -> np.ndarray:
    """Days for which each unit has been observed, its first day being 0."""
    days = (as_of - rows["clock_on"].to_numpy(dtype="datetime64[D]")).astype(np.int64) - 1
    return np.maximum(days, 0)
