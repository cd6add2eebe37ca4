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
    shipment_list,
)
from invopt.report.sections.goods_back import (
    claim_list,
    disposal_list,
    exchange_list,
    refurbish_list,
    return_action_list,
    return_cluster_list,
    return_label_list,
    return_late_list,
    return_list,
    return_margin_list,
    return_rate_list,
    return_reason_list,
    return_refused_list,
    return_score_list,
    return_share_list,
    return_time_list,
    serial_returner_list,
)
from invopt.report.sections.naming import ALERT_WORDS, SEVERITY_WORDS, Links
from invopt.report.sections.purchase import (
    alert_list,
    change_list,
    commitment_list,
    forward_list,
    purchase_list,
    supplier_list,
    transfer_list,
)
from invopt.report.sections.stock import (
    accuracy_list,
    class_list,
    excused_list,
    method_list,
    override_list,
    override_value_list,
    sku_list,
    value_added_list,
)
from invopt.report.sections.warehouse import (
    option_list,
    promise_stock_list,
    rate_fault_list,
    reservation_list,
    score_list,
    stock_price_list,
    wave_list,
    workload_list,
)

WITHOUT_LINKS: tuple[Callable[[Plan], PlanList], ...] = (
    supplier_list, commitment_list, transfer_list, forward_list, parcel_list, hold_list, class_list, accuracy_list,
    value_added_list, method_list, override_list, override_value_list, carrier_list, shipment_list, wave_list,
    workload_list, reservation_list, option_list, score_list, rate_fault_list,
    return_list, return_refused_list, return_late_list, return_time_list,
    exchange_list, claim_list, disposal_list, refurbish_list, return_label_list, return_rate_list, return_reason_list,
    return_action_list, return_margin_list,
    return_cluster_list, return_share_list, serial_returner_list, return_score_list,
    assumption_list, file_list, rejected_list, excused_list,
)  # fmt: skip


WITH_LINKS: tuple[Callable[[Plan, Links], PlanList], ...] = (
    alert_list, purchase_list, change_list, backlog_list, sku_list, promise_stock_list, stock_price_list,
)  # fmt: skip


def all_lists(plan: Plan, links: Links) -> dict[str, PlanList]:
    """Every list of the summary page, by name."""
    made = [make(plan) for make in WITHOUT_LINKS] + [make(plan, links) for make in WITH_LINKS]
    return {shown.name: shown for shown in made}


__all__ = ["ALERT_WORDS", "SEVERITY_WORDS", "Links", "all_lists"]
