"""How much of each SKU comes back, how late, and how much of it can be sold again."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.returns.history import ReturnHistory
from invopt.returns.lag import LagFit, assumed_lags, fit_lags, shrink_lags
from invopt.returns.sold import Floats, Ints, categories_of, sums
from invopt.settings.returns import Returns
from invopt.tables import PRODUCT, RETURN_LINE, RETURN_RATE, check


class ReturnModel(NamedTuple):
    """The fitted model: RETURN_RATE, RETURN_SHARE, and the lag weights by category that it was fitted with.

    `lag` has one row a category and one column a day since the clock started; `category` is the row of each
    SKU of `rates`. `clump_units` is the mean size of a return line, weighted by units: units that come back
    together make the variance larger by that factor. `delay_days` lies between sale and clock. `channels` has
    `sku_id, channel, return_share, sold_units, returned_units` where the history names channels.
    """

    rates: pd.DataFrame
    category: Ints
    lag: Floats
    clump_units: float
    delay_days: float
    channels: pd.DataFrame | None = None


def fit_returns(
    history: ReturnHistory,
    return_lines: pd.DataFrame,
    products: pd.DataFrame,
    settings: Returns,
    as_of: np.datetime64,
    disposals: pd.DataFrame | None = None,
) -> ReturnModel:
    """Return share by SKU, shrunk to its category and that to all goods; lag weights by category; resaleable
    share.

    `history` comes from `return_history`; RETURN_LINE gives the grades; PRODUCT the categories (goods
    without one share one). `as_of` is the first day that was not observed. With DISPOSAL the resaleable share
    counts what was decided: restocked goods whole, those to be refurbished by the share that succeeds; a line
    without a decision counts by its grade.

    With E = sum over sold units of the share of lags already seen (each unit counts for as much of a trial
    as has passed), k units back, and the share mu of the category,

        p = (k + kappa mu) / (E + kappa),   mu = (k_category + w mu_all) / (E_category + w)

    and one level down, of a SKU in a channel, p_sc = (k_sc + kappa_c p) / (E_sc + kappa_c):
    an empirical-Bayes beta-binomial, where units that come back together count as one trial (k and E are divided by
    the mean size of a return line); kappa by the method of moments over SKUs (Kleinman 1973, JASA 68).
    Where no return is known at all the settings are used, and `is_assumed` says so.

    A bulk line counts as an ordinary large one (`trial_units`): one wholesale return would else decide the share
    of a category. Fails where behaviour changes: a new size table or a promotion shifts p, which follows only as
    sales age.
    """
    known = check(products, PRODUCT)
    names = pd.Index(sorted(set(history.sold["sku_id"].unique()) | set(known["sku_id"])), dtype="str")
    labels = pd.Series(categories_of(known, names), dtype="str")
    category, category_names = pd.factorize(labels, sort=True, use_na_sentinel=False)
    category = category.astype(np.int64)
    longest = settings.maximum_lag_days
    sold_sku, back_sku = _codes(names, history.sold["sku_id"]), _codes(names, history.returned["sku_id"])
    sold_units = history.sold["sold_units"].to_numpy()
    sold_trials = history.sold.get("trial_units", history.sold["sold_units"]).to_numpy()
    back_units = history.returned["units"].to_numpy()
    back_trials = history.returned.get("trial_units", history.returned["units"]).to_numpy()
    sold_age = _age(history.sold, as_of)
    back_age = _age(history.returned, as_of)
    back_lag = history.returned["lag_days"].to_numpy(dtype=np.int64)
    channels = _Channels.of(history, sold_sku, back_sku)
    seen = np.flatnonzero(sold_age >= 0)
    sold_leaf = channels.sold[seen]
    sold_sku, sold_age = sold_sku[seen], sold_age[seen]
    sold_units, sold_trials = sold_units[seen], sold_trials[seen]

    def fit(code: Ints, groups: int) -> LagFit:
        return fit_lags(
            code[sold_sku],
            sold_age,
            sold_trials,
            code[back_sku],
            back_age,
            back_lag,
            back_trials,
            groups,
            longest,
        )

    count = len(names)
    squared = float(history.returned["squared_units"].sum())
    clump = max(squared / float(back_trials.sum()), 1.0) if back_trials.sum() > 0 else 1.0
    total_sold = sums(sold_sku, sold_units, count)
    total_back = sums(back_sku, back_units, count)
    overall = fit(np.zeros(count, dtype=np.int64), 1)
    is_assumed = bool(overall.returned.sum() == 0)
    if is_assumed:
        lag = np.tile(assumed_lags(settings.assumed_lag_days, longest), (max(len(category_names), 1), 1))
        share = np.full(count, settings.assumed_return_share)
        by_channel = share[channels.sku]
    else:
        groups = len(category_names)
        lag = shrink_lags(fit(category, groups), overall.lag[0], settings.lag_weight_returns)
        inside = sums(back_sku[back_lag <= longest], back_trials[back_lag <= longest], count)
        exposure = _exposure(sold_sku, sold_age, sold_trials, category, lag, count)
        share = _shares(inside / clump, exposure / clump, category, groups, settings)
        back_in = back_lag <= longest
        own = sums(channels.back[back_in], back_trials[back_in], len(channels.sku)) / clump
        watched = _exposure(sold_leaf, sold_age, sold_trials, category[channels.sku], lag, len(channels.sku)) / clump
        by_channel = _channel_shares(own, watched, share, channels.sku)
    mean_lag = history.delay_days + lag @ np.arange(longest + 1)
    rates = pd.DataFrame(
        {
            "sku_id": names, "return_share": share,
            "resaleable_share": _resaleable(names, category, return_lines, settings, as_of, disposals),
            "mean_lag_days": mean_lag[category], "sold_units": np.round(total_sold, 3),
            "returned_units": np.round(total_back, 3), "is_assumed": is_assumed,
            "reason": _reasons(total_sold, total_back, is_assumed),
        }
    )  # fmt: skip
    named = channels.frame(names, by_channel, sold_leaf, sold_units, back_units)
    return ReturnModel(check(rates, RETURN_RATE), category, lag, clump, history.delay_days, named)


def _codes(names: pd.Index, values: pd.Series) -> Ints:
    """Place of each value among the names; each distinct value is looked up once."""
    code, found = pd.factorize(values)
    return np.asarray(names.get_indexer(pd.Index(found))[code], dtype=np.int64)


class _Channels(NamedTuple):
    """SKU and channel of each cohort as one code; without channels, the SKU alone."""

    sku: Ints  # of each code
    channel: NDArray[np.object_] | None
    sold: Ints
    back: Ints

    @classmethod
    def of(cls, history: ReturnHistory, sold_sku: Ints, back_sku: Ints) -> _Channels:
        if "channel" not in history.sold or "channel" not in history.returned:
            skus = int(max(sold_sku.max(initial=-1), back_sku.max(initial=-1))) + 1
            return cls(np.arange(skus), None, sold_sku, back_sku)
        both = pd.concat([history.sold["channel"], history.returned["channel"]], ignore_index=True)
        channel, names = pd.factorize(both, sort=True)
        width = max(len(names), 1)
        leaf = np.concatenate([sold_sku, back_sku]) * width + channel
        known, code = np.unique(leaf, return_inverse=True)
        return cls(
            known // width, np.asarray(names, dtype=object)[known % width] if len(names) else np.empty(0, object),
            code[: len(sold_sku)].astype(np.int64), code[len(sold_sku) :].astype(np.int64),
        )  # fmt: skip

    def frame(
        self, names: pd.Index, share: Floats, sold_leaf: Ints, sold_units: Floats, back_units: Floats
    ) -> pd.DataFrame | None:
        """One row a SKU and channel; None where no channel is named."""
        if self.channel is None:
            return None
        count = len(self.sku)
        return pd.DataFrame(
            {
                "sku_id": names[self.sku], "channel": pd.array(self.channel, dtype="str"), "return_share": share,
                "sold_units": np.round(sums(sold_leaf, sold_units, count), 3),
                "returned_units": np.round(sums(self.back, back_units, count), 3),
            }
        )  # fmt: skip


def _channel_shares(returned: Floats, exposure: Floats, share: Floats, sku: Ints) -> Floats:
    """Share of each SKU in each channel, shrunk to the SKU's; a SKU in one channel keeps its own."""
    in_one = np.bincount(sku)[sku] < 2
    prior = share[sku]
    kappa = prior_strength(returned[~in_one], exposure[~in_one], prior[~in_one])
    own = (returned + kappa * prior) / np.maximum(exposure + kappa, 1e-12)
    return np.asarray(np.clip(np.where(in_one, prior, own), 0.0, 1.0))


