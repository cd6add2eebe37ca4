"""The tables that describe a block's SKUs: products, kits, successions, supplier terms."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from invopt.sample.assortment import DISCONTINUED, LIFECYCLES, Assortment
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import CURRENCY, SUPPLIERS
from invopt.sample.trade import CATEGORIES

# Second suppliers are dearer; a price break takes this much off from so many times the MOQ.
SECOND_SUPPLIER_MARKUP = 1.06
BREAKS = ((4, 0.96), (12, 0.91))
# A Euro pallet of 1.2 m x 0.8 m, loaded 1.4 m high, four fifths of it goods.
PALLET_MM3 = 0.8 * 1200 * 800 * 1400


def product_table(spec: ShopSpec, goods: Assortment) -> pd.DataFrame:
    """The table `product`."""

    def of_category(name: str) -> np.ndarray:
        values = [getattr(row, name) for row in CATEGORIES]
        spread: np.ndarray = np.array(values, dtype=object)[goods.category]
        return spread

    life = np.array(LIFECYCLES, dtype=object)[goods.lifecycle]
    last_buy = [
        spec.starts_on + dt.timedelta(days=int(day)) if state == DISCONTINUED else None
        for day, state in zip(goods.stop_buying_day, goods.lifecycle, strict=True)
    ]
    shelf = np.array([row.shelf_life_days for row in CATEGORIES])[goods.category]
    origin = np.array([SUPPLIERS[2 * place].country for place in range(len(CATEGORIES))], dtype=object)
    return pd.DataFrame(
        {
            "sku_id": goods.sku_id,
            "product_name": goods.name,
            "category_id": of_category("category_id"),
            "unit_cost_minor": goods.cost_minor,
            "unit_price_minor": goods.price_minor,
            "currency": CURRENCY,
            "lifecycle": life,
            "last_buy_on": pd.to_datetime(pd.Series(last_buy, dtype=object)).astype("datetime64[us]"),
            "shelf_life_days": pd.Series(shelf).where(shelf > 0).astype("Int64"),
            "length_mm": goods.size_mm[:, 0],
            "width_mm": goods.size_mm[:, 1],
            "height_mm": goods.size_mm[:, 2],
            "weight_g": goods.weight_g,
            "units_per_pallet": np.maximum(
                np.floor(PALLET_MM3 / np.prod(goods.size_mm.astype(np.float64), axis=1)), 1.0
            ),
            "is_this_side_up": goods.is_upright,
            "is_fragile": goods.is_fragile,
            "is_hazardous": goods.is_hazardous,
            "is_age_restricted": False,
            "ships_alone": goods.ships_alone,
            "packing_group": pd.Series(of_category("packing_group")).replace({"": None}),
            "customs_code": of_category("customs_code"),
            "origin_country": origin[goods.category],
        }
    )


def kit_table(goods: Assortment) -> pd.DataFrame:
    """The table `kit_component`."""
    kits = np.repeat(np.flatnonzero(goods.is_kit), 2)
    parts = goods.component[goods.is_kit].ravel()
    return pd.DataFrame(
        {
            "kit_sku_id": goods.sku_id[kits],
            "component_sku_id": goods.sku_id[parts],
            "units_per_kit": goods.component_units[goods.is_kit].ravel().astype(np.float64),
        }
    )


def succession_table(spec: ShopSpec, goods: Assortment) -> pd.DataFrame:
    """The table `succession`."""
    heirs = np.flatnonzero(goods.predecessor >= 0)
    starts = [spec.starts_on + dt.timedelta(days=7 * int(week)) for week in goods.first_week[heirs]]
    return pd.DataFrame(
        {
            "sku_id": goods.sku_id[heirs],
            "predecessor_sku_id": goods.sku_id[goods.predecessor[heirs]],
            "relation": np.where(goods.is_lookalike[heirs], "lookalike", "successor"),
            "starts_on": pd.to_datetime(pd.Series(starts, dtype=object)).astype("datetime64[us]"),
        }
    )


def term_table(goods: Assortment) -> pd.DataFrame:
    """The table `supplier_term`: two suppliers a SKU, with price breaks on every third."""
    bought = np.flatnonzero(~goods.is_kit)
    frames = []
    for rank in (0, 1):
        position = 2 * goods.category[bought] + rank
        markup = SECOND_SUPPLIER_MARKUP if rank else 1.0
        levels = [(np.ones(len(bought), dtype=bool), 1, 1.0)]
        if rank == 0:
            levels += [(goods.number[bought] % 3 == 0, times, off) for times, off in BREAKS]
        for rows, times, off in levels:
            own = bought[rows]
            frames.append(
                pd.DataFrame(
                    {
                        "order": own * 10 + rank * 5 + (times > 1) * (times // 4),
                        "supplier_id": np.array([row.supplier_id for row in SUPPLIERS], dtype=object)[position[rows]],
                        "sku_id": goods.sku_id[own],
                        "from_units": (goods.moq[own] * times).astype(np.float64),
                        "unit_cost_minor": np.maximum(np.round(goods.cost_minor[own] * markup * off), 1).astype(
                            np.int64
                        ),
                        "currency": CURRENCY,
                        "lead_time_days": np.array([row.stated_days for row in SUPPLIERS])[position[rows]],
                        "moq_units": goods.moq[own].astype(np.float64),
                        "pack_units": goods.pack[own].astype(np.float64),
                        "line_maximum_units": pd.Series(goods.line_maximum[own], dtype="float64").where(
                            goods.line_maximum[own] > 0
                        ),
                        "is_preferred": rank == 0,
                        "valid_from_on": pd.Series(pd.NaT, index=range(len(own))).astype("datetime64[us]"),
                        "valid_until_on": pd.Series(pd.NaT, index=range(len(own))).astype("datetime64[us]"),
                    }
                )
            )
    terms = pd.concat(frames, ignore_index=True)
    return terms.sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
