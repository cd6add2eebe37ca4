"""How well returns were forecast: fitted again as of past days, and held against what came."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd

from invopt.returns.expected import expected_over
from invopt.returns.fit import fit_returns
from invopt.returns.history import ReturnHistory
from invopt.returns.sold import Floats
from invopt.settings.returns import Returns
from invopt.tables import PRODUCT, RETURN_LINE, RETURN_SCORE, check, empty


def score_returns(
    history: ReturnHistory, products: pd.DataFrame, settings: Returns, as_of: np.datetime64, origins: int = 3,
    horizon_days: int = 28,
) -> pd.DataFrame:  # fmt: skip
    """RETURN_SCORE: returns expected on past days for the `horizon_days` after them, and what came.

    `history` is that of `as_of`; PRODUCT gives the categories. On each origin only what had been delivered and had
    come back by then counts, and of the sales since only those of before it are forecast to come back (what is sold
    inside the window is left out on both sides). Squared error is what a mean is judged by; absolute error rewards
    the median, which is nothing for most SKUs, and is stated beside it. The 90% share uses a negative binomial of the
    forecast's mean and variance (Poisson where that is not wider) and spreads ties at the quantile at random by the
    SKU's name, so that it can be met by SKUs that mostly see nothing come back (randomised probability integral
    transform; Czado, Gneiting & Held 2009, Biometrics 65).
    """
    rows = []
    for number in range(1, origins + 1):
        origin = as_of - np.timedelta64(horizon_days * number, "D")
        if (row := _score(history, products, settings, origin, horizon_days)) is not None:
            rows.append(row)
    return check(pd.DataFrame(rows)[list(RETURN_SCORE.names)], RETURN_SCORE) if rows else empty(RETURN_SCORE)


def _score(
    history: ReturnHistory, products: pd.DataFrame, settings: Returns, origin: np.datetime64, horizon_days: int
) -> dict[str, object] | None:
    back = history.returned
    clock = back["clock_on"].to_numpy(dtype="datetime64[D]")
    came_on = clock + back["lag_days"].to_numpy().astype("timedelta64[D]")
    known = (came_on < origin) & (clock < origin)
    keys = ["sku_id", "location_id", *(["channel"] if "channel" in history.sold else []), "clock_on"]
    sold = history.sold[history.sold["clock_on"].to_numpy(dtype="datetime64[D]") < origin].drop(
        columns="returned_units"
    )
    so_far = back[known].groupby(keys)["units"].sum().rename("returned_units").reset_index()
    sold = sold.merge(so_far, on=keys, how="left", validate="one_to_one")
    sold["returned_units"] = np.minimum(sold["returned_units"].fillna(0.0), sold["sold_units"])
    if sold.empty or so_far.empty:
        return None
    then = ReturnHistory(sold, back[known], history.delay_days, 0.0)
    model = fit_returns(then, empty(RETURN_LINE), check(products, PRODUCT), settings, origin)
    model = model._replace(rates=model.rates.assign(resaleable_share=1.0))  # all that comes, whatever its condition
    end = origin + np.timedelta64(horizon_days, "D")
    places = sold[["sku_id", "location_id"]].drop_duplicates().assign(first_on=origin, end_on=end)
    found = expected_over(model, then, places, origin).groupby("sku_id")[["mean_units", "variance_units2"]].sum()
    window = back[(came_on >= origin) & (came_on < end) & (clock < origin)]
    actual = window.groupby("sku_id")["units"].sum().reindex(found.index).fillna(0.0).to_numpy()
    mean = found["mean_units"].to_numpy()
    nothing, netted = np.zeros(len(mean)), _netted(sold, found.index, origin, horizon_days)
    return {
        "forecast_on": origin.astype("datetime64[us]"), "horizon_days": horizon_days, "skus": len(mean),
        "expected_units": float(mean.sum()), "actual_units": float(actual.sum()),
        "squared_error": _rmse(mean, actual), "squared_error_nothing": _rmse(nothing, actual),
        "squared_error_netted": _rmse(netted, actual), "absolute_error": float(np.abs(mean - actual).mean()),
        "absolute_error_nothing": float(np.abs(actual).mean()),
        "inside_90_share": inside_share(mean, found["variance_units2"].to_numpy(), actual, found.index, 0.9),
    }  # fmt: skip


def _rmse(guess: Floats, actual: Floats) -> float:
    return float(np.sqrt(np.mean((guess - actual) ** 2)))


def _netted(sold: pd.DataFrame, skus: pd.Index, origin: np.datetime64, horizon_days: int) -> Floats:
    """What who nets returns off sales expects: the share of all the past, of as many days' sales as before."""
    total = sold.groupby("sku_id")[["sold_units", "returned_units"]].sum().reindex(skus)
    share = (total["returned_units"] / total["sold_units"]).fillna(0.0)
    since = origin - np.timedelta64(56, "D")
    recent = sold[sold["clock_on"].to_numpy(dtype="datetime64[D]") >= since]
    rate = recent.groupby("sku_id")["sold_units"].sum().reindex(skus).fillna(0.0) / 56.0
    return np.asarray((share * rate * horizon_days).to_numpy(dtype=np.float64))


def inside_share(mean: Floats, variance: Floats, actual: Floats, names: pd.Index, share: float) -> float:
    """Share of outcomes up to their quantile `share`, ties spread at random by name: `share` itself is right."""
    from scipy import stats

    wide = variance > mean * (1.0 + 1e-9)
    level = np.maximum(mean, 1e-9)
    size = np.where(wide, level**2 / np.maximum(variance - level, 1e-12), 1e9)
    chance = size / (size + level)
    whole = np.floor(actual + 0.5)
    upper = np.where(wide, stats.nbinom.cdf(whole, size, chance), stats.poisson.cdf(whole, level))
    lower = np.where(wide, stats.nbinom.cdf(whole - 1, size, chance), stats.poisson.cdf(whole - 1, level))
    dice = np.array([zlib.crc32(str(name).encode()) for name in names]) / 2**32
    return float(np.mean(lower + dice * (upper - lower) <= share))
