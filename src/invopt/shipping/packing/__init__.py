"""Cartons: three-dimensional packing of orders, loading of containers, and the referee that checks both."""

from __future__ import annotations

from invopt.shipping.packing.container import Loading, load_container
from invopt.shipping.packing.goods import ANY_WAY, UPRIGHT, Cartons, Goods, Search
from invopt.shipping.packing.many import Packing, pack_goods, pack_many
from invopt.shipping.packing.verify import packing_faults

__all__ = [
    "ANY_WAY",
    "UPRIGHT",
    "Cartons",
    "Goods",
    "Loading",
    "Packing",
    "Search",
    "load_container",
    "pack_goods",
    "pack_many",
    "packing_faults",
]
