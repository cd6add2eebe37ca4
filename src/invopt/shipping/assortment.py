"""Which carton sizes to keep: the few that would have shipped past orders cheapest, postage included."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from invopt.settings import Business, Shipping
from invopt.shipping.parcels import pack_orders
from invopt.shipping.plan import Network
from invopt.shipping.rates import quote
from invopt.tables import CARTON, check

FloatArray = npt.NDArray[np.float64]
#: Consignments looked at; more are thinned out evenly.
MOST_CONSIGNMENTS = 2_000
#: Length : width : height of the candidates that are made up, and how many volumes of each.
_SHAPES = ((1.0, 0.8, 0.6), (1.0, 0.75, 0.3), (1.0, 0.5, 0.4))
_VOLUMES = 8
#: Thickness of a wall, for the outer sides of a candidate.
_WALL_MM = 4


@dataclass(frozen=True)
class CartonAdvice:
    """The advised set and what it costs beside today's.

    `carton`: the table's columns and parcels (of the consignments looked at) for each advised size.
    `cost_minor` and `cost_now_minor`: cartons and postage for those consignments with the advised and with
    today's set. `consignments` were compared; `left_out` fit none of today's cartons or none of the
    candidates.
    """

    carton: pd.DataFrame
    cost_minor: int
    cost_now_minor: int
    consignments: int
    left_out: int


def advise_cartons(
    allocation: pd.DataFrame,
    orders: pd.DataFrame,
    product: pd.DataFrame,
    network: Network,
    sizes: int,
    on: pd.Timestamp,
    settings: Shipping,
    business: Business,
    candidates: pd.DataFrame | None = None,
) -> CartonAdvice:
    """The `sizes` cartons that would have shipped past orders cheapest.

    `allocation` and `orders` are past orders in the form of tables `allocation` and `open_order_line`;
    `network` holds today's cartons and the rate cards that price the parcels as of `on`. `candidates` is a
    table `carton`; without it today's cartons and sizes made up from the goods' volumes are compared, priced
    per surface like today's.

    Every consignment is packed into each candidate alone, and priced with its cheapest service. Choosing k
    candidates such that each consignment takes its cheapest is a k-median problem: greedy addition, then
    exchanges until none helps (Teitz & Bart 1968), which is a local optimum, not a proven one. Where no
    postage is known, cartons compete by their own cost and volume.
    """
    lines = _thinned(allocation)
    made = network.carton if candidates is None else candidates
    if candidates is None:
        made = pd.concat([made, _made_up(lines, product, network.carton, settings)], ignore_index=True)
    made = check(made, CARTON)
    costs, parcels = _costs(lines, orders, product, network, made, on, settings, business)
    now = np.array([carton_id in set(network.carton["carton_id"]) for carton_id in made["carton_id"]])
    fits = np.isfinite(costs).any(axis=1) & (np.isfinite(costs[:, now]).any(axis=1) | (not now.any()))
    costs, parcels = costs[fits], parcels[fits]
    chosen = _k_median(costs, sizes)
    taken = np.array(chosen)[np.argmin(costs[:, chosen], axis=1)] if len(costs) else np.zeros(0, np.int64)
    used = np.bincount(taken, weights=parcels[np.arange(len(taken)), taken], minlength=len(made))
    advised = made.iloc[chosen].assign(parcels=used[chosen].astype(np.int64))
    today = costs[:, now].min(axis=1).sum() if now.any() and len(costs) else np.nan
    return CartonAdvice(
        advised.sort_values("parcels", ascending=False, ignore_index=True),
        round(float(costs[:, chosen].min(axis=1).sum())) if len(costs) else 0,
        0 if np.isnan(today) else round(float(today)),
        int(fits.sum()),
        int((~fits).sum()),
    )  # fmt: skip


def _thinned(allocation: pd.DataFrame) -> pd.DataFrame:
    """Every n-th consignment, so that the sample spans the whole time."""
    keys = allocation[["order_id", "location_id"]].drop_duplicates().sort_values(["order_id", "location_id"])
    step = max(1, -(-len(keys) // MOST_CONSIGNMENTS))
    return allocation.merge(keys.iloc[::step], on=["order_id", "location_id"])


def _made_up(lines: pd.DataFrame, product: pd.DataFrame, carton: pd.DataFrame, settings: Shipping) -> pd.DataFrame:
    """Candidates over the range of the consignments' volumes, in three shapes, sides rounded up to a centimetre."""
    sides = ["length_mm", "width_mm", "height_mm"]
    sized = lines.merge(product[["sku_id", *sides]], on="sku_id", how="left", validate="many_to_one")
    volume = sized[sides].astype("float64").prod(axis=1, min_count=3) * sized["allocated_units"]
    wanted = volume.groupby([sized["order_id"], sized["location_id"]]).sum(min_count=1).dropna()
    if wanted.empty:
        return carton.iloc[:0]
    # A carton is never quite full: the goods' volume takes about two thirds of it.
    levels = np.unique(np.quantile(wanted, np.linspace(0.1, 1.0, _VOLUMES)) * 1.5)
    surface = _surface(carton)
    per_surface = float((carton["cost_minor"].astype("float64") / surface).median()) if len(carton) else np.nan
    density = float((carton["empty_weight_g"] / surface).median()) if len(carton) else 0.0
    limit = int(carton["maximum_weight_g"].max()) if len(carton) else 30_000
    rows = []
    for level in levels:
        for shape in _SHAPES:
            scale = (level / np.prod(shape)) ** (1 / 3)
            inner = [max(20, int(np.ceil(scale * share / 10)) * 10) for share in shape]
            outer = [side + 2 * _WALL_MM for side in inner]
            row: dict[str, object] = {f"inner_{side}": value for side, value in zip(sides, inner, strict=True)}
            row |= {f"outer_{side}": value for side, value in zip(sides, outer, strict=True)}
            row["carton_id"] = "x".join(map(str, inner))
            rows.append(row)
    made = pd.DataFrame(rows).drop_duplicates("carton_id")
    made = made[~made["carton_id"].isin(carton["carton_id"])]
    made["empty_weight_g"] = np.ceil(_surface(made) * density).astype("int64")
    made["maximum_weight_g"] = limit
    made["cost_minor"] = pd.NA if np.isnan(per_surface) else np.ceil(_surface(made) * per_surface).astype("int64")
    made["currency"] = carton["currency"].iloc[0] if len(carton) else None
    return check(made[list(CARTON.names)], CARTON)


