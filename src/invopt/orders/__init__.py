"""Customer orders: check them, say where each leaves from, and when the rest can."""

from invopt.orders.allocate import AllocationPlan, allocate
from invopt.orders.availability import available_stock, expected_receipts
from invopt.orders.ledger import count_correction, ledger_position, release, reserve, short_pick
from invopt.orders.promise_stock import available_to_promise
from invopt.orders.reservations import settle_reservations, with_reserved, without_carried, without_reserved
from invopt.orders.shadow import shadow_prices
from invopt.orders.verify import verify
from invopt.orders.waves import pick_waves, workload

__all__ = [
    "AllocationPlan",
    "allocate",
    "available_stock",
    "available_to_promise",
    "count_correction",
    "expected_receipts",
    "ledger_position",
    "pick_waves",
    "release",
    "reserve",
    "settle_reservations",
    "shadow_prices",
    "short_pick",
    "verify",
    "with_reserved",
    "without_carried",
    "without_reserved",
    "workload",
]
