"""Exponential smoothing, compiled: sixteen candidates a pass, series in parallel."""

from invopt.forecast.ets.block import ALL_FORMS, DAMPED_FORMS, ets_block
from invopt.forecast.ets.scan import FORM_NAMES

__all__ = ["ALL_FORMS", "DAMPED_FORMS", "FORM_NAMES", "ets_block"]