def _age(rows: pd.DataFrame, as_of: np.datetime64) -> Ints:
    """Day since the clock started that was observed last; negative where it has not started."""
    age: Ints = (as_of - rows["clock_on"].to_numpy(dtype="datetime64[D]")).astype(np.int64) - 1
    return age


def _exposure(sku: Ints, age: Ints, units: Floats, category: Ints, lag: Floats, count: int) -> Floats:
    seen = np.cumsum(lag, axis=1)
    weight = seen[category[sku], np.minimum(age, lag.shape[1] - 1)]
    return sums(sku, units * weight, count)


def _shares(returned: Floats, exposure: Floats, category: Ints, groups: int, settings: Returns) -> Floats:
    mu_all = returned.sum() / max(exposure.sum(), 1e-12)
    weight = settings.category_weight_units
    category_back = sums(category, returned, groups)
    category_exposure = sums(category, exposure, groups)
    mu = (category_back + weight * mu_all) / np.maximum(category_exposure + weight, 1e-12)
    kappa = prior_strength(returned, exposure, mu[category])
    share = (returned + kappa * mu[category]) / np.maximum(exposure + kappa, 1e-12)
    return np.asarray(np.clip(share, 0.0, 1.0))


def prior_strength(returned: Floats, exposure: Floats, mu: Floats) -> float:
    """How many units the category is worth against a SKU's own: from the spread of SKUs around it.

    With r = k/E and rho = 1 / (kappa + 1), the expected weighted spread is

        sum E (r - mu)^2 / (mu (1 - mu)) = N + rho (sum E - N)
    """
    used = (exposure > 1.0) & (mu > 0.0) & (mu < 1.0)
    if used.sum() < 2:
        return 100.0
    rate = returned[used] / exposure[used]
    spread = float((exposure[used] * (rate - mu[used]) ** 2 / (mu[used] * (1.0 - mu[used]))).sum())
    count, total = float(used.sum()), float(exposure[used].sum())
    rho = np.clip((spread - count) / max(total - count, 1.0), 1e-4, 0.5)
    return float(1.0 / rho - 1.0)


