"""How goods travel: cartons, carriers, and how sure a promise is."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Shipping(Section):
    """Parcels, carriers and promises."""

    assumed_length_mm: int = setting(200, "Length of goods whose size is not known.", unit="mm", minimum=1)
    assumed_width_mm: int = setting(150, "Width of goods whose size is not known.", unit="mm", minimum=1)
    assumed_height_mm: int = setting(50, "Height of goods whose size is not known.", unit="mm", minimum=1)
    assumed_weight_g: int = setting(
        500, "Weight of goods whose weight is not known, or given as nothing.", unit="g", minimum=1
    )
    padding_mm: int = setting(
        0, "Padding along each wall of a carton; goods do not reach into it.", unit="mm", minimum=0
    )
    least_support_share: float = setting(
        0.75, "Share of a base that must rest on other goods or on the carton's floor.",
        unit="share", minimum=0, maximum=1,
    )  # fmt: skip
    estimated_fill_share: float = setting(
        0.6, "Share of a carton that goods fill, where what a parcel costs is estimated before it is packed.",
        unit="share", minimum=0.05, maximum=1,
    )  # fmt: skip
    packing_budget: int = setting(
        400, "Cartons tried per order before the best plan so far is taken.", unit="cartons", minimum=1
    )
    promise_share: float = setting(
        0.90, "A promised date is one kept with this probability.", unit="share", minimum=0.5, maximum=0.999
    )
    transit_prior_parcels: float = setting(
        12.0, "Weight of the level above (service, carrier, all) in a lane's transit times, in parcels.",
        unit="parcels", minimum=0,
    )  # fmt: skip
    assumed_transit_days: float = setting(
        4.0, "Transit time of a service that states none and has no history.", unit="days", minimum=0
    )
    assumed_margin_days: int = setting(
        2, "Added to a stated transit time for the promise while no parcel has shown it.",
        unit="days", minimum=0,
    )  # fmt: skip
    choice: str = setting(
        "best_value",
        "Which service a parcel gets: the cheapest, the fastest, or the best value, which prices a day.",
        choices=("cheapest", "fastest", "best_value"),
    )
    value_of_a_day_minor: int = setting(
        50, "What a customer's day of waiting is worth when the best value is sought.",
        unit="minor units of currency", minimum=0,
    )  # fmt: skip
    cut_off_time: str = setting("15:00", "Orders before it leave the same working day, where a location has none.")
    handling_days: int = setting(
        0, "Working days from release to the carrier, where a location has none.", unit="days", minimum=0
    )
    is_residential: bool = setting(True, "Parcels go to homes, where carriers add their residential surcharge.")
    stuck_after_days: int = setting(5, "A parcel without news for so long is stuck.", unit="days", minimum=1)
    lost_after_days: int = setting(21, "A parcel without news for so long is treated as lost.", unit="days", minimum=2)
