"""Customer orders: check them, say where each leaves from, and when the rest can."""

from invopt.orders.allocate import AllocationPlan, allocate
from invopt.orders.availability import available_stock, expected_receipts
from invopt.orders.ledger import ledger_position, release, reserve, short_pick
from invopt.orders.shadow import shadow_prices
from invopt.orders.verify import verify
from invopt.orders.waves import pick_waves, workload

__all__ = [
    "AllocationPlan",
    "allocate",
    "available_stock",
    "expected_receipts",
    "ledger_position",
    "pick_waves",
    "release",
    "reserve",
    "shadow_prices",
    "short_pick",
    "verify",
    "workload",
]
