"""The way in for notebooks: a workspace whose tables are pandas frames and whose figures are matplotlib axes."""

from __future__ import annotations

from invopt.analysis.workspace import AnalysisWorkspace

__all__ = ["AnalysisWorkspace"]
