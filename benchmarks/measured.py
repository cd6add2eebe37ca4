"""A command as a process of its own, with its seconds and its largest memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measured:
    """How a command went: wall and processor seconds, largest resident memory, and the JSON it printed."""

    seconds: float
    processor_seconds: float
    peak_gib: float
    answer: dict[str, Any]


def invopt(*words: str) -> Measured:
    """Run `invopt` with these words and `--json`; ends this script where the command fails."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "invopt", *words, "--json"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)  # the resources of this child alone
    seconds = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"invopt {' '.join(words)} failed with exit code {process.returncode}")
    return Measured(
        seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 2**20, json.loads(text.splitlines()[-1])
    )


def report(figures: dict[str, float]) -> None:
    """Print the figures as a table and, as the last line, as one JSON object."""
    width = max(map(len, figures))
    for name, value in figures.items():
        print(f"{name:<{width}}  {value:>14,.2f}" if isinstance(value, float) else f"{name:<{width}}  {value:>14,}")
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))
