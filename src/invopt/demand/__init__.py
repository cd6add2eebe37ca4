"""What customers wanted: outliers capped, stockouts completed, SKUs classed."""

from invopt.demand.classes import abc_class, dormant, xyz_class
from invopt.demand.cleaning import REASONS, CleanDemand, clean_demand
from invopt.demand.lending import between_two_lives, lent_history
from invopt.demand.outliers import capped_outliers, outlier_limit
from invopt.demand.stockouts import order_size, recovered_demand
from invopt.demand.weekdays import weekly_profiles

__all__ = [
    "REASONS",
    "CleanDemand",
    "abc_class",
    "between_two_lives",
    "capped_outliers",
    "clean_demand",
    "dormant",
    "lent_history",
    "order_size",
    "outlier_limit",
    "recovered_demand",
    "weekly_profiles",
    "xyz_class",
]
