"""The peers' own environment (they need pandas below 3) and how to call it: by Parquet files and a subprocess."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".peers"
REQUIREMENTS = ("statsforecast==2.1.*", "pandas<3", "pyarrow")
PROCESSES = int(os.environ.get("PEER_PROCESSES", "2"))  # for scoring; timing always takes two


def python() -> Path:
    """The interpreter of the peers' environment, which is made on first use."""
    interpreter = HOME / "bin" / "python"
    if not interpreter.exists():
        print("making the environment of the peers in benchmarks/.peers", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        subprocess.run([str(HOME / "bin" / "pip"), "install", "-q", *REQUIREMENTS], check=True)
    return interpreter


def write_series(values: list[np.ndarray], name: str) -> Path:
    """One row a series, in a Parquet file that the peers read."""
    path = HOME / "input" / f"{name}.parquet"
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"series": np.arange(len(values)), "values": values}).to_parquet(path)
    return path


def run(job: str, path: Path, *arguments: str) -> str:
    """Run a job of statsforecast_peers.py; returns what it prints."""
    script = Path(__file__).with_name("statsforecast_peers.py")
    done = subprocess.run(
        [str(python()), str(script), job, str(path), *arguments],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def forecasts(values: list[np.ndarray], name: str, **options: object) -> pd.DataFrame:
    """Forecasts of the peers for some series, from the cache where the same question was asked before."""
    path = write_series(values, name)
    question = json.dumps(options, sort_keys=True).encode() + path.read_bytes()
    out = HOME / "output" / f"{name}-{hashlib.sha256(question).hexdigest()[:12]}.parquet"
    if not out.exists():
        out.parent.mkdir(exist_ok=True)
        arguments = [f"--{key}={value}" for key, value in options.items()] + [f"--processes={PROCESSES}"]
        print(f"{name}: peers run", file=sys.stderr, flush=True)
        print(run("forecast", path, *arguments, f"--out={out}"), file=sys.stderr, flush=True)
    return pd.read_parquet(out)
