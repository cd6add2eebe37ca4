"""The desk while a night writes, and names that would rather be something else than text."""

import csv
import io
import threading

import pandas as pd

from invopt.database import open_database
from invopt.stages import run_stages
from tests.pipeline.desk.conftest import Person, add_users, served
from tests.pipeline.shop import SPEC, copy_of

HOSTILE = [
    "<script>document.title='taken'</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","click")',
    "\u202eeman desrever\u202c עברית",
    "🧨 {{ 7 * 7 }} {% raw %} ${jndi:ldap://x} '\"--",
    "A" * 10_240,
]


def test_pages_answer_and_decisions_are_taken_while_a_night_writes(planned, tmp_path):
    shop = copy_of(planned, tmp_path / "shop")
    add_users(shop)
    old = shop.published.run_id
    with served(shop) as address:
        ann = Person(address, "ann")
        # A writer that holds the database and the workspace's lock for as long as it likes.
        with shop.lock(), open_database(shop.database_path) as db, db.transaction():
            db.execute("create or replace table held_open as select 1 as one")
            for page in ("/", "/plan", "/orders", "/settings", "/runs"):
                assert ann.get(page).status_code == 200
            row = shop.table("order_proposal").query("final_units > 0 and state == 'proposed'").iloc[0]
            key = f"{row['sku_id']}|{row['location_id']}"
            assert ann.decide("order_proposal", key, "approve").status_code == 303
        # And a whole night: pages are served from the old plan until the new one is published.
        failed = []

        def night():
            try:
                run_stages(shop, SPEC.as_of)
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=night)
        thread.start()
        answered = 0
        while thread.is_alive():
            assert ann.get("/plan").status_code == 200
            answered += 1
        thread.join()
        assert not failed
        assert answered > 3
        assert shop.published.run_id != old
        for _ in range(200):
            if shop.published.run_id in ann.get("/plan").text:
                break
        assert shop.published.run_id in ann.get("/plan").text


def test_hostile_names_stay_text(planned, tmp_path):
    shop = copy_of(planned, tmp_path / "shop")
    add_users(shop)
    wanted = shop.table("order_proposal").query("final_units > 0 and state == 'proposed'").head(len(HOSTILE))
    keys = [f"{sku}|{place}" for sku, place in zip(wanted["sku_id"], wanted["location_id"], strict=True)]
    names = dict(zip(keys, HOSTILE, strict=True))
    for path in shop.published.files("sku_location"):
        rows = pd.read_parquet(path)
        own = rows["sku_id"] + "|" + rows["location_id"]
        rows["product_name"] = own.map(names).fillna(rows["product_name"])
        rows.to_parquet(path, index=False)
    for path in shop.published.files("alert"):
        rows = pd.read_parquet(path)
        rows.loc[rows.index[: len(HOSTILE)], "message"] = HOSTILE
        rows.to_parquet(path, index=False)
    with served(shop) as address:
        ann = Person(address, "ann")
        pages = [ann.get("/"), ann.get("/plan"), ann.get("/skus"), ann.get("/plan", q=HOSTILE[0])]
        pages += [ann.get(page, key=key) for key in keys for page in ("/proposal", "/sku")]
        reason = HOSTILE[0] + HOSTILE[1]
        assert ann.decide("order_proposal", keys[1], "change", units="5", reason=reason).status_code == 303
        pages += [ann.get("/proposal", key=keys[1]), ann.get("/decisions"), ann.get("/orders")]
        assert ann.send("/plan/approve", csrf=ann.csrf, chosen=f"-|{keys[0]}").status_code == 303
        exported = ann.get("/export/orders.csv").text.removeprefix("\ufeff")
    for page in pages:
        assert page.status_code == 200
        assert "<script>document" not in page.text
        assert "<img src=x" not in page.text
        assert "49 {% raw" not in page.text
        assert len(page.text) < 200_000
    cells = [value for row in csv.reader(io.StringIO(exported)) for value in row]
    assert "'" + HOSTILE[1] in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
