"""The planner's desk: a small web app that shows the published plan and appends decisions, and nothing else."""

from __future__ import annotations

from invopt.review.app import create_app
from invopt.review.server import serve

__all__ = ["create_app", "serve"]
