"""What the planner assumes and aims at: demand, lead times, policy."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting

ABC_CLASSES = ("A", "B", "C")
SEGMENTS = tuple(abc + xyz for abc in ABC_CLASSES for xyz in ("X", "Y", "Z"))


@dataclass(frozen=True)
class Demand(Section):
    """How order lines become demand."""

    dormant_after_days: int = setting(
        365, "A SKU without an order for so long gets a zero forecast, flagged.", unit="days", minimum=1
    )
    outlier_multiple: float = setting(
        6.0, "A period above the median plus so many robust deviations is capped and shown.", minimum=1
    )
    history_periods: int = setting(156, "Periods of history that a forecast looks at.", unit="periods", minimum=8)
    cancellation_hours: int = setting(
        24,
        "A cancellation later than this after the order is a return, not a demand undone.",
        unit="hours",
        minimum=0,
    )
    is_rerouted: bool = setting(
        True,
        "Online orders are served from another location when theirs is out of stock: a stockout hides "
        "demand only when every location was out.",
    )
    default_category: str = setting("all", "Category of products that have none.")


@dataclass(frozen=True)
class LeadTime(Section):
    """What is assumed of suppliers until their receipts tell."""

    assumed_days: int = setting(
        14, "Lead time where neither receipts nor terms give one.", unit="days", minimum=0, maximum=730
    )
    assumed_log_scale: float = setting(
        0.3, "Spread of log lead time where receipts give none.", unit="log days", minimum=0, maximum=2
    )
    half_life_days: float = setting(730.0, "A receipt counts half after so long.", unit="days", minimum=1)
    abandoned_after_days: float = setting(
        365.0,
        "An order open for longer was lost or forgotten and says nothing about the next one.",
        unit="days",
        minimum=1,
    )
    least_degrees_of_freedom: float = setting(
        4.0, "Heaviest tail of log lead time that receipts may ask for (Student-t).", minimum=3, maximum=200
    )
    greatest_log_scale: float = setting(
        1.0,
        "Bound on the spread of log lead time: at 1, one order in ten takes over 3.6 times the median; what looks "
        "wider is two kinds of orders under one name.",
        unit="log days",
        minimum=0.01,
    )


@dataclass(frozen=True)
class Policy(Section):
    """What stock is for: targets and what shortage and stock cost."""

    target_kind: str = setting(
        "cycle_service",
        "Which target rules: cycle_service (nobody turned away in a cycle that asks), fill_rate (share of units from "
        "stock), or cost (margin against holding).",
        choices=("cycle_service", "fill_rate", "cost"),
    )
    target_by_class: dict[str, float] = setting(
        {"A": 0.97, "B": 0.95, "C": 0.90},
        "Target by ABC class; not used by cost. Neither 0 nor 1: no stock guarantees all demand.",
        minimum=0.01,
        maximum=0.9999,
    )
    target_by_segment: dict[str, float] = setting(
        {},
        "Target of a segment, ABC by margin and XYZ by variability, e.g. AX or CZ; it overrides that of the class.",
        minimum=0.01,
        maximum=0.9999,
    )
    shortage_rule: str = setting(
        "lost_sales",
        "What a customer does when stock is out: buys elsewhere, or waits.",
        choices=("lost_sales", "backorders"),
    )
    review_days: int = setting(7, "Days between purchase plans.", unit="days", minimum=1, maximum=366)
    holding_rate_per_year: float = setting(
        0.20, "Cost of holding stock for a year, as a share of its value.", unit="share of cost", minimum=0
    )
    order_line_cost_minor: int = setting(
        200,
        "Cost of ordering and receiving one line: what economic lots weigh against holding, and a replay counts.",
        unit="minor units",
        minimum=0,
    )
    cost_share_of_price: float = setting(
        0.5, "Unit cost where none is given, as a share of price.", unit="share of price", minimum=0
    )
    sample_paths: int = setting(
        64,
        "Demand paths a projection averages over: 64, 128, 256, 1024 or 4096.",
        unit="paths",
        minimum=64,
        maximum=4096,
    )

    def __post_init__(self) -> None:
        """Check also that every class has its target, and that segments are known."""
        super().__post_init__()
        if set(self.target_by_class) != set(ABC_CLASSES):
            raise SettingsError(
                f"policy.target_by_class: give one target for each of {', '.join(ABC_CLASSES)}; "
                f"found {', '.join(sorted(self.target_by_class)) or 'none'}."
            )
        unknown = sorted(set(self.target_by_segment) - set(SEGMENTS))
        if unknown:
            raise SettingsError(
                f"policy.target_by_segment: {', '.join(unknown)} is no segment; they are {', '.join(SEGMENTS)}."
            )