def _surface(carton: pd.DataFrame) -> pd.Series:
    length, width, height = (carton[f"outer_{side}_mm"].astype("float64") for side in ("length", "width", "height"))
    return 2 * (length * width + length * height + width * height)


def _costs(
    lines: pd.DataFrame, orders: pd.DataFrame, product: pd.DataFrame, network: Network, made: pd.DataFrame,
    on: pd.Timestamp, settings: Shipping, business: Business,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Cost and number of parcels of each consignment in each candidate alone; infinite where it does not fit."""
    keys = lines[["order_id", "location_id"]].drop_duplicates().sort_values(["order_id", "location_id"])
    row_of = pd.Series(np.arange(len(keys)), index=pd.MultiIndex.from_frame(keys))
    costs = np.full((len(keys), len(made)), np.inf)
    counts = np.zeros((len(keys), len(made)))
    ship_to = orders.drop_duplicates("order_id")[["order_id", "ship_to_country", "ship_to_postcode"]]
    quick = replace(settings, packing_budget=min(settings.packing_budget, 60))
    for column in range(len(made)):
        packed = pack_orders(lines, product, made.iloc[[column]], quick).parcel
        parcel = packed.merge(ship_to, on="order_id", how="left", validate="many_to_one")
        parcel = parcel.assign(
            from_country=business.country,
            to_country=parcel["ship_to_country"].astype("str").fillna(business.country),
            to_postcode=parcel["ship_to_postcode"].astype("str").fillna(""),
            is_residential=settings.is_residential,
        )
        parcel["total"] = _postage(parcel, network, on, business) + parcel["carton_cost_minor"]
        # Goods that ship alone cost the same with every set; goods that fit not at all bar the candidate.
        is_barred = parcel["carton_id"].isna() & (parcel["reason"].str.split("; ").str[0] != "travels in its own box")
        parcel["total"] = parcel["total"].mask(is_barred, np.inf)
        by_consignment = parcel.groupby(["order_id", "location_id"])["total"].agg(["sum", "size"])
        rows = row_of.loc[list(by_consignment.index)].to_numpy()
        costs[rows, column] = by_consignment["sum"]
        counts[rows, column] = by_consignment["size"]
    return costs, counts


def _postage(parcel: pd.DataFrame, network: Network, on: pd.Timestamp, business: Business) -> pd.Series:
    """The cheapest service of each parcel; without any rate card its outer volume in cm3 stands for postage."""
    if network.rate.empty or network.carrier_service.empty:
        sides = parcel[["length_mm", "width_mm", "height_mm"]].astype("float64")
        return sides.prod(axis=1) / 1000.0
    quotes = quote(
        parcel, network.carrier_service, network.carrier_zone, network.rate, network.surcharge, on,
        currency=business.currency,
    )  # fmt: skip
    cheapest = quotes.groupby("parcel_id")["cost_minor"].min().astype("float64")
    return parcel["parcel_id"].map(cheapest).fillna(np.inf)


def _k_median(costs: FloatArray, sizes: int) -> list[int]:
    """Columns of the k candidates with the lowest sum of row minima: greedy, then exchanges while they help."""
    # A consignment that a set cannot hold at all costs more than any difference between sets.
    finite = costs[np.isfinite(costs)]
    filled = np.where(np.isfinite(costs), costs, (finite.max(initial=1.0) + 1.0) * max(len(costs), 1))
    chosen: list[int] = []
    best = np.full(len(costs), np.inf)
    while len(chosen) < min(sizes, costs.shape[1]):
        totals = np.minimum(best[:, None], filled).sum(axis=0)
        totals[chosen] = np.inf
        chosen.append(int(np.argmin(totals)))
        best = np.minimum(best, filled[:, chosen[-1]])
    has_improved = True
    while has_improved and chosen:
        has_improved = False
        for place in range(len(chosen)):
            others = [column for number, column in enumerate(chosen) if number != place]
            without = filled[:, others].min(axis=1, initial=np.inf)
            totals = np.minimum(without[:, None], filled).sum(axis=0)
            totals[others] = np.inf
            better = int(np.argmin(totals))
            if totals[better] < totals[chosen[place]] - 1e-9:
                chosen[place] = better
                has_improved = True
    return sorted(chosen)
