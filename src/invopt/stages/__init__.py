"""Stages: each reads tables, calls pure functions, and writes tables. `NIGHT` is their only order."""

from __future__ import annotations

from invopt.stages.night import NIGHT, Stage, run_stages, work
from invopt.stages.run import Run, begin

__all__ = ["NIGHT", "Run", "Stage", "begin", "run_stages", "work"]
