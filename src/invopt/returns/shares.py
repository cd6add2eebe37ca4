"""Return shares by SKU, channel and reason, and by what else could be behind a return."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.returns.fit import ReturnModel, prior_strength
from invopt.returns.history import ReturnHistory
from invopt.returns.sold import Floats, categories_of
from invopt.settings.returns import Returns
from invopt.tables import PRODUCT, RETURN_SHARE, RETURN_SHARE_BY, check, empty


def return_shares(
    model: ReturnModel, history: ReturnHistory, products: pd.DataFrame, settings: Returns
) -> pd.DataFrame:
    """RETURN_SHARE: the share of sold units that comes back, by SKU, channel and reason.

    `model` and `history` are those of `fit_returns` and `return_history` (with channel and reason), PRODUCT gives
    the categories. Only pairs of SKU and channel with returns of their own are rows; another has the SKU's share,
    and its category's reasons. With p_sc the share of the SKU in the channel (recent sales right-censored),
    k_scr its returns for a reason and m_r the reasons of its category, themselves pulled to those of all goods,

        p_scr = p_sc (k_scr + w m_r) / (k_sc + w)

    so the reasons of a SKU and channel add up to its share. Sales carry no reason: it is the reasons, not the sales,
    that are split.
    """
    back = history.returned
    if model.channels is None or back.empty:
        return empty(RETURN_SHARE)
    goods = check(products, PRODUCT)
    category = categories_of(goods, pd.Index(back["sku_id"]))
    rows = back.assign(category=pd.array(category, dtype="str")).fillna({"category": ""})
    own = rows.groupby(["sku_id", "channel", "category", "return_reason"], as_index=False)["units"].sum()
    weight = settings.reason_weight_units
    everywhere = own.groupby("return_reason")["units"].sum()
    everywhere = everywhere / everywhere.sum()
    mix = own.groupby("category", as_index=False)["units"].sum().rename(columns={"units": "category_units"})
    mix = mix.merge(everywhere.rename("everywhere").reset_index(), how="cross")
    by_category = own.groupby(["category", "return_reason"], as_index=False)["units"].sum()
    mix = mix.merge(by_category, on=["category", "return_reason"], how="left", validate="one_to_one")
    mix["prior"] = (mix["units"].fillna(0.0) + weight * mix["everywhere"]) / (mix["category_units"] + weight)
    leaves = own[["sku_id", "channel", "category"]].drop_duplicates()
    grid = leaves.merge(everywhere.index.to_frame(index=False), how="cross")
    grid = grid.merge(own, on=["sku_id", "channel", "category", "return_reason"], how="left", validate="one_to_one")
    grid["units"] = grid["units"].fillna(0.0)
    grid = grid.merge(
        mix[["category", "return_reason", "prior"]],
        on=["category", "return_reason"],
        how="left",
        validate="many_to_one",
    )
    total = grid.groupby(["sku_id", "channel"])["units"].transform("sum")
    share = (grid["units"] + weight * grid["prior"]) / (total + weight)
    known = model.channels.rename(columns={"returned_units": "all_returned"})
    grid = grid.assign(reason_share=share).merge(known, on=["sku_id", "channel"], how="inner", validate="many_to_one")
    grid["return_share"] = (grid["return_share"] * grid["reason_share"]).clip(0.0, 1.0)
    grid["returned_units"] = grid["units"].round(3)
    return check(grid[list(RETURN_SHARE.names)].sort_values(list(RETURN_SHARE.key), ignore_index=True), RETURN_SHARE)


def shares_by(counts: pd.DataFrame) -> pd.DataFrame:
    """RETURN_SHARE_BY: shares by channel, supplier, supplier lot and carrier, those that stand out marked.

    `counts` has `dimension, name, sku_id` (missing but for lots), `sold_units, returned_units, lines` of sales that
    have had the time to come back. A share is pulled to that of its dimension (or of its SKU, for a lot) by as much
    as its peers agree (empirical Bayes, as in `fit_returns`); it stands out where, were it like the rest, so many
    returns would be seen less than once in a hundred times (normal approximation with continuity correction,
    5 returns or more).
    """
    if counts.empty:
        return empty(RETURN_SHARE_BY)
    rows = counts.assign(sku_id=counts["sku_id"].fillna(""))
    peers = rows.groupby(["dimension", "sku_id"])[["sold_units", "returned_units"]].transform("sum")
    others_sold = peers["sold_units"] - rows["sold_units"]
    others_back = peers["returned_units"] - rows["returned_units"]
    alone = others_sold <= 0
    usual = (others_back / others_sold.where(~alone)).fillna(
        rows["returned_units"] / rows["sold_units"].where(rows["sold_units"] > 0)
    ).fillna(0.0).clip(0.0, 1.0)  # fmt: skip
    share = np.zeros(len(rows))
    for dimension in rows["dimension"].unique():
        mine = (rows["dimension"] == dimension).to_numpy()
        returned, sold = rows["returned_units"].to_numpy()[mine], rows["sold_units"].to_numpy()[mine]
        kappa = prior_strength(returned, sold, usual.to_numpy()[mine])
        share[mine] = (returned + kappa * usual.to_numpy()[mine]) / np.maximum(sold + kappa, 1e-12)
    returned, likely = rows["returned_units"].to_numpy(dtype=np.float64), usual.to_numpy(dtype=np.float64)
    expected = rows["sold_units"].to_numpy(dtype=np.float64) * likely
    spread = np.sqrt(np.maximum(expected * (1.0 - likely), 1e-9))
    above: Floats = (returned - 0.5 - expected) / spread
    stands_out = (above > 2.326) & (returned >= 5) & ~alone.to_numpy(dtype=bool)
    frame = rows.assign(return_share=np.clip(share, 0.0, 1.0), usual_share=usual, stands_out=stands_out)
    return check(frame[list(RETURN_SHARE_BY.names)].sort_values(list(RETURN_SHARE_BY.key)), RETURN_SHARE_BY)
