"""The figures in sentences: what a planner would be told in the doorway."""

from __future__ import annotations

import math

from invopt.report.figures import Figures
from invopt.report.words import Words

RULE_WORDS = {"payment_pending": "payment pending", "payment_failed": "payment failed"}


def morning(figures: Figures, words: Words) -> list[str]:
    """The morning summary: buy, risk, ship, hold, wait, a sentence or two each."""
    sentences = []
    if figures.buy_lines:
        text = (
            f"Order {words.count(figures.buy_lines, 'line')} from {words.count(figures.buy_suppliers, 'supplier')} "
            f"today, for {words.sums(figures.buy_amount)}."
        )
    else:
        text = "Nothing has to be ordered today."
    if figures.later_lines:
        text += (
            f" Another {words.count(figures.later_lines, 'line')} for {words.sums(figures.later_amount)} can wait "
            "for the suppliers' next order days."
        )
    sentences.append(text)
    sentences.append(_risk(figures, words))
    if figures.parcels_today:
        shipping = f"{words.count(figures.parcels_today, 'parcel')} can leave today"
    else:
        shipping = "No parcel leaves today"
    if figures.orders_on_hold:
        held = words.count(figures.orders_on_hold, "order is", "orders are")
        shipping += f"; {held} on hold, worth {words.sums(figures.on_hold_amount)}"
        if figures.hold_reasons:
            shipping += f" ({_reasons(figures, words)})"
    sentences.append(shipping + ".")
    if figures.waiting_lines:
        text = f"Customers wait for {words.sums(figures.waiting_amount)} of goods"
        if figures.waiting_without_date:
            text += f", {words.count(figures.waiting_without_date, 'line')} of it without a date"
        sentences.append(text + ".")
    return sentences


def leads(figures: Figures, words: Words) -> dict[str, str]:
    """The sentence that opens each section."""
    return {
        "exceptions": (
            f"{words.count(figures.exceptions, 'exception')}, {words.number(figures.high_exceptions)} of them high, "
            "sorted by the money at stake. Open a row for the whole of it."
            if figures.exceptions
            else "Nothing needs attention beyond the plan itself."
        ),
        "purchase": morning(figures, words)[0],
        "fulfilment": _shipping(figures, words),
        "service": (
            f"With this plan {words.share(figures.service_expected)} is expected against a target of "
            f"{words.share(figures.service_target)}; if nothing is ordered, {words.share(figures.service_current)}."
            if not math.isnan(figures.service_expected)
            else "Nothing is planned yet."
        ),
        "stock": (
            f"Stock on hand is worth {words.sums(figures.stock_now)} at cost; the targets imply "
            f"{words.sums(figures.stock_optimal)} on average over a cycle."
        ),
        "forecast": _forecast(figures, words),
        "carriers": (
            f"Of {words.count(figures.promises_seen, 'delivered parcel')} with a promise, "
            f"{words.share(figures.promise_kept)} arrived in time; {words.share(figures.promise_wanted)} is wanted."
            if figures.promises_seen
            else "No delivered parcel had a promise to be scored on."
        ),
        "returns": (
            f"{words.count(figures.returns_open, 'return line is', 'return lines are')} open, "
            f"{words.number(figures.returns_to_grade)} of them waiting to be graded; refunds of "
            f"{words.sums(figures.refunds_due)} are due."
            if figures.returns_open
            else "No return is open."
        ),
        "skus": (
            f"{words.count(figures.planned, 'SKU')} planned at their locations, {words.number(figures.excused)} "
            "excused with a reason. SKUs whose name is a link have a page of their own."
        ),
        "assumptions": (
            f"{words.count(figures.assumed_topics, 'input was', 'inputs were')} assumed because nobody brought "
            "them. Each row that rests on one says so."
            if figures.assumed_topics
            else "Every input was brought; nothing was assumed."
        ),
        "data": (
            f"{words.count(figures.rejected_rows, 'row was', 'rows were')} refused. Correct the file and take it in "
            "again: the corrected rows replace them."
            if figures.rejected_rows
            else "Every row that was read was accepted or known already."
        ),
    }


def _risk(figures: Figures, words: Words) -> str:
    if not figures.out_now and not figures.out_soon:
        return "No SKU is out of stock, and none is expected to run out before goods can arrive."
    parts = []
    if figures.out_now:
        parts.append(words.count(figures.out_now, "SKU is out of stock", "SKUs are out of stock"))
    if figures.out_soon:
        soon = "will run out before anything can arrive"
        parts.append(f"{words.number(figures.out_soon)} {'more ' if figures.out_now else ''}{soon}")
    return f"{' and '.join(parts)}; {words.sums(figures.at_risk)} of margin is at stake."


def _shipping(figures: Figures, words: Words) -> str:
    if not figures.parcels_today:
        return "No parcel leaves today."
    return (
        f"{words.count(figures.parcels_today, 'parcel')} of {words.count(figures.orders_today, 'order')} "
        f"leave today, for {words.sums(figures.parcel_cost)} of postage."
    )


def _forecast(figures: Figures, words: Words) -> str:
    if math.isnan(figures.wape):
        return "No past forecast could be scored yet."
    text = f"The typical SKU's past forecasts missed demand by {words.share(figures.wape)} of its volume"
    if not math.isnan(figures.bias):
        if abs(figures.bias) < 0.005:
            text += " and lay neither above nor below it"
        else:
            side = "above" if figures.bias > 0 else "below"
            text += f" and lay {words.share(abs(figures.bias))} {side} it"
    return text + "." + _value_added(figures, words)


def _value_added(figures: Figures, words: Words) -> str:
    if math.isnan(figures.naive_wape) or math.isnan(figures.combination_wape):
        return ""
    added = figures.naive_wape - figures.combination_wape
    side = "less" if added >= 0 else "more"
    return (
        f" Over all, it missed by {words.share(abs(added))} of demand {side} than last year's same weeks would have: "
        f"{words.share(figures.combination_wape)} against {words.share(figures.naive_wape)}."
    )


def _reasons(figures: Figures, words: Words) -> str:
    shown = [
        f"{words.number(count)} {RULE_WORDS.get(rule, rule.replace('_', ' '))}"
        for rule, count in figures.hold_reasons[:3]
    ]
    rest = sum(count for _, count in figures.hold_reasons[3:])
    return ", ".join([*shown, f"{words.number(rest)} for other reasons"] if rest else shown)
