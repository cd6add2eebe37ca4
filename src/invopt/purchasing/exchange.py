"""Prices of suppliers in the currency that a SKU is planned in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from invopt.money import digits
from invopt.purchasing.reasons import Reason, where
from invopt.purchasing.terms import TermsInForce
from invopt.settings import Settings


def in_plan_currency(terms: TermsInForce, sku_location: pd.DataFrame, settings: Settings) -> TermsInForce:
    """The terms with each price in the currency of its SKU, by `business.exchange_rates`.

    `sku_location` needs `sku_id, currency`. A converted line says `currency_converted`; one whose currency has no
    rate stays as it is, and is later refused with `currency_mismatch`. Prices are rounded to minor units, a half
    upwards.
    """
    wanted = sku_location.drop_duplicates("sku_id").set_index("sku_id")["currency"]
    target = pd.Series(terms.sku_id, dtype="str").map(wanted).to_numpy(dtype=object)
    differs = pd.notna(target) & (target != terms.currency)
    if not differs.any():
        return terms
    home = settings.business.currency
    rates = {home: 1.0} | settings.business.exchange_rates
    factor = np.full(len(target), np.nan)
    pairs = set(zip(terms.currency[differs].tolist(), target[differs].tolist(), strict=True))
    for source, to in pairs:
        if source in rates and to in rates:
            minor = 10.0 ** (digits(to) - digits(source))
            factor[differs & (terms.currency == source) & (target == to)] = rates[source] / rates[to] * minor
    known = np.isfinite(factor)
    of_break = np.repeat(np.where(known, factor, 1.0), terms.break_count)
    cost = np.floor(terms.break_cost * of_break + 0.5).astype(np.int64)
    return replace(
        terms,
        currency=np.where(known, target, terms.currency),
        break_cost=np.where(np.repeat(known, terms.break_count), cost, terms.break_cost),
        reasons=terms.reasons | where(known, Reason.CURRENCY_CONVERTED),
    )
