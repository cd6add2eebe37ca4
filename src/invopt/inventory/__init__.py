"""How much stock is right: lead times, the projection that orders by default, and the textbook's policies."""

from __future__ import annotations

from invopt.inventory.exchange import ServiceMix, exchange_curve, service_mix
from invopt.inventory.guaranteed_service import ServiceTimes, guaranteed_service_tree
from invopt.inventory.joint_orders import JointPlan, joint_replenishment
from invopt.inventory.lead_time import (
    expected_arrivals,
    lead_time_draws,
    lead_time_quantile,
    lead_times,
    observed_lead_times,
)
from invopt.inventory.lot_sizing import LotPlan, silver_meal, wagner_whitin
from invopt.inventory.min_max import MinMaxPolicy, min_max_policy
from invopt.inventory.newsvendor import (
    SeasonStock,
    newsvendor_empirical,
    newsvendor_gamma,
    newsvendor_normal,
    newsvendor_poisson,
)
from invopt.inventory.order_quantity import (
    LotSize,
    economic_order_quantity,
    economic_order_quantity_all_units,
    economic_order_quantity_incremental,
    economic_order_quantity_with_backorders,
    economic_production_quantity,
)
from invopt.inventory.perishable import expected_outdating, perishable_need
from invopt.inventory.projection import (
    Projection,
    critical_ratio,
    imply,
    project,
    series_seeds,
    uncertain_supply,
)
from invopt.inventory.projection_inputs import Arrivals, DemandOutlook, LeadTimes
from invopt.inventory.rebalancing import rebalance
from invopt.inventory.reorder_point_quantity import (
    ReorderPolicy,
    reorder_policy_normal,
    reorder_policy_normal_approximate,
    reorder_policy_poisson,
)
from invopt.inventory.safety_stock import (
    cumulative_error_ratio,
    level_empirical,
    level_gamma,
    level_gamma_for_fill_rate,
    level_negative_binomial,
    level_negative_binomial_for_fill_rate,
    order_up_to_level,
    protection_moments,
    reorder_point,
    safety_stock_normal,
    safety_stock_normal_for_fill_rate,
)
from invopt.inventory.serial import (
    SerialPlan,
    serial_system,
    serial_system_approximate,
    serial_system_normal,
)

__all__ = [
    "Arrivals",
    "DemandOutlook",
    "JointPlan",
    "LeadTimes",
    "LotPlan",
    "LotSize",
    "MinMaxPolicy",
    "Projection",
    "ReorderPolicy",
    "SeasonStock",
    "SerialPlan",
    "ServiceMix",
    "ServiceTimes",
    "critical_ratio",
    "cumulative_error_ratio",
    "economic_order_quantity",
    "economic_order_quantity_all_units",
    "economic_order_quantity_incremental",
    "economic_order_quantity_with_backorders",
    "economic_production_quantity",
    "exchange_curve",
    "expected_arrivals",
    "expected_outdating",
    "guaranteed_service_tree",
    "imply",
    "joint_replenishment",
    "lead_time_draws",
    "lead_time_quantile",
    "lead_times",
    "level_empirical",
    "level_gamma",
    "level_gamma_for_fill_rate",
    "level_negative_binomial",
    "level_negative_binomial_for_fill_rate",
    "min_max_policy",
    "newsvendor_empirical",
    "newsvendor_gamma",
    "newsvendor_normal",
    "newsvendor_poisson",
    "observed_lead_times",
    "order_up_to_level",
    "perishable_need",
    "project",
    "protection_moments",
    "rebalance",
    "reorder_point",
    "reorder_policy_normal",
    "reorder_policy_normal_approximate",
    "reorder_policy_poisson",
    "safety_stock_normal",
    "safety_stock_normal_for_fill_rate",
    "serial_system",
    "serial_system_approximate",
    "serial_system_normal",
    "series_seeds",
    "service_mix",
    "silver_meal",
    "uncertain_supply",
    "wagner_whitin",
]
