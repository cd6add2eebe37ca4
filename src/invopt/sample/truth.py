"""What the made-up shop was made from, so that a test can ask whether it is recovered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from invopt.sample.carriers import SERVICES, ZONES
from invopt.sample.promotions import plan_promotions
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import SUPPLIERS
from invopt.sample.trade import CATEGORIES, yearly_index


@dataclass(frozen=True)
class Truth:
    """The true parameters, one frame a topic.

    - `yearly_index`: category_id, period_start (Monday), index; mean 1 over the history.
    - `weekly_profile`: category_id, weekday (0 Monday), share of a week's order lines.
    - `lead_time`: supplier_id, median_days, log_scale, stated_days; a SKU's own median differs by about 8%.
      An order
      placed while the supplier is closed counts from the day it reopens.
    - `return_share`: category_id, share of the units sold that customers ask to send back; a SKU's own
      differs.
    - `promotion`: promotion_id, category_id (missing for the whole shop), starts_on, ends_on,
      discount_share, uplift.
    - `transit`: carrier_id, service_id, zone, least_days (working days), late_chance (of each further day).
    """

    yearly_index: pd.DataFrame
    weekly_profile: pd.DataFrame
    lead_time: pd.DataFrame
    return_share: pd.DataFrame
    promotion: pd.DataFrame
    transit: pd.DataFrame


def true_parameters(spec: ShopSpec) -> Truth:
    """The true parameters of a shop; nothing needs to be generated for it."""
    categories = [category.category_id for category in CATEGORIES]
    mondays = [pd.Timestamp(spec.starts_on + dt.timedelta(days=7 * week)) for week in range(spec.weeks)]
    index = yearly_index(spec)
    promotions = plan_promotions(spec)
    return Truth(
        yearly_index=pd.DataFrame(
            {
                "category_id": np.repeat(categories, spec.weeks),
                "period_start": mondays * len(categories),
                "index": index.ravel(),
            }
        ),
        weekly_profile=pd.DataFrame(
            [
                (category.category_id, weekday, share)
                for category in CATEGORIES
                for weekday, share in enumerate(category.weekly)
            ],
            columns=["category_id", "weekday", "share"],
        ),
        lead_time=pd.DataFrame(
            [(row.supplier_id, row.median_days, row.log_scale, row.stated_days) for row in SUPPLIERS],
            columns=["supplier_id", "median_days", "log_scale", "stated_days"],
        ),
        return_share=pd.DataFrame(
            [(category.category_id, category.return_share) for category in CATEGORIES],
            columns=["category_id", "share"],
        ),
        promotion=pd.DataFrame(
            [
                (
                    row.promotion_id,
                    None if row.category < 0 else categories[row.category],
                    pd.Timestamp(spec.starts_on + dt.timedelta(days=7 * row.first_week)),
                    pd.Timestamp(spec.starts_on + dt.timedelta(days=7 * (row.first_week + row.weeks) - 1)),
                    row.discount_share,
                    row.uplift,
                )
                for row in promotions
            ],
            columns=["promotion_id", "category_id", "starts_on", "ends_on", "discount_share", "uplift"],
        ),
        transit=pd.DataFrame(
            [
                (row.carrier_id, row.service_id, ZONES[zone], days, row.late_chance)
                for row in SERVICES
                for zone, days in enumerate(row.days)
            ],
            columns=["carrier_id", "service_id", "zone", "least_days", "late_chance"],
        ),
    )


def promotion_table(truth: Truth) -> pd.DataFrame:
    """The table `promotion`: what the shop knows, without the uplift."""
    rows = truth.promotion
    everywhere = rows["category_id"].isna()
    return pd.DataFrame(
        {
            "promotion_id": rows["promotion_id"],
            "scope": np.where(everywhere, "shop", "category"),
            "scope_id": rows["category_id"].astype(object).where(~everywhere, ""),
            "starts_on": rows["starts_on"].astype("datetime64[us]"),
            "ends_on": rows["ends_on"].astype("datetime64[us]"),
            "discount_share": rows["discount_share"],
        }
    )
