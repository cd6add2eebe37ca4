"""A made-up shop: seeded, with known truth, from two hundred SKUs to a million."""

from __future__ import annotations

from invopt.sample.generate import generate, shop_parts
from invopt.sample.spec import ShopSpec
from invopt.sample.truth import Truth
from invopt.sample.write import write_shop

__all__ = ["ShopSpec", "Truth", "generate", "shop_parts", "write_shop"]
