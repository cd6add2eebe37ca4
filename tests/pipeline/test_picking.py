"""From plan to shelf: what is being picked stays, what changed is free again, and two processes never take one unit."""

import datetime as dt

import pandas as pd
import pytest

from invopt.errors import TableError
from invopt.stages.ledger import begin_picking, record_count, report_short_pick
from invopt.stages.night import day_part, run_stages
from tests.connection import connect
from tests.pipeline.killing import Kill
from tests.pipeline.picking import pick_at_once
from tests.pipeline.shop import SPEC

KEYS = ["sku_id", "location_id"]
LINE = ["order_id", "order_line_id"]
NOW = dt.datetime.now(dt.UTC).replace(tzinfo=None)
STAGES = day_part(("facts", "tracking", "orders", "parcels", "picking"))


def fulfil(shop):
    return run_stages(shop, SPEC.as_of, stages=STAGES, kind="fulfil", seen_until=clock)


def clock():
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def ledger(shop):
    with connect(shop) as db:
        return db.frame("select * from stock_movement order by recorded_at, movement_id")


def reserved(shop):
    """Units reserved by reference and location, from the ledger itself."""
    rows = ledger(shop)
    rows = rows[rows["movement_kind"].isin(["reservation", "release"])]
    return rows.groupby(["reference", "location_id"])["moved_units"].sum().round(3)


def bring(shop, name, frame):
    frame.to_csv(shop.inbox / name, index=False)


def order_lines(shop, order_ids):
    """The latest version of some orders' lines, as a file would bring them."""
    with connect(shop) as db:
        rows = db.frame(
            "select * exclude (file_id, line_number, recorded_at) from order_line where list_contains($ids, order_id) "
            "qualify row_number() over (partition by order_id, order_line_id order by recorded_at desc) = 1",
            {"ids": order_ids},
        )
    money = [name for name in rows.columns if name.endswith("_minor")]
    for name in money:
        rows[name.removesuffix("_minor")] = rows.pop(name) / 100
    return rows


def test_what_is_being_picked_stays_until_the_order_changes(shop):
    plan = shop.table("allocation")
    begun = begin_picking(shop, NOW)
    assert len(begun.reserved) == len(plan) > 5
    assert (begun.closed, begun.short) == ((), ())
    again = begin_picking(shop, NOW)
    assert (len(again.reserved), again.already) == (0, len(plan))

    before = shop.table("stock_position").set_index(KEYS)["reserved_units"]
    fulfil(shop)
    after = shop.table("stock_position").set_index(KEYS)["reserved_units"]
    taken = plan.groupby(KEYS)["allocated_units"].sum()
    assert (after - before)[lambda units: units != 0].to_dict() == taken.to_dict()
    now_planned = shop.table("allocation")
    both = now_planned.merge(plan, on=[*LINE, "location_id"], suffixes=("", "_then"))
    assert len(both) == len(plan)
    assert (both["allocated_units"] == both["allocated_units_then"]).all()
    assert both["reason"].eq("released to picking").all()
    views = shop.table("available_to_promise").drop_duplicates(KEYS)
    free = views["on_hand_units"] - views["reserved_units"]
    assert (views["available_units"] == free.round(3)).all()

    # One order is cancelled, one is cut to fewer units, the parcel of a third is scanned, one is cancelled after that.
    whole = plan[plan["order_line_id"].str.contains("#", regex=False).groupby(plan["order_id"]).transform("sum") == 0]
    names = whole.groupby("order_id")["allocated_units"].max().sort_values(ascending=False).index.tolist()
    fewer, cancelled, scanned, too_late = names[0], *sorted(names[1:])[:3]
    rows = order_lines(shop, [fewer, cancelled, too_late])
    is_off = rows["order_id"].isin([cancelled, too_late])
    rows["order_state"] = rows["order_state"].where(~is_off, "cancelled")
    rows["cancelled_at"] = rows["cancelled_at"].astype("object").where(~is_off, NOW.isoformat() + "Z")
    cut = (rows["order_id"] == fewer) & (rows["ordered_units"] > 1)
    rows.loc[cut, "ordered_units"] -= 1
    rows.loc[cut, "amount"] = (rows["ordered_units"] * rows["unit_price"] - rows["discount"]).round(2)
    assert cut.any()
    bring(shop, "changes.csv", rows)
    place = plan.set_index("order_id")["location_id"]
    events = pd.DataFrame({"order_id": [scanned, too_late], "event_code": "collected", "carrier_id": "OXCART",
                           "tracking_number": ["X1", "X2"], "happened_at": NOW.isoformat() + "Z"})  # fmt: skip
    events["from_location_id"] = [place[[order]].iloc[0] for order in events["order_id"]]
    bring(shop, "tracking_event_now.csv", events)
    fulfil(shop)

    state = shop.table("reservation").groupby("order_id")["reason"].agg(set)
    assert state[cancelled] == {"cancelled"}
    assert "edited to fewer units" in state[fewer]
    assert "with the carrier" in state[scanned]
    assert any(reason.startswith("cancelled after the carrier's scan") for reason in state[too_late])
    held = reserved(shop)
    left = held.groupby(held.index.get_level_values(0).str.split("|").str[0]).sum()
    assert left[cancelled] == left[too_late] == 0
    asked = shop.table("open_order_line").groupby("order_id")["ordered_units"].sum()
    assert left[fewer] <= asked[fewer]
    leaving = shop.table("allocation")
    assert not leaving["order_id"].isin([cancelled, too_late]).any()
    gone = shop.table("reservation").query("is_with_carrier")[[*LINE, "location_id"]]
    assert leaving.merge(gone, on=[*LINE, "location_id"]).empty, "a parcel the carrier has is packed again"
    # The ledger in the database says what the published views say.
    fulfil(shop)
    by_place = reserved(shop).groupby("location_id").sum()
    assert by_place.to_dict() == shop.table("stock_position").groupby("location_id")["reserved_units"].sum().to_dict()
    assert shop.table("reservation")["kept_units"].eq(shop.table("reservation")["reserved_units"]).all()
    with connect(shop) as db:
        books = db.scalar("select sum(rows_accepted) from ingested_file where table_name = 'stock_movement'")
    assert books == len(ledger(shop))


