"""Files in: each row accepted, refused with its reason, or known; reading a file twice changes nothing."""

from __future__ import annotations

from invopt.ingest.inbox import ingest_files, ingest_inbox, waiting
from invopt.ingest.intake import FileReport

__all__ = ["FileReport", "ingest_files", "ingest_inbox", "waiting"]
