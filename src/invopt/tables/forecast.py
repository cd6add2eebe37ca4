"""What customers will want: the mean by period, its parts, and the distribution behind it."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, real, share, text

FORECAST = Table(
    "forecast",
    grain="one row per planned SKU, location and future period",
    key=("sku_id", "location_id", "period_start"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("period_start", "first day of the period"),
        real("mean_units", "expected demand of the period; the sum of the parts", "units", minimum=0),
        real("level_units", "part: level", "units"),
        real("trend_units", "part: trend", "units"),
        real("season_units", "part: season", "units"),
        real("event_units", "part: holidays, promotions and price", "units"),
        real("override_units", "part: a planner's override", "units"),
        real("p10_units", "one period in ten asks for no more", "units", minimum=0),
        real("p50_units", "median of the period", "units", minimum=0),
        real("p90_units", "nine periods in ten ask for no more", "units", minimum=0),
    ),
)

FORECAST_MODEL = Table(
    "forecast_model",
    grain="one row per planned SKU and location",
    key=("sku_id", "location_id"),
    columns=(
        text("sku_id", "SKU"),
        text("location_id", "location"),
        text("demand_class", "smooth, erratic, intermittent, lumpy, new or dormant"),
        text("xyz_class", "X, Y, Z by variability of demand", choices=("X", "Y", "Z")),
        text("method", "what made the mean"),
        text("reason", "why that method"),
        real("dispersion", "k of the variance mu + k mu^2 of a period", minimum=0),
        real("level_variance", "variance of the factor all periods share", minimum=0),
        real("level_growth", "by which that variance grows each period", minimum=0),
        flag("is_whole_units", "demand comes in whole units"),
        integer("history_periods", "periods of history used", "periods", minimum=0),
        share("censored_share", "share of them that was censored"),
        real("weekly_profile_mon", "share of a week's demand on Monday", minimum=0),
        real("weekly_profile_tue", "on Tuesday", minimum=0),
        real("weekly_profile_wed", "on Wednesday", minimum=0),
        real("weekly_profile_thu", "on Thursday", minimum=0),
        real("weekly_profile_fri", "on Friday", minimum=0),
        real("weekly_profile_sat", "on Saturday", minimum=0),
        real("weekly_profile_sun", "on Sunday", minimum=0),
        real("wape", "rolling-origin error: sum of |error| / sum of demand", nullable=True, minimum=0),
        real("bias_share", "rolling-origin bias: sum of (forecast - demand) / sum of demand", nullable=True),
    ),
)

FORECAST_SCORE = Table(
    "forecast_score",
    grain="one row per class of demand (and one for all) and forecast method that was tried on the past",
    key=("demand_class", "method"),
    columns=(
        text("demand_class", "smooth, erratic, intermittent or lumpy; all for every series judged"),
        text("method", "combination for the plan's own, or one of the methods in it; seasonal naive is the yardstick"),
        integer("forecasts", "past forecasts judged: series and origins", minimum=1),
        real("actual_units", "what was ordered in their periods", "units", minimum=0),
        real("wape", "sum of |error| / sum of demand", nullable=True, minimum=0),
        real("bias_share", "sum of (forecast - demand) / sum of demand", nullable=True),
        real("combination_wape", "error of the combination on the very same forecasts", nullable=True, minimum=0),
    ),
)
