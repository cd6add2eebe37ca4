"""What returns cost, what they fetch, and what is assumed of them until data tell."""

from __future__ import annotations

from dataclasses import dataclass

from invopt.settings.section import Section, setting


@dataclass(frozen=True)
class Returns(Section):
    """Return shares and lags where data are thin, and the money behind a disposition."""

    assumed_return_share: float = setting(
        0.0, "Share of sold units that come back where no return is known; 0 invents no supply.",
        unit="share 0-1",
        minimum=0, maximum=1,
    )  # fmt: skip
    assumed_resaleable_share: float = setting(
        0.7, "Of those, share fit for sale again where no grade is known.", unit="share 0-1",
        minimum=0, maximum=1,
    )  # fmt: skip
    assumed_lag_days: float = setting(
        14.0, "Mean days from sale to receipt where no return is known.", unit="days", minimum=1
    )
    maximum_lag_days: int = setting(
        120, "A return later than this is not expected any more.", unit="days", minimum=7, maximum=730
    )
    resaleable_grades: tuple[str, ...] = setting(
        ("as_new", "opened"), "Grades that count as fit for sale again where no disposition is known."
    )
    resaleable_weight_units: float = setting(
        20.0, "Weight of the category against a SKU's own resaleable share.", unit="units", minimum=0
    )
    category_weight_units: float = setting(
        200.0, "Weight of all goods together against a category's own share, in units sold.", unit="units",
        minimum=0,
    )  # fmt: skip
    lag_weight_returns: float = setting(
        50.0,
        "Weight of all goods together against a category's own lags, in returns.",
        unit="units",
        minimum=0,
    )
    reason_weight_units: float = setting(
        20.0, "Weight of a category's reasons against those of a SKU in a channel, in returned units.",
        unit="units", minimum=0,
    )  # fmt: skip
    settled_days: int = setting(
        45, "Sales are judged by what came back of them after so many days from delivery.", unit="days", minimum=0
    )
    trial_cap_share: float = setting(
        0.90,
        "A line counts in the return share with at most the units that this share of lines stays below.",
        unit="share 0-1",
        minimum=0,
        maximum=1,
    )
    cancellation_hours: float = setting(
        24.0, "What is taken back within so many hours is a cancellation, no return.", unit="hours", minimum=0
    )
    assumed_transit_days: int = setting(
        3, "Days from dispatch to delivery where no tracking is known.", unit="days", minimum=0
    )
    assumed_dispatch_days: int = setting(
        1, "Days from order to dispatch where none is recorded.", unit="days", minimum=0
    )
    prices_include_tax: bool = setting(False, "Whether the amount of an order line already holds its tax.")
    restock_minor: int = setting(100, "Work to put one unit back on sale.", unit="minor units", minimum=0)
    refurbish_minor: int = setting(400, "Work to refurbish one unit.", unit="minor units", minimum=0)
    refurbish_days: int = setting(7, "Days until a refurbished unit is back on sale.", unit="days", minimum=0)
    refurbished_price_share: float = setting(
        0.75,
        "Price of a refurbished unit, as a share of list price.",
        unit="share of price",
        minimum=0,
        maximum=1,
    )
    refurbish_success_share: float = setting(
        0.85, "Share of refurbished units that become saleable.", unit="share 0-1", minimum=0, maximum=1
    )
    scrap_minor: int = setting(30, "Cost of scrapping one unit.", unit="minor units", minimum=0)
    liquidation_share: float = setting(
        0.10,
        "What scrap or liquidation fetches, as a share of cost.",
        unit="share of cost",
        minimum=0,
        maximum=1,
    )
    supplier_credit_share: float = setting(
        0.0, "Credit for a unit sent back to its supplier, as a share of cost; 0 where none takes returns.",
        unit="share of cost", minimum=0, maximum=1,
    )  # fmt: skip
    supplier_return_minor: int = setting(
        200, "Work and freight to send one unit back to its supplier.", unit="minor units", minimum=0
    )
    hygiene_categories: tuple[str, ...] = setting(
        ("hygiene",), "Categories that are not sold again once they were opened."
    )
    obsolescence_days: int = setting(
        365, "Stock older than this is worth its liquidation only.", unit="days", minimum=1
    )
    promised_refund_days: int = setting(
        14, "Days from request to refund that the policy promises.", unit="days", minimum=1
    )
    authorisation_days: int = setting(
        30, "Days after which an authorisation that was not used expires.", unit="days", minimum=1
    )
    reminder_days: int = setting(7, "Days before that at which the customer is reminded.", unit="days", minimum=0)
    assumed_settled_days: int = setting(
        60, "Goods that came back longer ago count as settled where the export dates no refund of their time.",
        unit="days", minimum=1,
    )  # fmt: skip
    exchange_hold_days: int = setting(
        21, "Days for which an exchange keeps its replacement reserved.", unit="days", minimum=1
    )
    carrier_claim_days: int = setting(
        30, "Days from a carrier's bad news up to which it can be claimed.", unit="days", minimum=0
    )
    pick_up_from_g: int = setting(
        20_000, "A return parcel of this weight or more is picked up; a lighter one is dropped off.",
        unit="g", minimum=0,
    )  # fmt: skip
    packing_g: int = setting(300, "Weight of the packing of a return parcel.", unit="g", minimum=0)
    cluster_skus: int = setting(
        3, "SKUs of a category that come back mostly for one reason from which they are shown as a cluster.",
        unit="SKUs", minimum=2,
    )  # fmt: skip
    serial_return_share: float = setting(
        0.6, "Share of bought units sent back from which a customer is shown as a serial returner.",
        unit="share 0-1", minimum=0, maximum=1,
    )  # fmt: skip
    serial_return_orders: int = setting(5, "Orders a customer needs before being shown so.", unit="orders", minimum=1)
