"""Speed of the forecast against statsforecast's AutoETS, in one run on the same two cores.

python benchmarks/speed.py [--million] [--sizes 10000 100000]

Two panels of 2,000 made-up series: weekly, 156 periods, season 52; daily, 730 periods, season 7. AutoETS is warm,
on two processes, on the first 200 series; ours runs on all. Three interleaved runs, their median. Compile time is
shown apart. With --million, panels of 10,000, 100,000 and 1,000,000 weekly series of 104 periods stream through
the full default block by block (--sizes takes others), and the peak of memory is that of the process. The time in
which series are made up is taken out, to the second; processor seconds are those of all threads.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Sequence

import numba
import numpy as np
from peers.environment import run, write_series

from invopt.forecast import DemandBlock, estimate_pools, forecast_block
from invopt.forecast.ets import ALL_FORMS, ets_block
from invopt.settings import Forecast

SERIES, PEER_SERIES, RUNS = 2000, 200, 3
BLOCK = 20_000
PANELS = {"weekly": (156, 52, 13, "week"), "daily": (730, 7, 28, "day")}


def made_up(series: int, periods: int, season: int, seed: int) -> np.ndarray:
    """Poisson demand around a wandering level of 1 to 100 units with a season of its own."""
    rng = np.random.default_rng(seed)
    level = 10 ** rng.uniform(0, 2, series)[:, None]
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(periods) / season + rng.uniform(0, 2 * np.pi, series)[:, None])
    walk = np.exp(np.cumsum(rng.normal(0, 0.02, (series, periods)), axis=1))
    return rng.poisson(level * wave * walk).astype(float)


def full_default(demand: np.ndarray, season: int, horizon: int, period: str) -> None:
    """Every method, combination, calibration and distribution."""
    block = DemandBlock(demand, np.arange(len(demand)) % 20, horizon, season, period)
    settings = Forecast()
    forecast_block(block, estimate_pools([block], settings), settings)


def seconds(work: object, *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)  # type: ignore[operator]
    return time.perf_counter() - started


def panel_ratios(name: str) -> dict[str, float]:
    """Series a second of AutoETS, of our exponential smoothing, and of the full default; and their ratios."""
    periods, season, horizon, period = PANELS[name]
    demand = made_up(SERIES, periods, season, seed=1)
    compile_seconds = seconds(ets_block, demand[:2], season, horizon)
    compile_seconds += seconds(full_default, demand[:2], season, horizon, period)
    path = write_series(list(demand[:PEER_SERIES]), f"speed-{name}")
    rates: dict[str, list[float]] = {"AutoETS": [], "ets": [], "all forms": [], "default": []}
    for _ in range(RUNS):
        answer = run("time", path, "--models=AutoETS", f"--season={season}", f"--horizon={horizon}")
        rates["AutoETS"].append(PEER_SERIES / json.loads(answer.splitlines()[-1])["seconds"])
        rates["ets"].append(SERIES / seconds(ets_block, demand, season, horizon))
        rates["all forms"].append(SERIES / seconds(ets_block, demand, season, horizon, ALL_FORMS))
        rates["default"].append(SERIES / seconds(full_default, demand, season, horizon, period))
    median = {key: statistics.median(values) for key, values in rates.items()}
    print(f"{name}: compile {compile_seconds:.1f} s; series a second: " + ", ".join(
        f"{key} {value:,.1f} (runs {', '.join(f'{run:,.1f}' for run in rates[key])})" for key, value in median.items()
    ), flush=True)  # fmt: skip
    return {
        f"autoets_rate_{name}": median["AutoETS"],
        f"ets_rate_{name}": median["ets"],
        f"default_rate_{name}": median["default"],
        f"ets_ratio_{name}": median["ets"] / median["AutoETS"],
        f"ets_all_forms_ratio_{name}": median["all forms"] / median["AutoETS"],
        f"default_ratio_{name}": median["default"] / median["AutoETS"],
    }


class MadeUpBlocks(Sequence[DemandBlock]):
    """Blocks of a panel, each made when it is asked for, as a business reads them from its database."""

    def __init__(self, series: int) -> None:
        self.series = series
        self.seconds, self.processor_seconds = 0.0, 0.0  # spent in making series up

    def __len__(self) -> int:
        return -(-self.series // BLOCK)

    def __getitem__(self, index: int) -> DemandBlock:  # type: ignore[override]
        if index >= len(self):
            raise IndexError(index)
        count = min(BLOCK, self.series - index * BLOCK)
        clock, processor = time.perf_counter(), time.process_time()
        demand = made_up(count, 104, 52, seed=index)
        self.seconds += time.perf_counter() - clock
        self.processor_seconds += time.process_time() - processor
        return DemandBlock(demand, np.arange(count) % 20, horizon=13)


def stream(series: int) -> tuple[float, float]:
    """Wall and processor seconds of the full default over a panel; making the series is counted out."""
    blocks, settings = MadeUpBlocks(series), Forecast()
    clock, processor = time.perf_counter(), time.process_time()
    pools = estimate_pools(blocks, settings)
    for block in blocks:
        forecast_block(block, pools, settings)
    return (
        time.perf_counter() - clock - blocks.seconds,
        time.process_time() - processor - blocks.processor_seconds,
    )


def main() -> None:
    """Measure and print the figures as the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="*", default=[], help="panels to stream, in series")
    parser.add_argument("--without-peers", action="store_true")
    arguments = parser.parse_args()
    figures: dict[str, float] = {}
    if not arguments.without_peers:
        for name in PANELS:
            figures |= panel_ratios(name)
    sizes = [10_000, 100_000, 1_000_000] if arguments.million else arguments.sizes
    if sizes:
        full_default(made_up(2, 104, 52, seed=0), 52, 13, "week")  # compiled before
    for series in sizes:
        took, processor = stream(series)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{series:,} weekly series of 104: {took:.1f} s ({processor:.1f} processor seconds on "
            f"{numba.get_num_threads()} threads), {series / took:,.0f} a second, {peak:.2f} GiB",
            flush=True,
        )
        if series == 1_000_000:
            figures |= {"million_minutes": took / 60, "million_processor_minutes": processor / 60, "million_gib": peak}
    print(json.dumps({key: round(value, 3) for key, value in figures.items()}))


if __name__ == "__main__":
    main()
