"""Customer orders: check them, say where each leaves from, and when the rest can."""

from invopt.orders.allocate import AllocationPlan, allocate
from invopt.orders.availability import available_stock, expected_receipts
from invopt.orders.shadow import shadow_prices
from invopt.orders.verify import verify

__all__ = [
    "AllocationPlan",
    "allocate",
    "available_stock",
    "expected_receipts",
    "shadow_prices",
    "verify",
]
