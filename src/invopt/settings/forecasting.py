"""How demand becomes a forecast and its distribution."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Forecast(Section):
    """The forecast: what it averages, how far it may go, how it is calibrated."""

    horizon_periods: int = setting(26, "Periods to forecast.", unit="periods", minimum=1, maximum=366)
    spread_days: int = setting(
        42,
        "Days over which uncertainty is measured and calibrated: about a lead time and a review.",
        unit="days",
        minimum=7,
    )
    mean_ceiling: float = setting(
        3.0, "No mean goes beyond this multiple of the largest demand known.", unit="largest demands",
        minimum=1,
    )  # fmt: skip
    short_average_weeks: int = setting(4, "Window of the quick moving average.", unit="weeks", minimum=1, maximum=26)
    long_average_weeks: int = setting(13, "Window of the slow moving average.", unit="weeks", minimum=2, maximum=104)
    calibration_origins: int = setting(
        3, "Past forecasts per series against which mean and distribution are calibrated.",
        unit="forecasts", minimum=1, maximum=12,
    )  # fmt: skip
    calibration_series: int = setting(
        5_000, "Series that calibration looks at, evenly spaced where there are more.",
        unit="series", minimum=50,
    )  # fmt: skip
    weight_prior_series: float = setting(
        300.0, "Weight of the assumed mix of methods against the mix that past forecasts suggest.",
        unit="past forecasts", minimum=0,
    )  # fmt: skip
    noise_prior_periods: float = setting(
        20.0, "Weight of the pool in the noise of one series.", unit="periods", minimum=0
    )
    level_prior_windows: float = setting(
        8.0, "Weight of the pool in the level uncertainty of one series.", unit="horizons", minimum=0
    )
    use_promotions: bool = setting(
        True, "Measure what promotions do to demand, clean the history of it, and expect it of coming ones."
    )
    use_holidays: bool = setting(False, "The same for the public holidays of the business's country.")
