"""What the buyer decides once: budget, cover, containers, and when a change is worth a change."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Purchasing(Section):
    """How a need becomes an order."""

    assumed_supplier: str = setting(
        "(supplier not given)",
        "Supplier that stands in for all SKUs where a business has brought no supplier terms at all.",
    )
    budget_minor: int = setting(
        0,
        "Most that one run's proposals may cost together, in business.currency; 0 for no budget.",
        unit="minor units",
        minimum=0,
    )
    maximum_cover_days: int = setting(
        365,
        "No order beyond the smallest lot may cover more days of demand than this.",
        unit="days",
        minimum=1,
    )
    largest_lot_cover_days: int = setting(
        3_650,
        "Where even the smallest lot covers more days of demand than this, nothing is ordered.",
        unit="days",
        minimum=1,
    )
    obsolescence_rate_per_year: float = setting(
        0.10,
        "Value that stock loses in a year of waiting, as a share of its cost.",
        unit="share of cost",
        minimum=0,
    )
    assumed_margin_share: float = setting(
        0.5, "Margin where no price is known, as a share of cost.", unit="share of cost", minimum=0
    )
    preference_share: float = setting(
        0.05,
        "The preferred supplier is left only where another's landed cost is lower by more than this.",
        unit="share of cost",
        minimum=0,
    )
    smallest_change_share: float = setting(
        0.0,
        "A proposal keeps its quantity of the last plan where it would change by less than this and is "
        "as urgent as it was; 0 follows every change, so that a plan needs no plan before it.",
        unit="share of quantity",
        minimum=0,
        maximum=1,
    )
    economic_lots: bool = setting(
        True,
        "Raise an order that is due to its economic quantity: policy.order_line_cost_minor against holding.",
    )
    transfer_cost_by_lane: dict[str, float] = setting(
        {},
        'Cost of moving one unit between two locations, e.g. {"LEEDS>BATH" = 35.0}; only lanes named here are used.',
        unit="minor units",
        minimum=0,
    )
    bridges_shortage: bool = setting(
        True,
        "Order from a faster, dearer supplier where the sales saved before the usual one delivers are worth it.",
    )
    fill_containers: bool = setting(
        False, "Fill the last container of an order with what is needed next, where that gains anything."
    )
    container_m3_by_supplier: dict[str, float] = setting(
        {}, "Volume of one container of that supplier.", unit="m3", minimum=0
    )
    container_kg_by_supplier: dict[str, float] = setting(
        {}, "Load of one container of that supplier.", unit="kg", minimum=0
    )
    container_pallets_by_supplier: dict[str, float] = setting(
        {},
        "Pallet places of one container of that supplier; needs product.units_per_pallet.",
        unit="pallets",
        minimum=0,
    )
    containers_per_order: int = setting(
        1, "Most containers in one order to such a supplier.", unit="containers", minimum=1
    )
    chase_after_days: int = setting(2, "An order so many days past its expected day is chased.", unit="days", minimum=0)
    confirm_within_days: int = setting(
        3, "An order still unconfirmed after so many days is chased.", unit="days", minimum=0
    )
    surplus_cover_days: int = setting(
        180, "Stock and orders beyond so many days of demand are surplus.", unit="days", minimum=1
    )
    smallest_advice_minor: int = setting(
        500,
        "A delay or reduction of an open order worth less than this is not advised.",
        unit="minor units",
        minimum=0,
    )
    forward_weeks: int = setting(26, "Weeks of the forward plan.", unit="weeks", minimum=1, maximum=104)
