"""How orders are checked and where they are served from."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.errors import SettingsError
from invopt.settings.section import Section, setting

SHORTAGE_POLICIES = ("split", "hold_until_complete", "backorder")
ADDRESS_FIELDS = ("ship_to_name", "ship_to_street", "ship_to_city", "ship_to_postcode", "ship_to_country")


@dataclass(frozen=True)
class Orders(Section):
    """Checks before an order may leave, and what a location, a split, a late day and a waiting unit cost."""

    address_fields: tuple[str, ...] = setting(
        ("ship_to_street", "ship_to_city", "ship_to_postcode", "ship_to_country"),
        "Parts of the address without which an order is held.",
    )
    held_payment_states: tuple[str, ...] = setting(("pending",), "Payment states that hold an order until it is paid.")
    rejected_payment_states: tuple[str, ...] = setting(("failed", "refunded"), "Payment states that reject an order.")
    duplicate_hours: float = setting(
        24.0, "The same goods for the same customer within so many hours hold the later order.",
        unit="hours", minimum=0,
    )  # fmt: skip
    price_tolerance_share: float = setting(
        0.30, "A price further than this below the list price, or above it, holds the order.",
        unit="share of list price", minimum=0,
    )  # fmt: skip
    maximum_line_units: float = setting(500.0, "A line above it is held for a look.", unit="units", minimum=0)
    maximum_order_lines: int = setting(200, "An order with more lines is held for a look.", unit="lines", minimum=1)
    maximum_order_minor: int = setting(
        500_000, "An order worth more is held for a look.", unit="minor units", minimum=0
    )
    clock_skew_hours: float = setting(
        24.0,
        "An order dated further than this after the end of the as-of day is held.",
        unit="hours",
        minimum=0,
    )
    blocked_customers: tuple[str, ...] = setting((), "Customers whose orders are held for the fraud desk.")
    blocked_regions: tuple[str, ...] = setting(
        (), "Places that are not served: a country (KP) or a country with the start of a postcode (GB:BT)."
    )
    served_countries: tuple[str, ...] = setting((), "Countries that are served; empty for all.")
    hazardous_countries: tuple[str, ...] = setting(
        (),
        "Countries to which dangerous goods may be sent; empty for every country that a service carries them to.",
    )
    age_restricted_countries: tuple[str, ...] = setting(
        (),
        "Countries to which age-restricted goods may be sent; empty for every country with a service that checks.",
    )
    fraud_hold_score: int = setting(60, "An order with this many points or more is held.", unit="points", minimum=1)
    fraud_points: dict[str, int] = setting(
        {"high_value": 30, "many_units_of_one": 20, "rapid_orders": 30, "shared_address": 20,
         "guest_high_value": 25, "unpaid_abroad": 25},
        "Points that each sign adds to the fraud score.", minimum=0,
    )  # fmt: skip
    fraud_high_value_minor: int = setting(
        100_000, "Value from which an order counts as high.", unit="minor units", minimum=0
    )
    fraud_many_units: float = setting(20.0, "Units of one SKU that count as many.", unit="units", minimum=0)
    fraud_rapid_orders: int = setting(
        4,
        "Open orders of one customer within the duplicate window that count as rapid.",
        unit="orders",
        minimum=2,
    )
    fraud_shared_customers: int = setting(
        3, "Customers at one address that count as shared.", unit="customers", minimum=2
    )
    shortage_policy: str = setting(
        "split",
        "What is done when an order cannot leave whole from one place: send what there is, from several "
        "places (split); wait for all of it (hold_until_complete); send one parcel now and the rest later "
        "(backorder).",
        choices=SHORTAGE_POLICIES,
    )
    shortage_policy_by_channel: dict[str, str] = setting({}, "The same for single channels.", choices=SHORTAGE_POLICIES)
    buffer_units: float = setting(0.0, "Units of each SKU and location kept back from orders.", unit="units", minimum=0)
    buffer_share: float = setting(
        0.0, "Share of what is on hand that is kept back, rounded up to units.", unit="share 0-1",
        minimum=0, maximum=1,
    )  # fmt: skip
    maximum_parcels: int = setting(
        3, "Most locations that one order may leave from.", unit="locations", minimum=1, maximum=6
    )
    assumed_parcel_minor: int = setting(500, "Cost of a parcel where none is known.", unit="minor units", minimum=0)
    assumed_distance_minor: int = setting(
        200, "Added where it leaves from another location than the one that should serve it, and none is "
        "known.",
        unit="minor units", minimum=0,
    )  # fmt: skip
    split_minor: int = setting(
        150, "Cost of each further parcel of an order beyond carrier and handling: the customer's "
        "annoyance, the second delivery.", unit="minor units", minimum=0,
    )  # fmt: skip
    late_day_minor: int = setting(
        100, "Cost of each day an order arrives after its promise.", unit="minor units per day", minimum=0
    )
    lost_margin_share: float = setting(
        0.5, "Margin lost where a unit is not served, as a share of its price.", unit="share of price",
        minimum=0, maximum=1,
    )  # fmt: skip
    unserved_unit_minor: int = setting(
        1_000, "Cost of leaving a unit waiting beyond its margin, so that serving is preferred to saving a "
        "parcel.",
        unit="minor units", minimum=0,
    )  # fmt: skip
    waiting_saves_postage: bool = setting(
        False,
        "Whether an order that waits saves its postage for good. Normally it is only paid later, so that goods whose "
        "postage is above their margin still leave.",
    )
    overdue_weight: float = setting(2.0, "Weight of a waiting unit whose promise is today or past.", minimum=1)
    due_soon_weight: float = setting(1.5, "Weight of a waiting unit promised within three days.", minimum=1)
    paid_weight: float = setting(1.2, "Further weight of an order that is paid.", minimum=1)
    age_weight_per_day: float = setting(
        0.03, "Further weight for each day since the order, up to 30 days.", unit="per day", minimum=0
    )
    exact_orders: int = setting(
        200, "Largest group of competing orders that is solved exactly.", unit="orders", minimum=1
    )
    exact_nodes: int = setting(
        2_000, "Nodes that one exact solution may visit; the best plan found and its bound are taken then.",
        unit="nodes", minimum=1,
    )  # fmt: skip
    price_rounds: int = setting(
        400, "Rounds of the price search for larger groups.", unit="rounds", minimum=1, maximum=5_000
    )
    prices_scarce_stock: bool = setting(
        True,
        "Whether stock that the forecast will want elsewhere has a price, so that orders leave from where it is "
        "plenty. An order in hand is never refused for one that may come.",
    )
    scarce_stock_days: int = setting(
        14, "Days of forecast that scarce stock is kept for where no receipt is expected sooner.", unit="days",
        minimum=1, maximum=90,
    )  # fmt: skip
    wave_lines: int = setting(40, "Lines of a pick wave, about; an order is never divided.", unit="lines", minimum=1)
    first_pick_hour: int = setting(8, "Hour at which picking begins, local.", unit="hour", minimum=0, maximum=23)
    last_pick_hour: int = setting(16, "Last hour in which goods are picked, local.", unit="hour", minimum=0, maximum=23)
    arrival_weeks: int = setting(
        8, "Weeks whose like weekday says how many lines each hour of the next working day brings.", unit="weeks",
        minimum=1, maximum=104,
    )  # fmt: skip
    overdue_receipt_days: int = setting(
        7, "A supplier's receipt that is overdue is expected so many days from now.", unit="days", minimum=1
    )

    def __post_init__(self) -> None:
        """Check also that the address parts exist and the working hours are in their order."""
        super().__post_init__()
        if self.last_pick_hour < self.first_pick_hour:
            raise SettingsError(
                f"orders.last_pick_hour: {self.last_pick_hour} is before orders.first_pick_hour = "
                f"{self.first_pick_hour}."
            )
        if unknown := [name for name in self.address_fields if name not in ADDRESS_FIELDS]:
            raise SettingsError(f"orders.address_fields: {unknown[0]!r} is none of {', '.join(ADDRESS_FIELDS)}.")
