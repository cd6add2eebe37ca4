"""From allocated order lines to parcels: one consignment an order and location, divided over cartons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from invopt.settings import Shipping
from invopt.shipping.packing import ANY_WAY, UPRIGHT, Cartons, Goods, Search, pack_many
from invopt.shipping.packing.goods import IntArray
from invopt.tables import PARCEL_LINE, PLACEMENT, check, empty

#: Columns of `Packed.parcel`: those of the table that are known before a carrier is, and what choosing one needs.
PARCEL_COLUMNS = (
    "parcel_id", "order_id", "location_id", "carton_id", "length_mm", "width_mm", "height_mm", "weight_g",
    "fill_share", "carton_cost_minor", "is_hazardous", "is_age_restricted", "is_assumed", "reason",
)  # fmt: skip


@dataclass(frozen=True)
class Packed:
    """Parcels (`PARCEL_COLUMNS`), and the tables `parcel_line` and `placement`."""

    parcel: pd.DataFrame
    parcel_line: pd.DataFrame
    placement: pd.DataFrame


def pack_orders(
    allocation: pd.DataFrame,
    product: pd.DataFrame,
    carton: pd.DataFrame,
    settings: Shipping,
    *,
    stock: Mapping[str, int] | None = None,
    threads: int = 2,
) -> Packed:
    """Put what each order gets from each location into as few cartons as possible.

    `allocation` has order_id, order_line_id, location_id, sku_id, allocated_units (a further column is not
    looked at); `product` and `carton` are the tables of those names; `stock` says how many cartons of an id
    there are, no entry meaning plenty. Goods that ship alone, and goods too large or too heavy for every
    carton, become a parcel of their own, a unit each; `reason` says so. Where no cartons are known at all, a
    consignment is one parcel of unknown size. Unknown or zero sizes and weights
    are assumed from the settings, marked `is_assumed` and named in the reason. Part units count as whole.

    Every allocated unit is in exactly one parcel, whatever its data. Fails only where the tables break
    their declaration. Packing itself: see `invopt.shipping.packing.pack_many`.
    """
    lines = _lines_with_sizes(allocation, product, settings)
    sizes = _cartons(carton, settings, stock or {})
    goods = _goods(lines)
    if carton.empty:
        return _without_cartons(lines)
    boxed = lines.index[~lines["ships_alone"]].to_numpy()
    consignment = lines["consignment"].to_numpy()[boxed]
    first = np.append(np.flatnonzero(np.diff(consignment, prepend=-1)), len(boxed)).astype(np.int64)
    packing = pack_many(
        _rows_of(goods, boxed), first, sizes,
        Search(settings.least_support_share, settings.packing_budget), threads=threads,
    )  # fmt: skip
    units = _units_in_cartons(packing.rows, boxed, lines)
    units = pd.concat([units, _units_alone(units, lines, sizes)], ignore_index=True)
    return _tables(units, lines, carton)


def _lines_with_sizes(allocation: pd.DataFrame, product: pd.DataFrame, settings: Shipping) -> pd.DataFrame:
    """Lines with a unit count, whole and positive sizes, and what was assumed; sorted by consignment."""
    columns = ["order_id", "location_id", "order_line_id", "sku_id", "allocated_units"]
    lines = allocation.loc[allocation["allocated_units"] > 0, columns].sort_values(columns[:3], kind="stable")
    wanted = [
        "sku_id", "length_mm", "width_mm", "height_mm", "weight_g", "is_this_side_up", "is_fragile",
        "is_hazardous", "is_age_restricted", "ships_alone", "packing_group",
    ]  # fmt: skip
    lines = lines.merge(product[wanted], on="sku_id", how="left", validate="many_to_one").reset_index(drop=True)
    sides = ["length_mm", "width_mm", "height_mm"]
    has_no_size = lines[sides].isna().any(axis=1) | (lines[sides].fillna(0) < 1).any(axis=1)
    has_no_weight = lines["weight_g"].fillna(0) < 1
    for side in sides:
        lines[side] = lines[side].mask(has_no_size, getattr(settings, f"assumed_{side}")).astype("int64")
    lines["weight_g"] = lines["weight_g"].mask(has_no_weight, settings.assumed_weight_g).astype("int64")
    for flag in ("is_this_side_up", "is_fragile", "is_hazardous", "is_age_restricted", "ships_alone"):
        lines[flag] = lines[flag].fillna(False).astype(bool)
    lines["assumption"] = np.select(
        [has_no_size & has_no_weight, has_no_size, has_no_weight],
        ["size and weight assumed", "size assumed", "weight assumed"],
        default="",
    )
    lines["units"] = np.ceil(lines["allocated_units"].to_numpy()).astype(np.int64)
    lines["consignment"] = lines.groupby(["order_id", "location_id"], sort=False).ngroup()
    return lines


def _goods(lines: pd.DataFrame) -> Goods:
    group = pd.factorize(lines["packing_group"].fillna(""))
    no_group = np.flatnonzero(np.asarray(group[1]) == "")
    code = np.where(np.isin(group[0], no_group), 0, group[0] + 1)
    return Goods.of(
        lines[["length_mm", "width_mm", "height_mm"]].to_numpy(np.int64).reshape(-1, 3),
        lines["weight_g"], lines["units"],
        np.where(lines["is_this_side_up"], UPRIGHT, ANY_WAY), lines["is_fragile"], code,
    )  # fmt: skip


def _rows_of(goods: Goods, rows: IntArray) -> Goods:
    return Goods(
        np.ascontiguousarray(goods.sides_mm[rows]), goods.weight_g[rows], goods.quantity[rows],
        goods.rotations[rows], goods.is_fragile[rows], goods.group[rows],
    )  # fmt: skip


def _cartons(carton: pd.DataFrame, settings: Shipping, stock: Mapping[str, int]) -> Cartons:
    """Usable insides less the padding; a carton too small for its padding holds nothing."""
    inner = carton[["inner_length_mm", "inner_width_mm", "inner_height_mm"]].to_numpy(np.int64)
    inner = np.maximum(inner - 2 * settings.padding_mm, 0).reshape(-1, 3)
    volume = inner.prod(axis=1) // 1000
    # Prices count only where all can be compared; the volume then decides among equals.
    comparable = carton["cost_minor"].notna().all() and len(carton["currency"].unique()) <= 1
    price = carton["cost_minor"].fillna(0).to_numpy(np.int64) if comparable else np.zeros(len(carton), np.int64)
    count = [stock.get(carton_id, Cartons.PLENTY) for carton_id in carton["carton_id"]]
    return Cartons.of(inner, carton["empty_weight_g"], carton["maximum_weight_g"], price * (1 << 32) + volume, count)


def _units_in_cartons(rows: IntArray, boxed: IntArray, lines: pd.DataFrame) -> pd.DataFrame:
    """One row a placed unit."""
    return pd.DataFrame(
        {
            "line": boxed[rows[:, 3]] if len(rows) else np.zeros(0, np.int64),
            "parcel": rows[:, 1],
            "size": rows[:, 2],
            **{f"{axis}_mm": rows[:, 4 + i] for i, axis in enumerate("xyz")},
            **{name: rows[:, 7 + i] for i, name in enumerate(("length_mm", "width_mm", "height_mm"))},
            "why": "",
        }
    )


def _units_alone(units: pd.DataFrame, lines: pd.DataFrame, sizes: Cartons) -> pd.DataFrame:
    """Units in no carton: one parcel each, numbered after the cartons of their consignment."""
    packed = np.bincount(units["line"], minlength=len(lines))
    left = np.repeat(np.arange(len(lines)), lines["units"].to_numpy() - packed)
    line = lines.iloc[left]
    largest = np.sort(sizes.inner_mm, axis=1)
    sides = np.sort(line[["length_mm", "width_mm", "height_mm"]].to_numpy(np.int64).reshape(-1, 3), axis=1)
    fits = np.all(sides[:, None, :] <= largest[None], axis=2)
    is_too_large = ~np.any(fits, axis=1)
    is_too_heavy = line["weight_g"].to_numpy() > (sizes.limit_g - sizes.empty_g).max(initial=0)
    why = np.select(
        [line["ships_alone"], is_too_large, is_too_heavy],
        ["travels in its own box", "too large for every carton", "too heavy for every carton"],
        default="no carton that would hold it is left, or none holds it this side up",
    )  # fmt: skip
    alone = pd.DataFrame(
        {
            "line": left,
            "size": -1,
            "x_mm": 0,
            "y_mm": 0,
            "z_mm": 0,
            "length_mm": line["length_mm"].to_numpy(),
            "width_mm": line["width_mm"].to_numpy(),
            "height_mm": line["height_mm"].to_numpy(),
            "why": why,
        }
    )
    consignment = lines["consignment"].to_numpy()
    cartons = units.groupby(consignment[units["line"]])["parcel"].max() + 1
    before = cartons.reindex(consignment[left], fill_value=0).to_numpy()
    alone["parcel"] = before + alone.groupby(consignment[left]).cumcount()
    return alone


def _tables(units: pd.DataFrame, lines: pd.DataFrame, carton: pd.DataFrame) -> Packed:
    line = lines.iloc[units["line"]].reset_index(drop=True)
    units = units.reset_index(drop=True)
    number = (units["parcel"] + 1).astype(str)
    units["parcel_id"] = line["order_id"] + "/" + line["location_id"] + "/" + number
    for name in ("order_id", "location_id", "order_line_id", "sku_id", "weight_g", "is_hazardous",
                 "is_age_restricted", "assumption"):  # fmt: skip
        units[name if name != "weight_g" else "unit_weight_g"] = line[name]
    units["volume"] = units["length_mm"] * units["width_mm"] * units["height_mm"]
    grouped = units.groupby("parcel_id", sort=False)
    parcel = grouped.agg(
        order_id=("order_id", "first"), location_id=("location_id", "first"), size=("size", "first"),
        length_mm=("length_mm", "first"), width_mm=("width_mm", "first"), height_mm=("height_mm", "first"),
        weight_g=("unit_weight_g", "sum"), volume=("volume", "sum"), is_hazardous=("is_hazardous", "any"),
        is_age_restricted=("is_age_restricted", "any"), why=("why", "first"),
        reason=("assumption", _joined),
    ).reset_index()  # fmt: skip
    in_carton = parcel["size"].to_numpy() >= 0
    size = parcel["size"].to_numpy()[in_carton]
    parcel["carton_id"] = pd.Series(pd.NA, index=parcel.index, dtype="str")
    parcel["fill_share"] = np.nan
    parcel["carton_cost_minor"] = 0
    if in_carton.any():
        chosen = carton.iloc[size]
        inner = chosen[["inner_length_mm", "inner_width_mm", "inner_height_mm"]].to_numpy(np.int64)
        parcel.loc[in_carton, "carton_id"] = chosen["carton_id"].to_numpy()
        for side in ("length_mm", "width_mm", "height_mm"):
            parcel.loc[in_carton, side] = chosen[f"outer_{side}"].to_numpy(np.int64)
        parcel.loc[in_carton, "weight_g"] += chosen["empty_weight_g"].to_numpy(np.int64)
        parcel.loc[in_carton, "carton_cost_minor"] = chosen["cost_minor"].fillna(0).to_numpy(np.int64)
        parcel.loc[in_carton, "fill_share"] = parcel["volume"].to_numpy()[in_carton] / inner.prod(axis=1)
    parcel["is_assumed"] = parcel["reason"] != ""
    parcel["reason"] = [_joined([why, reason]) for why, reason in zip(parcel["why"], parcel["reason"], strict=True)]
    parcel_line = (
        units.groupby(["parcel_id", "order_id", "order_line_id", "sku_id"], sort=False)
        .size()
        .rename("packed_units")
        .reset_index()
    )
    return Packed(
        parcel[list(PARCEL_COLUMNS)],
        check(parcel_line, PARCEL_LINE),
        _placements(units),
    )


def _placements(units: pd.DataFrame) -> pd.DataFrame:
    """Table `placement`: the units in cartons, the lowest and rearmost first, as a hand would set them."""
    placed = units[units["size"] >= 0].sort_values(["parcel_id", "z_mm", "y_mm", "x_mm"], kind="stable")
    placed = placed.assign(unit_number=placed.groupby("parcel_id").cumcount() + 1)
    return check(placed[list(PLACEMENT.names)], PLACEMENT)


def _without_cartons(lines: pd.DataFrame) -> Packed:
    """One parcel a consignment, of unknown size: nothing is known of the cartons that will be used."""
    lines = lines.assign(
        parcel_id=lines["order_id"] + "/" + lines["location_id"] + "/1",
        weight=lines["weight_g"] * lines["units"],
        packed_units=lines["units"].astype("float64"),
    )
    parcel = (
        lines.groupby("parcel_id", sort=False)
        .agg(
            order_id=("order_id", "first"), location_id=("location_id", "first"), weight_g=("weight", "sum"),
            is_hazardous=("is_hazardous", "any"), is_age_restricted=("is_age_restricted", "any"),
            reason=("assumption", _joined),
        )
        .reset_index()
    )  # fmt: skip
    parcel["reason"] = [_joined(["no cartons are known: one parcel, by weight", reason]) for reason in parcel["reason"]]
    unknown: dict[str, Any] = {
        "carton_id": pd.NA,
        "length_mm": pd.NA,
        "width_mm": pd.NA,
        "height_mm": pd.NA,
        "fill_share": np.nan,
    }
    parcel = parcel.assign(**unknown, carton_cost_minor=0, is_assumed=True)
    parcel_line = check(lines[list(PARCEL_LINE.names)].copy(), PARCEL_LINE)
    return Packed(parcel[list(PARCEL_COLUMNS)], parcel_line, empty(PLACEMENT))


def _joined(reasons: pd.Series | list[str]) -> str:
    return "; ".join(sorted({reason for reason in reasons if reason}))
