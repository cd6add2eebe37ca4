"""Who gets in, what is refused, and what never leaves the app's folder."""

import http.client
import re

import httpx

from tests.pipeline.desk.conftest import PASSWORD, Person, fingerprint

PAGES = ["/", "/plan", "/orders", "/forecast", "/suppliers", "/holds", "/promises", "/returns", "/skus", "/settings",
         "/runs", "/decisions"]  # fmt: skip


def proposals(workspace):
    table = workspace.table("order_proposal")
    rows = table[(table["final_units"] > 0) & (table["state"] == "proposed") & table["supplier_id"].notna()]
    return rows.sort_values(["amount_minor", "proposal_id"], ascending=False).to_dict("records")


def test_nobody_sees_a_page_without_logging_in(address):
    for page in PAGES:
        answer = httpx.get(address + page, verify=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert httpx.post(address + "/decide", data={"action": "approve"}, verify=False).status_code == 303


def test_a_viewer_sees_every_page(address):
    vera = Person(address, "vera")
    for page in PAGES:
        answer = vera.get(page)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|\sstyle=|https?://(?!www\.w3\.org)", answer.text)


def test_roles_reach_as_far_as_they_say(address, desk_shop):
    key = "|".join(proposals(desk_shop)[0]["proposal_id"].split("|")[:2])
    before = desk_shop.decisions_path.read_bytes()
    vera, paul, lim = (Person(address, name) for name in ("vera", "paul", "lim"))
    assert vera.decide("order_proposal", key, "snooze", expires_on="2026-12-01").status_code == 403
    assert paul.decide("order_proposal", key, "approve").status_code == 403
    assert "planner" in paul.decide("order_proposal", key, "approve").text
    assert paul.send("/plan/approve", csrf=paul.csrf, chosen=f"-|{key}").status_code == 403
    assert paul.send("/decide", csrf=paul.csrf, subject="setting", action="set").status_code == 403
    refused = lim.decide("order_proposal", key, "approve")
    assert refused.status_code == 403
    assert "above the limit of lim, £1.00" in refused.text
    assert lim.send("/plan/approve", csrf=lim.csrf, chosen=f"-|{key}").status_code == 403
    assert desk_shop.decisions_path.read_bytes() == before


def test_a_limit_holds_for_what_is_approved_together(address, desk_shop):
    small = [row for row in proposals(desk_shop) if row["amount_minor"] <= 1_00]
    rows = small or proposals(desk_shop)[-3:]
    chosen = [f"-|{row['sku_id']}|{row['location_id']}" for row in rows]
    lim = Person(address, "lim")
    answer = lim.send("/plan/approve", csrf=lim.csrf, chosen=chosen)
    assert sum(row["amount_minor"] for row in rows) > 1_00
    assert answer.status_code == 403


def test_forms_of_others_are_refused(address, desk_shop):
    key = "|".join(proposals(desk_shop)[0]["proposal_id"].split("|")[:2])
    before = desk_shop.decisions_path.read_bytes()
    ann, bob = Person(address, "ann"), Person(address, "bob")
    form = {"subject": "order_proposal", "key": key, "action": "reject", "reason": "no", "version": "-"}
    assert ann.send("/decide", **form).status_code == 403
    assert ann.send("/decide", csrf=bob.csrf, **form).status_code == 403
    elsewhere = {"Origin": "https://elsewhere.example"}
    assert ann.send("/decide", headers=elsewhere, csrf=ann.csrf, **form).status_code == 403
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert ann.send("/decide", headers=cross, csrf=ann.csrf, **form).status_code == 403
    assert ann.send("/logout").status_code == 403
    assert desk_shop.decisions_path.read_bytes() == before
    assert httpx.get(address, headers={"Host": "evil.example"}, verify=False).status_code == 421


def test_a_session_is_new_after_login_and_over_after_logout(address):
    ann = Person(address, "ann")
    cookie = ann.login.headers["set-cookie"]
    assert ann.token != ann.first_token
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))
    assert PASSWORD not in ann.get("/").text
    assert ann.send("/logout", csrf=ann.csrf).status_code == 303
    assert ann.get("/").status_code == 303


def test_guessing_a_password_is_slowed_down(desk_shop):
    from tests.pipeline.desk.conftest import served

    with served(desk_shop) as address:
        for _ in range(5):
            assert Person(address, "paul", "wrong password").login.status_code == 401
        blocked = Person(address, "paul").login
        assert blocked.status_code == 429
        assert int(blocked.headers["retry-after"]) > 0
        assert Person(address, "ann").login.status_code == 303


def test_nothing_outside_is_served(address):
    ann = Person(address, "ann")
    host, _, port = address.removeprefix("http://").partition(":")
    for path in (
        "/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/%2e%2e/settings.toml", "/static//etc/passwd",
        "/static/..%5c..%5cusers.toml", "/users.toml", "/decisions.jsonl", "/static/users.toml",
    ):  # fmt: skip
        connection = http.client.HTTPConnection(host, int(port), timeout=30)  # sends the path as it is written
        connection.request("GET", path, headers=ann.cookie)
        answer = connection.getresponse()
        assert answer.status == 404, path
        assert b"argon2" not in answer.read()
        connection.close()


def test_a_form_that_is_too_large_is_refused(address):
    ann = Person(address, "ann")
    assert ann.send("/decide", csrf=ann.csrf, reason="x" * 1_100_000).status_code == 413


def test_the_app_writes_decisions_and_nothing_else(address, desk_shop):
    ann = Person(address, "ann")
    before = fingerprint(desk_shop.root)
    for page in [*PAGES, "/export/plan.csv", "/export/orders.xlsx"]:
        assert ann.get(page).status_code == 200
    row = proposals(desk_shop)[5]
    key = f"{row['sku_id']}|{row['location_id']}"
    assert ann.get("/sku", key=key).status_code == 200
    assert ann.send("/settings/effect", csrf=ann.csrf, **{"policy.target_by_class.A": "90"}).status_code == 200
    assert ann.decide("order_proposal", key, "snooze", expires_on="2026-12-01").status_code == 303
    after = fingerprint(desk_shop.root)
    assert {name for name in after if after[name] != before.get(name)} == {"decisions.jsonl"}
