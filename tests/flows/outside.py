"""A Python start-up file that writes down every attempt to reach another machine, and refuses it."""

from __future__ import annotations

import os
from pathlib import Path

SITE = """
import os, socket
def _is_here(address):
    return not isinstance(address, tuple) or str(address[0]) in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "")
def _tell(address):
    with open(os.environ["OUTSIDE_LOG"], "a") as log:
        log.write(f"{address}\\n")
_connect, _find = socket.socket.connect, socket.getaddrinfo
def connect(self, address):
    if not _is_here(address):
        _tell(address)
        raise OSError(f"no way out to {address}")
    return _connect(self, address)
def getaddrinfo(host, *rest, **named):
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "127.0.0.1", "::1", "localhost", "0.0.0.0", socket.gethostname()):
        _tell(name)
        raise socket.gaierror(f"no way out to {name}")
    return _find(host, *rest, **named)
socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
"""


def closed_environment(folder: Path) -> dict[str, str]:
    """The environment of a process, and of all its children, that cannot reach another machine."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    root = Path(__file__).parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(folder), str(root / "src"), str(root)]),
        "OUTSIDE_LOG": str(folder / "outside.log"),
        "PREFECT_HOME": str(folder / "prefect"),
    }


def attempts(folder: Path) -> str:
    """What was tried."""
    log = folder / "outside.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""
