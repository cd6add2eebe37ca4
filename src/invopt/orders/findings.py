"""What can be wrong with an order: rules in the sequence in which they decide, and who may release."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray


class Rule(NamedTuple):
    """A rule: whether it rejects or holds, who may release the hold, and its words for people."""

    name: str
    rejects: bool
    released_by: str
    text: str


RULES = (
    Rule("no_quantity", True, "", "a line without a quantity"),
    Rule("payment_refused", True, "", "payment failed or was refunded"),
    Rule("region_not_served", True, "", "the shop does not deliver there"),
    Rule("unknown_sku", False, "catalogue", "a SKU that is not in the catalogue"),
    Rule("mixed_currency", False, "accounts", "lines in different currencies"),
    Rule("future_order", False, "operations", "dated in the future: a clock is wrong"),
    Rule("blocked_customer", False, "fraud desk", "the customer is blocked"),
    Rule("fraud_score", False, "fraud desk", "fraud score"),
    Rule("payment_open", False, "accounts", "not paid yet"),
    Rule("duplicate", False, "customer service", "same goods for the same customer shortly before"),
    Rule("address_incomplete", False, "customer service", "address incomplete"),
    Rule("postcode_implausible", False, "customer service", "the postcode is not one of its country"),
    Rule("address_placeholder", False, "customer service", "an address part is filled in for form's sake"),
    Rule("price_off_list", False, "sales", "a price far from the list"),
    Rule("too_many_units", False, "sales", "a line above the quantity limit"),
    Rule("too_many_lines", False, "sales", "more lines than the limit"),
    Rule("order_value", False, "sales", "worth more than the limit"),
    Rule("discontinued", False, "catalogue", "a SKU that is no longer sold"),
    Rule("hazardous", False, "shipping", "dangerous goods that cannot be sent there"),
    Rule("age_restricted", False, "shipping", "age-restricted goods that cannot be sent there"),
)  # fmt: skip
RULE_INDEX = {rule.name: index for index, rule in enumerate(RULES)}


class Findings:
    """Collects, rule by rule, the orders it concerns and what to say about each."""

    def __init__(self) -> None:
        """Nothing found yet."""
        self._order: list[NDArray[np.int64]] = []
        self._rule: list[NDArray[np.int64]] = []
        self._detail: list[NDArray[np.object_]] = []

    def add(self, rule: str, order: NDArray[np.int64], detail: NDArray[np.object_] | str = "") -> None:
        """Note `rule` against order numbers (repeats are one finding, with the first detail)."""
        found, first = np.unique(order, return_index=True)
        details = np.full(len(found), detail, dtype=object) if isinstance(detail, str) else detail[first]
        self._order.append(found)
        self._rule.append(np.full(len(found), RULE_INDEX[rule]))
        self._detail.append(details)

    def frame(self) -> pd.DataFrame:
        """All findings, by order and rank of the rule: `order, rule, detail`."""
        frame = pd.DataFrame(
            {
                "order": np.concatenate([*self._order, np.zeros(0, dtype=np.int64)]),
                "rule": np.concatenate([*self._rule, np.zeros(0, dtype=np.int64)]),
                "detail": np.concatenate([*self._detail, np.zeros(0, dtype=object)]),
            }
        )
        return frame.sort_values(["order", "rule"], ignore_index=True)
