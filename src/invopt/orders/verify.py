"""May this order leave? Accepted, on hold with a reason and who may release it, or rejected."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from invopt.orders.addresses import WITHOUT_POSTCODE, is_implausible, is_placeholder
from invopt.orders.findings import RULE_INDEX, RULES, Findings
from invopt.orders.fraud import fraud_scores
from invopt.settings.orders import Orders
from invopt.tables import CARRIER_SERVICE, DECISION, OPEN_ORDER_LINE, ORDER_CHECK, PRODUCT, check

_ADDRESS_WORDS = {
    "ship_to_name": "name", "ship_to_street": "street", "ship_to_city": "city",
    "ship_to_postcode": "postcode",
    "ship_to_country": "country",
}  # fmt: skip


def verify(
    lines: pd.DataFrame,
    products: pd.DataFrame,
    decisions: pd.DataFrame,
    settings: Orders,
    as_of: np.datetime64,
    services: pd.DataFrame | None = None,
    home_country: str = "GB",
) -> pd.DataFrame:
    """Check every open order against the rules in `findings.RULES`.

    `lines` is OPEN_ORDER_LINE, `products` PRODUCT (empty where the shop brings none: the catalogue rules are
    then silent), `decisions` DECISION, `services` CARRIER_SERVICE (None: services are not looked at).
    `as_of` is the day of the plan. Returns ORDER_CHECK, one row an order, sorted by order.

    A rule that rejects beats one that holds; among equals the first in the sequence of the rules is named in
    `rule`, and `reason` lists all that was found, without personal data. A decision with subject `order`,
    key the order, action `release` lifts the holds (only the rule in `to_value`, where one is given); a
    later `hold` puts the order back. A rejection is not lifted: what caused it must be mended at its source.

    Raises `TableError` where a frame breaks its declaration.
    """
    lines = check(lines, OPEN_ORDER_LINE)
    products = check(products, PRODUCT)
    decisions = check(decisions, DECISION)
    order, names = pd.factorize(lines["order_id"], sort=True)
    lines = lines.assign(order=order.astype(np.int64))
    heads = order_heads(lines, len(names))
    found = Findings()
    _check_content(found, lines, heads, settings, as_of)
    _check_payment(found, heads, settings)
    _check_address(found, heads, settings)
    _check_catalogue(found, lines, products, settings)
    _check_goods(found, lines, heads, products, services, settings)
    _check_duplicates(found, lines, heads, names, settings)
    score, signs = fraud_scores(lines, heads, home_country, settings)
    risky = np.flatnonzero(score >= settings.fraud_hold_score)
    words = np.array([f"{score[row]}: {signs[row]}" for row in risky], dtype=object)
    found.add("fraud_score", risky, words)
    held_by, lifted = _decided(decisions, names, as_of)
    return _outcome(found.frame(), heads, names, held_by, lifted)


def order_heads(lines: pd.DataFrame, orders: int) -> pd.DataFrame:
    """One row an order: its lines and value, the rest from its first line by id."""
    first = lines.sort_values(["order", "order_line_id"], kind="stable").drop_duplicates("order")
    heads = first.set_index("order").reindex(np.arange(orders))
    order = lines["order"].to_numpy()
    amount = np.zeros(orders, dtype=np.int64)
    np.add.at(amount, order, lines["amount_minor"].to_numpy())
    return heads.assign(amount_minor=amount, lines=np.bincount(order, minlength=orders))


def _check_content(
    found: Findings, lines: pd.DataFrame, heads: pd.DataFrame, settings: Orders, as_of: np.datetime64
) -> None:
    order, units = lines["order"].to_numpy(), lines["ordered_units"].to_numpy()
    found.add("no_quantity", order[units <= 0])
    found.add("too_many_units", order[units > settings.maximum_line_units])
    found.add("too_many_lines", np.flatnonzero(heads["lines"].to_numpy() > settings.maximum_order_lines))
    found.add("order_value", np.flatnonzero(heads["amount_minor"].to_numpy() > settings.maximum_order_minor))
    first_currency = heads["currency"].to_numpy(dtype=object)[order]
    found.add("mixed_currency", order[lines["currency"].to_numpy(dtype=object) != first_currency])
    latest = as_of.astype("datetime64[us]") + np.timedelta64(1, "D")
    latest += np.timedelta64(int(settings.clock_skew_hours * 3_600), "s")
    found.add("future_order", order[lines["ordered_at"].to_numpy(dtype="datetime64[us]") > latest])


def _check_payment(found: Findings, heads: pd.DataFrame, settings: Orders) -> None:
    state = heads["payment_state"]
    found.add("payment_refused", np.flatnonzero(state.isin(settings.rejected_payment_states)))
    found.add("payment_open", np.flatnonzero(state.isin(settings.held_payment_states)))
    found.add("blocked_customer", np.flatnonzero(heads["customer_id"].isin(settings.blocked_customers)))


def _check_address(found: Findings, heads: pd.DataFrame, settings: Orders) -> None:
    country = heads["ship_to_country"].astype("str")
    missing = np.full(len(heads), "", dtype=object)
    for name in settings.address_fields:
        absent = (heads[name].isna() | (heads[name].astype("str").str.strip() == "")).to_numpy(dtype=bool)
        if name == "ship_to_postcode":
            absent = absent & ~country.isin(WITHOUT_POSTCODE).to_numpy(dtype=bool)
        rows = np.flatnonzero(absent)
        word = _ADDRESS_WORDS[name]
        missing[rows] = np.where(missing[rows] == "", "no " + word, missing[rows] + ", no " + word)
    rows = np.flatnonzero(missing != "")
    found.add("address_incomplete", rows, missing[rows])
    found.add("postcode_implausible", np.flatnonzero(is_implausible(country, heads["ship_to_postcode"])))
    placeholder = is_placeholder(heads["ship_to_street"]) | is_placeholder(heads["ship_to_city"])
    found.add("address_placeholder", np.flatnonzero(placeholder))
    refused = np.zeros(len(heads), dtype=bool)
    if settings.served_countries:
        refused |= (country.notna() & ~country.isin(settings.served_countries)).to_numpy(dtype=bool)
    postcode = heads["ship_to_postcode"].astype("str").str.upper().str.strip().fillna("")
    for region in settings.blocked_regions:
        name, _, prefix = region.partition(":")
        refused |= ((country == name) & postcode.str.startswith(prefix.upper())).fillna(False).to_numpy(dtype=bool)
    found.add("region_not_served", np.flatnonzero(refused))


def _check_catalogue(found: Findings, lines: pd.DataFrame, products: pd.DataFrame, settings: Orders) -> None:
    if products.empty:
        return
    order = lines["order"].to_numpy()
    at = pd.Index(products["sku_id"]).get_indexer(lines["sku_id"])
    known = at >= 0
    sku = lines["sku_id"].to_numpy(dtype=object)
    found.add("unknown_sku", order[~known], sku[~known])
    gone = known & (products["lifecycle"].to_numpy(dtype=object)[at] == "discontinued")
    found.add("discontinued", order[gone], sku[gone])
    list_price = products["unit_price_minor"].to_numpy(dtype=np.float64, na_value=np.nan)[at]
    same = products["currency"].to_numpy(dtype=object)[at] == lines["currency"].to_numpy(dtype=object)
    judged = known & same & (list_price > 0)
    price = lines["unit_price_minor"].to_numpy(dtype=np.float64)
    off = judged & (np.abs(price - list_price) > settings.price_tolerance_share * list_price)
    found.add("price_off_list", order[off], sku[off])


def _check_goods(
    found: Findings, lines: pd.DataFrame, heads: pd.DataFrame, products: pd.DataFrame,
    services: pd.DataFrame | None, settings: Orders,
) -> None:  # fmt: skip
    """Dangerous and age-restricted goods need a country that takes them and a service that carries them."""
    at = pd.Index(products["sku_id"]).get_indexer(lines["sku_id"])
    order = lines["order"].to_numpy()
    country = heads["ship_to_country"].astype("str")
    for rule, column, ability, allowed in (
        ("hazardous", "is_hazardous", "takes_hazardous", settings.hazardous_countries),
        ("age_restricted", "is_age_restricted", "checks_age", settings.age_restricted_countries),
    ):
        flagged = products[column].fillna(False).to_numpy(dtype=bool)
        is_such = (at >= 0) & (flagged[at] if len(flagged) else False)
        cannot = np.zeros(len(heads), dtype=bool)
        if allowed:
            cannot |= ~country.isin(allowed).to_numpy(dtype=bool)
        if services is not None:
            able = check(services, CARRIER_SERVICE)[ability].fillna(False).to_numpy(dtype=bool)
            cannot |= not able.any()
        found.add(rule, order[is_such & cannot[order]])


def _check_duplicates(
    found: Findings, lines: pd.DataFrame, heads: pd.DataFrame, names: pd.Index, settings: Orders
) -> None:
    """The same goods for the same customer (or, without one, the same address) within the window."""
    orders = len(heads)
    content = pd.util.hash_pandas_object(lines[["sku_id", "ordered_units"]], index=False).to_numpy()
    basket = np.zeros(orders, dtype=np.uint64)
    np.add.at(basket, lines["order"].to_numpy(), content)
    address = heads["ship_to_street"].astype("str") + "|" + heads["ship_to_postcode"].astype("str")
    who = heads["customer_id"].astype("str").fillna("at " + address)
    known = np.flatnonzero(who.notna().to_numpy())
    if len(known) == 0:
        return
    person = pd.factorize(who.iloc[known])[0]
    at = heads["ordered_at"].to_numpy(dtype="datetime64[us]")[known]
    sequence = np.lexsort((known, at, basket[known], person))
    earlier, later = known[sequence[:-1]], known[sequence[1:]]
    same = (person[sequence[:-1]] == person[sequence[1:]]) & (basket[earlier] == basket[later])
    window = np.timedelta64(int(settings.duplicate_hours * 3_600), "s")
    same &= at[sequence[1:]] - at[sequence[:-1]] <= window
    first_names = np.array([f"order {name}" for name in names[earlier[same]]], dtype=object)
    found.add("duplicate", later[same], first_names)


def _decided(decisions: pd.DataFrame, names: pd.Index, as_of: np.datetime64) -> tuple[NDArray[np.bool_], pd.DataFrame]:
    """Orders held by hand, and what was released: `order, rule` (-1 for every rule), `decided_by`."""
    rows = decisions[(decisions["subject"] == "order") & decisions["action"].isin(("release", "hold"))]
    expires = rows["expires_on"].to_numpy(dtype="datetime64[D]")
    rows = rows[np.isnat(expires) | (expires >= as_of)]
    at = pd.Index(names).get_indexer(rows["key"])
    rows = rows.assign(order=at)[at >= 0].sort_values(["decided_at", "decision_id"], kind="stable")
    last_hold = rows[rows["action"] == "hold"].groupby("order")["decided_at"].max()
    released = rows[rows["action"] == "release"]
    held_until = last_hold.reindex(released["order"]).to_numpy(dtype="datetime64[us]")
    at = released["decided_at"].to_numpy(dtype="datetime64[us]")
    released = released[np.isnat(held_until) | (at > held_until)]
    lifted = pd.DataFrame(
        {
            "order": released["order"], "decided_by": released["decided_by"],
            "rule": released["to_value"].map(RULE_INDEX).fillna(-1).astype(np.int64),
        }
    )  # fmt: skip
    held = np.zeros(len(names), dtype=bool)
    held[last_hold.index.to_numpy(dtype=np.int64)] = True
    held[released.loc[released["to_value"].isna(), "order"].to_numpy(dtype=np.int64)] = False
    return held, lifted


def _outcome(
    findings: pd.DataFrame,
    heads: pd.DataFrame,
    names: pd.Index,
    held: NDArray[np.bool_],
    lifted: pd.DataFrame,
) -> pd.DataFrame:
    orders = len(heads)
    rule = findings["rule"].to_numpy(dtype=np.int64)
    order = findings["order"].to_numpy(dtype=np.int64)
    rejects = np.array([item.rejects for item in RULES])[rule]
    key = pd.MultiIndex.from_arrays([order, rule])
    one = pd.MultiIndex.from_frame(lifted.loc[lifted["rule"] >= 0, ["order", "rule"]])
    everything = lifted.loc[lifted["rule"] < 0, "order"]
    is_lifted = ~rejects & (key.isin(one) | np.isin(order, everything.to_numpy(dtype=np.int64)))
    outcome = np.full(orders, "accepted", dtype=object)
    outcome[held] = "on_hold"
    outcome[order[~is_lifted]] = "on_hold"
    outcome[order[rejects]] = "rejected"
    deciding = np.flatnonzero(~is_lifted & (rejects | (outcome[order] != "rejected")))
    # Findings are sorted by order and rank, so the first of each order decides.
    first_order, first = np.unique(order[deciding], return_index=True)
    rule_names = np.array([item.name for item in RULES], dtype=object)
    roles = np.array([item.released_by for item in RULES], dtype=object)
    named = np.where(held, "held_by_hand", "").astype(object)
    released_by = np.where(held, "who held it", "").astype(object)
    named[first_order] = rule_names[rule[deciding[first]]]
    released_by[first_order] = roles[rule[deciding[first]]]
    frame = pd.DataFrame(
        {
            "order_id": names, "outcome": outcome, "rule": named,
            "reason": _reasons(findings, is_lifted, held, lifted, orders), "released_by": released_by,
            "lines": heads["lines"].to_numpy(), "amount_minor": heads["amount_minor"].to_numpy(),
            "currency": heads["currency"].to_numpy(),
        }
    )  # fmt: skip
    return check(frame, ORDER_CHECK)


def _reasons(
    findings: pd.DataFrame,
    is_lifted: NDArray[np.bool_],
    held: NDArray[np.bool_],
    lifted: pd.DataFrame,
    orders: int,
) -> NDArray[np.object_]:
    reasons = np.where(held, "held by hand", "").astype(object)
    texts = [item.text for item in RULES]
    who = dict(zip(lifted["order"].tolist(), lifted["decided_by"].tolist(), strict=True))
    for order, rule, detail, was_lifted in zip(
        findings["order"].tolist(), findings["rule"].tolist(), findings["detail"].tolist(),
        is_lifted.tolist(),
        strict=True,
    ):  # fmt: skip
        text = texts[rule] + (f" ({detail})" if detail else "")
        if was_lifted:
            text += f", released by {who[order]}"
        reasons[order] = f"{reasons[order]}; {text}" if reasons[order] else text
    return reasons
