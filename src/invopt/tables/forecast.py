"""What customers will want: the mean by period, its parts, and the distribution behind it."""

from __future__ import annotations

from invopt.tables.declaration import Table, date, flag, integer, real, share, text, timestamp

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

EVENT_EFFECT = Table(
    "event_effect",
    grain="one row per run of a promotion, or day of a holiday, and category it concerns",
    key=("event_kind", "event_id", "starts_on", "category_id"),
    columns=(
        text("event_kind", "what it is", choices=("promotion", "holiday")),
        text("event_id", "promotion, or name of the holiday"),
        text("category_id", "category"),
        date("starts_on", "first day"),
        date("ends_on", "last day"),
        share("discount_share", "price cut while it runs", nullable=True),
        real(
            "measured_lift",
            "demand over what it would have been, as measured; missing where nothing was",
            nullable=True,
            minimum=0,
        ),
        real("lift", "the same as used: drawn to what such events do in the category, and in the shop", minimum=0),
    ),
)

FORECAST_OVERRIDE = Table(
    "forecast_override",
    grain="one row per override that a planner ever decided, with what it does to this plan",
    key=("override_id",),
    columns=(
        text("override_id", "id of the decision"),
        text("scope", "sku, category or promotion", nullable=True),
        text("scope_id", "which SKU, category or promotion", nullable=True),
        text("location_id", "location it is about; missing for all", nullable=True),
        date("first_on", "first day it is about; missing for the promotion's own", nullable=True),
        date("last_on", "last day it is about", nullable=True),
        text("mode", "percent of the forecast, or absolute units in all", nullable=True),
        real("override_value", "per cent, or units of all it is about over all its days", nullable=True),
        text("reason", "why", nullable=True),
        text("decided_by", "who"),
        timestamp("decided_at", "when"),
        date("expires_on", "last day on which a plan follows it", nullable=True),
        text(
            "state",
            "what becomes of it in this plan",
            choices=("applied", "not yet", "over", "expired", "undone", "unmatched", "refused"),
        ),
        integer("sku_locations", "SKU-locations whose forecast it changes", minimum=0),
        real("baseline_units", "what they would have been expected to sell on its days", "units", minimum=0),
        real("override_units", "what it adds to that", "units"),
        text("note", "why it does nothing, where it does nothing", nullable=True),
    ),
)

OVERRIDE_FORECAST = Table(
    "override_forecast",
    grain="one row per override, SKU, location and period, as the first plan that followed the override saw it",
    key=("override_id", "sku_id", "location_id", "period_start"),
    columns=(
        text("override_id", "id of the decision"),
        text("sku_id", "SKU"),
        text("location_id", "location"),
        date("period_start", "first day of the period"),
        integer("period_days", "days of the period", "days", minimum=1),
        date("made_on", "as-of day of that plan"),
        text("category_id", "category"),
        text("decided_by", "who overrode"),
        real("naive_units", "demand of the last full period before that plan", "units", minimum=0),
        real("baseline_units", "mean before the override", "units", minimum=0),
        real("overridden_units", "mean after it", "units", minimum=0),
    ),
)

FORECAST_VALUE_ADDED = Table(
    "forecast_value_added",
    grain="one row per override, per author, per category, and one for all, over the overridden periods that have passed",
    key=("level", "level_id"),
    columns=(
        text("level", "what is judged", choices=("all", "author", "category", "override")),
        text("level_id", "which author, category or override; empty for all"),
        integer("periods", "periods of SKU-locations judged; those that a stockout hid are not", minimum=1),
        real("actual_units", "what was ordered", "units", minimum=0),
        real(
            "naive_wape", "error of repeating the last period: sum of |error| / sum of demand", nullable=True, minimum=0
        ),
        real("baseline_wape", "error of the forecast before the override", nullable=True, minimum=0),
        real("override_wape", "error after it", nullable=True, minimum=0),
        real("baseline_bias_share", "sum of (forecast - demand) / sum of demand, before", nullable=True),
        real("override_bias_share", "the same after", nullable=True),
        real("statistical_gain", "naive_wape - baseline_wape: what the forecast is worth", nullable=True),
        real(
            "override_gain", "baseline_wape - override_wape: what the override is worth; negative hurts", nullable=True
        ),
        share("better_share", "share of the periods in which the override came closer"),
    ),
)
