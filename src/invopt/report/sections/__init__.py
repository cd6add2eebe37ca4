"""The lists of the summary page, a function a list: a plan's tables in, a declared list out."""

from __future__ import annotations

from collections.abc import Callable

from invopt.report.lists import PlanList
from invopt.report.plan import Plan
from invopt.report.sections.books import assumption_list, file_list, rejected_list
from invopt.report.sections.fulfilment import (
    backlog_list,
    carrier_list,
    hold_list,
    parcel_list,
    return_list,
    return_rate_list,
    return_reason_list,
    shipment_list,
)
from invopt.report.sections.naming import ALERT_WORDS, SEVERITY_WORDS, Links
from invopt.report.sections.purchase import (
    alert_list,
    change_list,
    commitment_list,
    forward_list,
    purchase_list,
    supplier_list,
)
from invopt.report.sections.stock import (
    accuracy_list,
    class_list,
    excused_list,
    method_list,
    sku_list,
    value_added_list,
)

WITHOUT_LINKS: tuple[Callable[[Plan], PlanList], ...] = (
    supplier_list, commitment_list, forward_list, parcel_list, hold_list, class_list, accuracy_list,
    value_added_list, method_list, carrier_list, shipment_list, return_list, return_rate_list, return_reason_list,
    assumption_list, file_list, rejected_list, excused_list,
)  # fmt: skip


WITH_LINKS: tuple[Callable[[Plan, Links], PlanList], ...] = (
    alert_list, purchase_list, change_list, backlog_list, sku_list,
)  # fmt: skip


def all_lists(plan: Plan, links: Links) -> dict[str, PlanList]:
    """Every list of the summary page, by name."""
    made = [make(plan) for make in WITHOUT_LINKS] + [make(plan, links) for make in WITH_LINKS]
    return {shown.name: shown for shown in made}


__all__ = ["ALERT_WORDS", "SEVERITY_WORDS", "Links", "all_lists"]
