"""The page's script reads what the page holds: each list it looks for has what it looks for."""

from __future__ import annotations

import re

from invopt.report.summary_page import render_summary
from tests.unit.report.shop import empty_night, night
from tests.unit.report.test_summary_page import PATHS, plan_of


def test_every_list_that_the_script_takes_up_has_its_parts() -> None:
    for tables in (night(20), empty_night()):
        html = render_summary(plan_of(tables), PATHS, {})
        for opening in re.findall(r'<div class="list[^>]*data-caption=.*?(?=<div class="list|</section>)', html, re.S):
            for part in ('<div class="tools">', "<tbody>", 'class="scroll"', 'class="status"', "application/json"):
                assert part in opening
        # A list without rows is not taken up: it has nothing to sort.
        assert not re.search(r'<div class="list" id="[a-z_]+-list-empty"[^>]*data-caption', html)
