"""`invopt backtest` on the planned shop: honest about time, and taken up where it was stopped."""

import json

import numpy as np
import pandas as pd
import pytest

from invopt.cli.backtest import backtest
from invopt.errors import StageError
from invopt.forecast import summary
from invopt.stages.backtest import backtest_history, before
from invopt.stages.blocks import load_chunk, run_axis
from invopt.stages.run import published_run
from tests.pipeline.shop import copy_of


@pytest.fixture(scope="module")
def tested(planned, tmp_path_factory):
    shop = copy_of(planned, tmp_path_factory.mktemp("tested") / "shop")
    said = []
    return shop, backtest_history(shop, origins=2, horizon=3, progress=said.append), said


def test_a_table_of_methods(tested):
    _, scores, _ = tested
    assert scores["origin"].nunique() == 2
    table = summary(scores).set_index("method")
    assert (table["series"] > 0).all()
    assert table.loc["invopt", "series"] == table.loc["moving average", "series"]
    assert table.loc["invopt", ["rmsse", "mase", "wape", "pinball_90", "coverage_90"]].between(0, 10).all()
    assert table.loc["invopt", "rmsse"] < table.loc["seasonal naive", "rmsse"]


def test_stopped_and_run_again_it_goes_on(tested):
    shop, scores, _ = tested
    (folder,) = (shop.root / "backtests").iterdir()
    first, second = sorted(folder.iterdir())
    written = first.stat().st_mtime_ns
    second.unlink()
    again = backtest_history(shop, origins=2, horizon=3)
    assert first.stat().st_mtime_ns == written
    pd.testing.assert_frame_equal(again, scores)


def test_an_origin_sees_nothing_of_what_came_after(planned):
    """The block of a past origin is made of earlier days alone: cleaning included."""
    run = published_run(planned)
    axis = run_axis(run)
    (chunk,) = run.chunks()
    past = before(axis, 20, 3)
    then, now = load_chunk(run, chunk, past), load_chunk(run, chunk, axis)
    assert then.observed.shape[1] == 20
    np.testing.assert_array_equal(then.observed, now.observed[:, :20])
    assert past.stop_on == axis.history_starts[20]


def test_a_stockout_is_not_scored(planned):
    run = published_run(planned)
    axis = run_axis(run)
    (chunk,) = run.chunks()
    loaded = load_chunk(run, chunk, axis)
    hidden = loaded.clean.reason >= 3
    assert hidden.any()
    assert not (loaded.is_sure & hidden).any()


def test_the_command_prints_one_object(tested, capsys):
    shop, scores, _ = tested
    backtest(workspace=shop.root, origins=2, horizon=3, as_json=True)
    rows = json.loads(capsys.readouterr().out)
    assert [row["method"] for row in rows] == summary(scores)["method"].tolist()
    assert (shop.exports / "backtest.csv").is_file()


def test_too_many_origins_are_refused(tested):
    shop, _, _ = tested
    with pytest.raises(StageError, match="fewer origins"):
        backtest_history(shop, origins=9, horizon=3)
