"""Stock that one location has too much of, where another would buy: moved where that is cheaper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from invopt.errors import SettingsError
from invopt.purchasing.keys import positions
from invopt.purchasing.workings import KEY
from invopt.settings import Settings
from invopt.tables import POLICY, SKU_LOCATION, STOCK_POSITION, TRANSFER_PROPOSAL, check, empty

DAYS_IN_YEAR = 365.0


def transfer_lanes(settings: Settings) -> dict[tuple[str, str], float]:
    """Cost of moving a unit in minor units, by (from, to), of `purchasing.transfer_cost_by_lane`.

    Raises `SettingsError` for a lane that is not written FROM>TO, or that leads back to where it begins.
    """
    lanes = {}
    for name, cost in settings.purchasing.transfer_cost_by_lane.items():
        ends = tuple(part.strip() for part in name.split(">"))
        if len(ends) != 2 or not all(ends):
            raise SettingsError(f"purchasing.transfer_cost_by_lane: {name!r} is no lane; write one like LEEDS>BATH.")
        if ends[0] == ends[1]:
            raise SettingsError(f"purchasing.transfer_cost_by_lane: {name!r} leads back to where it begins.")
        lanes[(ends[0], ends[1])] = cost
    return lanes


def propose_transfers(
    policy: pd.DataFrame, stock_position: pd.DataFrame, sku_location: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Moves of surplus stock to locations that would otherwise buy, in place of purchases.

    Frames of POLICY, STOCK_POSITION and SKU_LOCATION; lanes and their cost a unit from `purchasing.
    transfer_cost_by_lane`. Only what a location holds beyond its own target level is moved, and only to one that
    needs it: no location gives and takes the same SKU, so that no stock travels in a circle. A unit moved saves

        holding and obsolescence of the time it would lie where it is (its place in the surplus / demand a day),
        at most its cost, + the margin of a sale that would be lost before a purchase arrives - the lane's cost

    and moves while that is above 0, the cheapest lane first. What is moved is not bought; the purchase it saves at
    the place it leaves comes later or never. Whole units, or thousandths where the surplus is such.

    Returns TRANSFER_PROPOSAL. Raises `SettingsError` for a lane that cannot be. Fails to see: what a van carries
    at once, and that both locations may be short before the next review.
    """
    lanes = transfer_lanes(settings)
    policy = check(policy, POLICY)
    if not lanes or not len(policy):
        return empty(TRANSFER_PROPOSAL)
    known = sku_location.take(positions(policy, sku_location, KEY))
    stock = check(stock_position, STOCK_POSITION)
    at = positions(policy, stock, KEY)
    row = np.maximum(at, 0)
    free = (stock["on_hand_units"] - stock["reserved_units"]).clip(lower=0).to_numpy(dtype=float)[row]
    free = np.where((at >= 0) & ~stock["is_assumed"].to_numpy(dtype=bool)[row], free, 0.0)
    position = (
        free + policy["on_order_due_units"].to_numpy(dtype=float) - policy["backorder_units"].to_numpy(dtype=float)
    )
    surplus = np.minimum(np.floor(position - policy["target_level_units"].to_numpy(dtype=float)), free)
    # A level that lots leave behind is no surplus: it is what the next weeks were bought for.
    surplus -= np.ceil(policy["order_units"].to_numpy(dtype=float))
    need = np.ceil(policy["need_units"].to_numpy(dtype=float))
    is_active = check(known, SKU_LOCATION)["lifecycle"].ne("discontinued").to_numpy()
    gives, takes = (surplus >= 1.0) & (need <= 0), (need >= 1.0) & is_active
    codes = pd.factorize(policy["sku_id"])[0]
    both = np.isin(codes, codes[gives]) & np.isin(codes, codes[takes])
    facts = _Facts(policy, known, settings)
    rows: list[dict[str, Any]] = []
    place = policy["location_id"].to_numpy(dtype=object)
    for code in np.unique(codes[both]):
        mine = np.flatnonzero(codes == code)
        pairs = [
            (lanes[(place[a], place[b])], a, b)
            for a in mine[gives[mine]]
            for b in mine[takes[mine]]
            if (place[a], place[b]) in lanes
        ]
        for cost, a, b in sorted(pairs, key=lambda pair: (pair[0], place[pair[1]], place[pair[2]])):
            units, gain = facts.worthwhile(a, b, min(surplus[a], need[b]), surplus[a], cost)
            if units < 1.0:
                continue
            surplus[a] -= units
            need[b] -= units
            rows.append(facts.row(a, b, units, cost, gain))
    return check(pd.DataFrame(rows, columns=list(TRANSFER_PROPOSAL.names)), TRANSFER_PROPOSAL)


class _Facts:
    """What a move of each SKU-location's stock is worth."""

    def __init__(self, policy: pd.DataFrame, known: pd.DataFrame, settings: Settings) -> None:
        self.policy = policy
        self.cost = known["unit_cost_minor"].to_numpy(dtype=float)
        self.margin = np.maximum(known["unit_price_minor"].to_numpy(dtype=float) - self.cost, 0.0)
        self.carrying = settings.policy.holding_rate_per_year + settings.purchasing.obsolescence_rate_per_year
        days = policy["protection_days"].to_numpy(dtype=float)
        self.rate = policy["expected_demand_units"].to_numpy(dtype=float) / np.maximum(days, 1.0)
        self.lost = policy["expected_lost_units"].to_numpy(dtype=float)

    def worthwhile(self, a: int, b: int, most: float, surplus: float, cost: float) -> tuple[float, float]:
        """Units worth moving from a to b, the deepest of the surplus first, and what they gain together."""
        place = surplus - np.arange(int(most))
        wait = np.where(self.rate[a] > 0, place / max(self.rate[a], 1e-9), np.inf) / DAYS_IN_YEAR
        saved = self.cost[a] * np.minimum(self.carrying * wait, 1.0)
        saved += self.margin[b] * np.clip(self.lost[b] - np.arange(int(most)), 0.0, 1.0)
        gain = saved - cost
        # The first units are worth most: those beyond the first that loses are left.
        keep = int(np.argmax(gain <= 0)) if (gain <= 0).any() else len(gain)
        return float(keep), float(gain[:keep].sum())

    def row(self, a: int, b: int, units: float, cost: float, gain: float) -> dict[str, Any]:
        """TRANSFER_PROPOSAL row of a move."""
        first, second = self.policy.iloc[a], self.policy.iloc[b]
        return {
            "sku_id": first["sku_id"],
            "from_location_id": first["location_id"],
            "to_location_id": second["location_id"],
            "moved_units": units,
            "cost_minor": round(units * cost),
            "gain_minor": round(gain),
            "currency": first["currency"],
            "reason": f"{first['location_id']} holds more than it will sell soon, {second['location_id']} would buy",
        }