def _resaleable(
    names: pd.Index,
    category: Ints,
    return_lines: pd.DataFrame,
    settings: Returns,
    as_of: np.datetime64,
    disposals: pd.DataFrame | None,
) -> Floats:
    """Share of graded units fit for sale, by SKU, shrunk to the category and that to the setting."""
    lines = check(return_lines, RETURN_LINE)
    known = lines["received_on"].to_numpy(dtype="datetime64[D]") < as_of
    lines = lines[lines["grade"].notna().to_numpy() & known]
    sku = _codes(names, lines["sku_id"])
    units = lines["received_units"].fillna(lines["returned_units"]).to_numpy()
    inside = sku >= 0
    sku, units = sku[inside].astype(np.int64), units[inside]
    good = _fit_for_sale(lines, settings, disposals)[inside]
    weight = settings.resaleable_weight_units
    groups = int(category.max(initial=0)) + 1
    group_all = sums(category[sku], units, groups)
    group_good = sums(category[sku], units * good, groups)
    prior = (group_good + weight * settings.assumed_resaleable_share) / np.maximum(group_all + weight, 1e-12)
    own_all = sums(sku, units, len(names))
    own_good = sums(sku, units * good, len(names))
    share = (own_good + weight * prior[category]) / np.maximum(own_all + weight, 1e-12)
    return np.asarray(np.clip(share, 0.0, 1.0))


def _fit_for_sale(lines: pd.DataFrame, settings: Returns, disposals: pd.DataFrame | None) -> Floats:
    """Share of each line's units that can be sold again."""
    by_grade: Floats = lines["grade"].isin(settings.resaleable_grades).to_numpy().astype(np.float64)
    if disposals is None or disposals.empty:
        return by_grade
    keys = ["return_id", "return_line_id"]
    decided = lines[keys].merge(disposals[[*keys, "disposition"]], on=keys, how="left", validate="one_to_one")
    worth = decided["disposition"].map({"restock": 1.0, "refurbish": settings.refurbish_success_share})
    known = decided["disposition"].notna().to_numpy()
    return np.where(known, worth.fillna(0.0).to_numpy(dtype=np.float64), by_grade)


def _reasons(sold: Floats, back: Floats, is_assumed: bool) -> NDArray[np.object_]:
    if is_assumed:
        return np.full(len(sold), "assumed: no return is known", dtype=object)
    words = np.where(back > 0, "own returns, shrunk to the category", "none of its own yet: category")
    return np.where(sold > 0, words, "never sold: category").astype(object)
