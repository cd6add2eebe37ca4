"""Claims: a parcel lost or damaged, a wrong item, a fault under guarantee; each has somebody who owes for it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from invopt.settings.returns import Returns
from invopt.tables import ORDER_LINE, RETURN_AUTHORISATION, RETURN_CLAIM, RETURN_LINE, SHIPMENT, check

_KINDS = {"damaged_in_transit": "damaged", "wrong_item": "wrong_item", "defective": "warranty",
          "not_as_described": "warranty"}  # fmt: skip
_AGAINST = {"lost": "carrier", "damaged": "carrier", "wrong_item": "warehouse", "warranty": "supplier"}
_STATES = {"granted": "granted", "refused": "refused"}


def claims(
    shipments: pd.DataFrame,
    order_lines: pd.DataFrame,
    return_lines: pd.DataFrame,
    authorisations: pd.DataFrame,
    settings: Returns,
) -> pd.DataFrame:
    """RETURN_CLAIM: what was lost, damaged, wrong or faulty, and who owes for it.

    Comes in: SHIPMENT (parcels lost or damaged by the carrier's word), ORDER_LINE (their value), RETURN_LINE and
    RETURN_AUTHORISATION (returns for a fault of the shop, the carrier or the supplier). A parcel is worth the goods
    of its order, tax included; a return line its refund. A carrier is to be claimed within `carrier_claim_days` of
    its news or of the request. A claim is no return: of a lost parcel nothing comes back.
    """
    frame = pd.concat(
        [_of_parcels(shipments, order_lines), _of_returns(return_lines, authorisations)], ignore_index=True
    )
    until = frame["happened_on"] + pd.Timedelta(days=settings.carrier_claim_days)
    against = frame["kind"].map(_AGAINST).astype("str")
    frame = frame.assign(against=against, claim_until_on=until.where(against == "carrier"))
    return check(frame[list(RETURN_CLAIM.names)].sort_values("claim_id", ignore_index=True), RETURN_CLAIM)


def _of_parcels(shipments: pd.DataFrame, order_lines: pd.DataFrame) -> pd.DataFrame:
    bad = check(shipments, SHIPMENT)
    bad = bad[bad["problem"].isin(("lost", "damaged"))]
    lines = check(order_lines, ORDER_LINE)
    sold = lines[(lines["line_kind"] == "sale") & lines["order_id"].isin(bad["order_id"])]
    worth = (sold["amount_minor"] + sold["tax_minor"]).groupby(sold["order_id"]).sum().clip(lower=0)
    currency = sold.drop_duplicates("order_id").set_index("order_id")["currency"]
    return pd.DataFrame(
        {
            "claim_id": "parcel|" + bad["tracking_number"], "kind": bad["problem"], "order_id": bad["order_id"],
            "sku_id": pd.array([None] * len(bad), dtype="str"), "claimed_units": np.nan,
            "worth_minor": worth.reindex(bad["order_id"]).fillna(0).astype("int64").to_numpy(),
            "currency": currency.reindex(bad["order_id"]).fillna("XXX").to_numpy(),
            "happened_on": bad["last_event_at"].dt.normalize(), "state": "open",
            "reason": "the carrier's word: " + bad["problem"] + ", parcel " + bad["tracking_number"],
        }
    )  # fmt: skip


def _of_returns(return_lines: pd.DataFrame, authorisations: pd.DataFrame) -> pd.DataFrame:
    keys = ["return_id", "return_line_id"]
    lines = check(return_lines, RETURN_LINE)
    lines = lines[lines["return_reason"].isin(list(_KINDS))]
    answers = check(authorisations, RETURN_AUTHORISATION)[
        [*keys, "outcome", "refund_minor", "currency", "reason", "state"]
    ]
    rows = lines[[*keys, "order_id", "sku_id", "returned_units", "requested_on", "return_reason"]].merge(
        answers, on=keys, how="inner", validate="one_to_one"
    )
    waits = (rows["outcome"] == "granted") & rows["state"].isin(("authorised", "received"))
    return pd.DataFrame(
        {
            "claim_id": "return|" + rows["return_id"] + "|" + rows["return_line_id"],
            "kind": rows["return_reason"].map(_KINDS).astype("str"), "order_id": rows["order_id"],
            "sku_id": rows["sku_id"], "claimed_units": rows["returned_units"], "worth_minor": rows["refund_minor"],
            "currency": rows["currency"], "happened_on": rows["requested_on"],
            "state": rows["outcome"].map(_STATES).astype("str").where(~waits, "open"), "reason": rows["reason"],
        }
    )  # fmt: skip
