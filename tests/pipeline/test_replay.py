"""The past of a workspace played again: rules, settings files, curves; and the mix of targets."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from invopt.cli import planning
from invopt.errors import InfeasibleError, SettingsError, StageError
from invopt.stages import replay as stage
from invopt.stages.replay import OURS, history_as_shop, replay_history
from invopt.stages.run import Run, details
from invopt.stages.service_mix import best_service_mix
from invopt.workspace import Workspace
from tests.pipeline.shop import SPEC

# Half a year of history is too short for the rule of thumb; the shop is small and the test is about the plumbing.
PERIODS = 4


@pytest.fixture(scope="module", autouse=True)
def short_history():
    """Less warm-up and less to learn from than a business should be content with."""
    keep = stage.WARM_UP_PERIODS, stage.LEAST_PERIODS
    stage.WARM_UP_PERIODS, stage.LEAST_PERIODS = 2, 13
    yield
    stage.WARM_UP_PERIODS, stage.LEAST_PERIODS = keep


@pytest.fixture(scope="module")
def settings_file(planned, tmp_path_factory):
    """The shop's settings with a target of almost nothing for everything."""
    path = tmp_path_factory.mktemp("settings") / "lean.toml"
    text = (planned.root / "settings.toml").read_text(encoding="utf-8")
    assert "[policy]" not in text.replace("# [policy]", "")
    path.write_text(text + "\n[policy]\ntarget_by_class = { A = 0.05, B = 0.05, C = 0.05 }\n", encoding="utf-8")
    return path


def test_settings_files_are_played_as_policies_of_their_own(shop, settings_file, capsys):
    """By the command, with the picture of the curves: everything is played once."""
    planning.replay(workspace=shop.root, periods=PERIODS, settings=[settings_file], curves=True, jobs=1, as_json=True)
    table = pd.DataFrame(json.loads(capsys.readouterr().out)).set_index("rule")
    assert len(table) == 5
    assert table.loc["settings lean", "stock_value"] < table.loc[OURS, "stock_value"]
    assert table.loc["settings lean", "fill_rate"] < table.loc[OURS, "fill_rate"]
    assert table.loc[OURS, "saving_share"] == 0
    curves = pd.read_csv(shop.exports / "replay_curves.csv")
    covers = curves[curves["curve"].str.contains("cover")].sort_values("setting")
    assert covers["stock_value"].is_monotonic_increasing
    assert covers["fill_rate"].is_monotonic_increasing
    assert "<svg" in (shop.exports / "replay_curves.svg").read_text(encoding="utf-8")


def test_a_replay_needs_history_and_settings_that_are_settings(planned, tmp_path):
    with pytest.raises(StageError, match="to learn from"):
        replay_history(planned, 500)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[policy]\nno_such_setting = 1\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="no_such_setting"):
        replay_history(planned, PERIODS, settings_files=[wrong])


def test_what_was_played_belongs_to_the_planned_rows(planned):
    entry = details(planned.published.folder)
    run = Run(planned, SPEC.as_of, planned.published.run_id, pd.Timestamp(entry["seen_until"]).to_pydatetime())
    shop = history_as_shop(run)
    assert shop.size == len(planned.table("policy"))


def test_a_mix_for_a_fill_rate_costs_less_than_todays_targets_at_it(planned):
    """No mix of equal service ties up less: that of today's targets, by the same measure, ties up as much or more."""
    today = best_service_mix(planned, fill_rate=0.5).today
    mix = best_service_mix(planned, fill_rate=today[1])
    assert mix.best.fill_rate >= today[1]
    assert mix.best.stock_value <= today[0] * 1.001
    assert mix.curve["fill_rate"].is_monotonic_increasing
    again = best_service_mix(planned, budget_minor=mix.best.stock_value)
    assert again.best.stock_value <= mix.best.stock_value
    assert again.best.fill_rate == pytest.approx(mix.best.fill_rate, abs=0.01)
    assert mix.rows["level_minor"].sum() == mix.segments["level_minor"].sum()


def test_the_mix_names_an_aim_that_cannot_be(planned):
    with pytest.raises(InfeasibleError, match="either"):
        best_service_mix(planned)
    with pytest.raises(InfeasibleError, match="outside"):
        best_service_mix(planned, fill_rate=1.0)
    with pytest.raises(StageError, match="units, revenue or margin"):
        best_service_mix(planned, fill_rate=0.9, weight="love")


def test_the_mix_is_written_as_segments_that_settings_take(shop, capsys):
    planning.service_mix(workspace=shop.root, budget=None, fill_rate=0.95, weight="margin", as_json=False)
    told = capsys.readouterr().out
    toml = told[told.index("[policy.target_by_segment]") :].splitlines()
    lines = [line for line in toml if "=" in line and "#" in line]
    path = shop.root / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + "\n".join([toml[0], *lines]) + "\n", encoding="utf-8")
    assert Workspace.open(shop.root).settings.policy.target_by_segment
    assert (shop.exports / "exchange_curve.svg").exists()


@pytest.mark.slow
def test_two_processes_play_what_one_plays(planned, settings_file):
    one = replay_history(planned, PERIODS, settings_files=[settings_file])
    two = replay_history(planned, PERIODS, settings_files=[settings_file], jobs=2)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
