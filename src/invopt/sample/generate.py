"""Compose the made-up shop: first what all blocks share, then one block of SKUs after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from invopt.sample.assortment import make_assortment
from invopt.sample.carriers import carton_table, rate_table, service_table, surcharge_table, zone_table
from invopt.sample.catalogue import kit_table, product_table, succession_table, term_table
from invopt.sample.comebacks import draw_comebacks
from invopt.sample.destinations import location_table, make_addresses, region_table
from invopt.sample.faults import break_a_count, break_open_orders
from invopt.sample.orders import make_order_book, order_line_table
from invopt.sample.parcels import tracking_table
from invopt.sample.promotions import plan_promotions
from invopt.sample.requests import make_requests, weekly_rate
from invopt.sample.returns import payment_table, return_line_table
from invopt.sample.spec import ShopSpec
from invopt.sample.stock import purchase_tables, stock_snapshot_table
from invopt.sample.stockroom import run_stockroom
from invopt.sample.suppliers import closure_table, supplier_table
from invopt.sample.truth import Truth, promotion_table, true_parameters
from invopt.tables import TABLES, check


def shop_parts(spec: ShopSpec) -> Iterator[tuple[str, pd.DataFrame]]:
    """The rows of the shop as (table name, frame), a table possibly in many parts; memory follows one block.

    Repeated texts come as categoricals; `generate` and `write_shop` turn them into the declared types.
    """
    yield "location", location_table()
    yield "service_region", region_table()
    yield "supplier", supplier_table()
    yield "supplier_closure", closure_table(spec)
    yield "promotion", promotion_table(true_parameters(spec))
    yield "carton", carton_table()
    yield "carrier_service", service_table()
    yield "carrier_zone", zone_table()
    yield "rate", rate_table()
    yield "surcharge", surcharge_table(spec)
    for block in range(spec.blocks):
        yield from _block_parts(spec, block)


def _block_parts(spec: ShopSpec, block: int) -> Iterator[tuple[str, pd.DataFrame]]:
    addresses, promotions = make_addresses(spec), plan_promotions(spec)
    goods = make_assortment(spec, block)
    requests = make_requests(spec, block, goods, promotions)
    comebacks = draw_comebacks(spec, block, goods, requests)
    book_rate = weekly_rate(spec, goods, [])
    alive = (book_rate > 0).sum(axis=1)
    lines_a_day = book_rate.sum(axis=1) / np.maximum(alive, 1) / 7
    units_a_day = lines_a_day * goods.unit_multiple / goods.unit_chance
    believed = np.stack([units_a_day * goods.leeds_share, units_a_day * (1 - goods.leeds_share)], axis=1).ravel()
    ledger = run_stockroom(spec, block, goods, requests, comebacks, believed)
    book = make_order_book(spec, block, goods, requests, ledger)
    lines = order_line_table(spec, block, goods, requests, book, addresses)
    snapshots = stock_snapshot_table(spec, goods, requests, ledger, book)
    if block == 0:
        lines, snapshots = break_open_orders(spec, lines), break_a_count(spec, snapshots)
    orders, receipts = purchase_tables(spec, block, goods, ledger)
    yield "product", product_table(spec, goods)
    yield "kit_component", kit_table(goods)
    yield "succession", succession_table(spec, goods)
    yield "supplier_term", term_table(goods)
    yield "order_line", lines
    yield "stock_snapshot", snapshots
    yield "purchase_order_line", orders
    yield "receipt", receipts
    returns = return_line_table(spec, block, goods, requests, comebacks, book)
    yield "return_line", returns
    yield "payment", payment_table(spec, lines, returns)
    yield "tracking_event", tracking_table(spec, block, goods, requests, book, addresses)


def generate(spec: ShopSpec) -> tuple[dict[str, pd.DataFrame], Truth]:
    """The whole shop in memory: every table by its name, checked against its declaration, and the truth.

    >>> tables, truth = generate(ShopSpec(skus=16, days=56, seed=3))
    >>> len(tables["product"]), len(truth.weekly_profile)
    (16, 56)
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for name, frame in shop_parts(spec):
        parts.setdefault(name, []).append(_plain(frame))
    tables = {
        name: check(pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0], TABLES[name])
        for name, frames in parts.items()
    }
    return tables, true_parameters(spec)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Categoricals as plain text."""
    texts = [name for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(texts, "str"))
