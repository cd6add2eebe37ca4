"""What customers of one block asked for, before it is known what stock could serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invopt.sample.assortment import Assortment
from invopt.sample.destinations import ADDRESSES
from invopt.sample.promotions import Promotion, uplift_and_discount
from invopt.sample.spec import ShopSpec
from invopt.sample.trade import CATEGORIES, yearly_index

OPENS_SECOND, SELLING_SECONDS = 6 * 3600, 18 * 3600  # the shop sells from 06:00 to midnight, local time
LINES_PER_ORDER = 1.8
CANCELLED_SHARE = 0.015
BULK_SHARE = 0.0004
# Cumulative share of orders by the hour of the selling time.
BY_HOUR = np.cumsum([1, 2, 4, 6, 7, 7, 7, 6, 6, 6, 5, 6, 7, 9, 10, 8, 5, 3]) / 105.0


@dataclass
class Requests:
    """Arrays over the requested lines, sorted by day, SKU-location and time; and arrays over their orders.

    A SKU-location is 2 x position of the SKU in the block + location (0 Leeds, 1 Bath).
    """

    day: np.ndarray
    sku: np.ndarray
    place: np.ndarray  # SKU-location
    units: np.ndarray
    discount_share: np.ndarray
    order: np.ndarray
    order_day: np.ndarray
    order_second: np.ndarray  # local second of the day
    order_location: np.ndarray
    order_customer: np.ndarray
    order_address: np.ndarray
    order_is_cancelled: np.ndarray


def weekly_rate(spec: ShopSpec, goods: Assortment, promotions: list[Promotion]) -> np.ndarray:
    """True expected lines, shape (SKUs, weeks): level x growth x yearly index x uplift, without the shock."""
    week = np.arange(spec.weeks)
    growth = (1 + goods.yearly_growth[:, None]) ** ((week[None, :] - spec.weeks / 2) / 52.18)
    fade = 0.5 ** (np.maximum(week[None, :] - goods.fades_from_week[:, None], 0) / 4.0)
    alive = (week[None, :] >= goods.first_week[:, None]) & (week[None, :] < goods.last_week[:, None])
    uplift, _ = uplift_and_discount(spec, promotions)
    seasonal = (yearly_index(spec) * uplift)[goods.category]
    rate: np.ndarray = (goods.lines / spec.weeks)[:, None] * growth * fade * alive * seasonal
    return rate


def make_requests(spec: ShopSpec, block: int, goods: Assortment, promotions: list[Promotion]) -> Requests:
    """Draw a block's order lines: Poisson a week with a gamma shock, then weekday, location and order."""
    random = spec.random("demand", block)
    rate = weekly_rate(spec, goods, promotions)
    shape = 1.0 / (goods.shock_sd**2)
    rate *= random.standard_gamma(np.broadcast_to(shape[:, None], rate.shape)) / shape[:, None]
    counts = random.poisson(rate)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    sku, week = cell // spec.weeks, cell % spec.weeks
    lines = len(sku)
    profile = np.cumsum([category.weekly for category in CATEGORIES], axis=1)
    profile[:, -1] = 1.0
    weekday = (random.random(lines)[:, None] >= profile[goods.category[sku]]).sum(axis=1)
    day = week * 7 + weekday
    location = (random.random(lines) >= goods.leeds_share[sku]).astype(np.int64)
    units = random.geometric(goods.unit_chance[sku]) * goods.unit_multiple[sku]
    bulk = random.random(lines) < BULK_SHARE
    units[bulk] *= random.integers(15, 40, int(bulk.sum()))
    _, discount = uplift_and_discount(spec, promotions)
    cut = discount[goods.category[sku], week]
    return _group(spec, block, goods, day, sku, location, units, cut)


def _group(
    spec: ShopSpec, block: int, goods: Assortment, day: np.ndarray, sku: np.ndarray, location: np.ndarray,
    units: np.ndarray, cut: np.ndarray,
) -> Requests:  # fmt: skip
    """Put the lines of a day and location into orders, and sort them as the stock meets them."""
    random = spec.random("orders", block)
    lines = len(day)
    shuffled = np.lexsort((random.random(lines), location, day))
    group = (day * 2 + location)[shuffled]
    starts = random.random(lines) < 1 / LINES_PER_ORDER
    if lines:
        starts[0] = True
    starts[1:] |= group[1:] != group[:-1]
    order = np.empty(lines, dtype=np.int64)
    order[shuffled] = np.cumsum(starts) - 1
    heads = shuffled[starts]
    orders = len(heads)
    hour = np.searchsorted(BY_HOUR, random.random(orders), side="right")
    second = np.minimum(OPENS_SECOND + hour * 3600 + random.integers(0, 3600, orders), 24 * 3600 - 1)
    # Customers come back: low numbers, which the square makes likelier, order more often.
    people = max(50, int(0.6 * orders / 2))
    customer = (people * random.random(orders) ** 2).astype(np.int64)
    head_location = location[heads]
    by_time = np.lexsort((second[order], 2 * sku + location, day))
    return Requests(
        day=day[by_time], sku=sku[by_time], place=(2 * sku + location)[by_time], units=units[by_time],
        discount_share=cut[by_time], order=order[by_time], order_day=day[heads], order_second=second,
        order_location=head_location, order_customer=customer * 2 + head_location,
        order_address=head_location * ADDRESSES + customer % ADDRESSES,
        order_is_cancelled=random.random(orders) < CANCELLED_SHARE,
    )  # fmt: skip