def test_a_short_pick_corrects_the_stock_and_plans_the_order_anew(shop):
    begin_picking(shop, NOW)
    line = shop.table("allocation").iloc[0]
    key = (line["sku_id"], line["location_id"])
    shelf = shop.table("stock_position").set_index(KEYS)["on_hand_units"]
    missing = float(shelf[key])  # nothing lies there at all
    rows = report_short_pick(shop, line["order_id"], line["order_line_id"], line["location_id"], missing, NOW)
    assert sorted(rows["movement_kind"]) == ["count_correction", "release"]
    with pytest.raises(TableError, match="is reserved at"):
        report_short_pick(shop, line["order_id"], line["order_line_id"], line["location_id"], missing, NOW)
    fulfil(shop)
    assert shop.table("stock_position").set_index(KEYS)["on_hand_units"][key] == 0
    anew = shop.table("allocation").merge(line[LINE].to_frame().T, on=LINE)
    assert not ((anew["location_id"] == line["location_id"]) & (anew["reason"] != "released to picking")).any()
    waits = shop.table("backlog").merge(line[LINE].to_frame().T, on=LINE)["waiting_units"].sum()
    assert anew["allocated_units"].sum() + waits == line["allocated_units"]

    found = record_count(shop, *key, missing + 2, "shelf 4", NOW + dt.timedelta(seconds=1))
    assert found["moved_units"].tolist() == [missing + 2]
    assert record_count(shop, *key, missing + 2, "shelf 4", NOW + dt.timedelta(seconds=2)).empty


@pytest.mark.parametrize("kill", [None, Kill(statement="commit"), Kill(statement="insert into \"stock_movement\"")],
                         ids=str)  # fmt: skip
def test_processes_at_once_and_a_crash_in_the_middle_reserve_each_unit_once(shop, kill):
    """Three pick the same plan at the same moment, one of them perhaps killed inside its transaction."""
    plan = shop.table("allocation")
    ends = pick_at_once(shop, NOW, kill, None, None)
    assert ends[1:] == [0, 0]
    if kill is None or kill.statement == "commit":
        assert ends[0] == (-9 if kill else 0)
    else:
        assert ends[0] in (-9, 0)  # 0 where the others had reserved everything and nothing was left to insert
    units = reserved(shop)
    wanted = plan.assign(reference=plan["order_id"] + "|" + plan["order_line_id"])
    wanted = wanted.set_index(["reference", "location_id"])["allocated_units"]
    assert units.sort_index().to_dict() == wanted.sort_index().to_dict()
    assert not ledger(shop)["movement_id"].duplicated().any()


def test_stock_that_vanished_since_the_plan_is_not_oversold(shop):
    """A count after the plan finds one unit too few: no two processes together reserve more than there is."""
    plan = shop.table("allocation")
    sums = plan.groupby(KEYS)["allocated_units"].sum()
    key = sums.sort_values(kind="stable").index[-1]
    record_count(shop, *key, float(sums[key]) - 1, "shelf 9", NOW)
    assert pick_at_once(shop, NOW, None, None) == [0, 0]
    rows = ledger(shop)
    rows = rows[(rows["sku_id"] == key[0]) & (rows["location_id"] == key[1])]
    assert rows.loc[rows["movement_kind"] == "reservation", "moved_units"].sum() <= sums[key] - 1
    begun = begin_picking(shop, NOW)
    assert len(begun.short) >= 1
    assert len(begun.reserved) == 0
