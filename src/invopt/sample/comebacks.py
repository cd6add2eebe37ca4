"""Which lines would come back, why, when and in what condition; drawn before it is known what was served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.assortment import Assortment
from invopt.sample.requests import Requests
from invopt.sample.spec import ShopSpec
from invopt.sample.trade import CATEGORIES
from invopt.tables.returns import GRADES, RETURN_REASONS

REQUEST_LAG = (2.0, 5.0)  # gamma shape and scale in days, after three days for the delivery
NEVER_SENT_SHARE = 0.05
FIT = np.cumsum([0.22, 0.58, 0.08, 0.05, 0.02, 0.03, 0.01, 0.01])
OTHER = np.cumsum([0.40, 0.02, 0.17, 0.18, 0.13, 0.05, 0.03, 0.02])
# Grades by reason: goods that are defective or damaged are found so.
SOUND = np.cumsum([0.68, 0.22, 0.06, 0.03, 0.01])
FAULTY = np.cumsum([0.04, 0.10, 0.06, 0.35, 0.45])
UNGRADED_DAYS = 3  # what arrived in the last days is not graded yet, and lies beside the shelf
RESTOCKED_GRADES = (GRADES.index("as_new"), GRADES.index("opened"))


@dataclass
class Comebacks:
    """Arrays over the requested lines; a line that never comes back has request day -1."""

    request_day: np.ndarray
    receive_day: np.ndarray  # -1 where the goods never arrive
    restock_day: np.ndarray  # -1 where they are not fit for sale or arrive after the history
    reason: np.ndarray
    grade: np.ndarray
    received_short: np.ndarray

    def restock_units(self, units: np.ndarray, line: np.ndarray) -> np.ndarray:
        """Units that come back into stock of each line's units."""
        restocked: np.ndarray = np.maximum(units - self.received_short[line], 0)
        return restocked


def draw_comebacks(spec: ShopSpec, block: int, goods: Assortment, requests: Requests) -> Comebacks:
    """Draw a return for each line with its SKU's true share; a whole line comes back or nothing."""
    random = spec.random("returns", block)
    lines = len(requests.day)
    comes = random.random(lines) < goods.return_share[requests.sku]
    comes &= ~requests.order_is_cancelled[requests.order]
    some = np.flatnonzero(comes)
    lag = 3 + np.floor(random.gamma(*REQUEST_LAG, len(some))).astype(np.int64)
    transit = 3 + random.integers(0, 8, len(some))
    requested = requests.day[some] + lag
    received = np.where(random.random(len(some)) < NEVER_SENT_SHARE, -1, requested + transit)
    fits = np.array([category.fit_returns for category in CATEGORIES])[goods.category[requests.sku[some]]]
    chance = random.random((2, len(some)))
    reason = np.where(
        fits,
        np.searchsorted(FIT, chance[0], side="right"),
        np.searchsorted(OTHER, chance[0], side="right"),
    ).clip(0, len(RETURN_REASONS) - 1)
    faulty = np.isin(reason, (RETURN_REASONS.index("defective"), RETURN_REASONS.index("damaged_in_transit")))
    grade = np.where(
        faulty,
        np.searchsorted(FAULTY, chance[1], side="right"),
        np.searchsorted(SOUND, chance[1], side="right"),
    ).clip(0, len(GRADES) - 1)
    short = ((random.random(len(some)) < 0.15) & (requests.units[some] > 1)).astype(np.int64)
    fit_for_sale = np.isin(grade, RESTOCKED_GRADES)

    def spread(values: np.ndarray, fill: int) -> np.ndarray:
        whole = np.full(lines, fill, dtype=np.int64)
        whole[some] = values
        return whole

    restock = np.where(fit_for_sale & (received < spec.days - UNGRADED_DAYS), received, -1)
    return Comebacks(
        spread(requested, -1), spread(received, -1), spread(restock, -1), spread(reason, 0), spread(grade, 0),
        spread(short, 0),
    )  # fmt: skip
