"""The review app of the planned shop, served by a real server on this machine."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from invopt.review.app import create_app
from invopt.review.server import USERS_FILE
from invopt.review.users import User, hash_password, read_users, write_user
from invopt.review.web import COOKIE
from invopt.workspace import Workspace
from tests.pipeline.shop import copy_of

PASSWORD = "a long enough password"


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The app on a free port; yields its address."""
    app = create_app(workspace, read_users(workspace.root / USERS_FILE))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def add_users(workspace: Workspace) -> None:
    """One of each role, and two approvers with limits; all with the same password."""
    hashed = hash_password(PASSWORD)
    for user in (
        User("vera", "viewer", None, hashed), User("paul", "planner", None, hashed),
        User("ann", "approver", None, hashed), User("bob", "approver", None, hashed),
        User("lim", "approver", 1_00, hashed),
    ):  # fmt: skip
        write_user(workspace.root / USERS_FILE, user)


class Person:
    """Somebody at the desk: keeps the cookie (browsers send it to this machine also without HTTPS) and the token."""

    def __init__(self, address: str, name: str, password: str = PASSWORD) -> None:
        self.address, self.name = address, name
        first = httpx.get(address + "/login", verify=False)
        self.token = first.cookies[COOKIE]
        csrf = re.search(r'name="csrf" value="([^"]+)"', first.text).group(1)
        self.first_token = self.token
        self.login = self.send("/login", csrf=csrf, name=name, password=password)
        if COOKIE in self.login.cookies:
            self.token = self.login.cookies[COOKIE]
        self.csrf = csrf
        if self.login.status_code == 303:
            self.csrf = re.search(r'name="csrf" value="([^"]+)"', self.get("/").text).group(1)

    def get(self, path: str, **params: str) -> httpx.Response:
        return httpx.get(self.address + path, params=params or None, headers=self.cookie, timeout=300, verify=False)

    def send(self, path: str, *, headers: dict[str, str] | None = None, **form: Any) -> httpx.Response:
        return httpx.post(
            self.address + path, data=form, headers=self.cookie | (headers or {}), timeout=300, verify=False
        )

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.token}"}

    def decide(self, subject: str, key: str, action: str, *, version: str | None = None, **form: str) -> httpx.Response:
        seen = self.version(subject, key) if version is None else version
        return self.send("/decide", csrf=self.csrf, subject=subject, key=key, action=action, version=seen, **form)

    def version(self, subject: str, key: str) -> str:
        """The last decision as the page of the thing shows it."""
        page = {"order_proposal": "/proposal", "alert": "/alert", "order": "/hold", "return": "/return",
                "purchase_order_line": "/line"}[subject]  # fmt: skip
        found = re.search(r'name="version" value="([^"]+)"', self.get(page, key=key).text)
        return found.group(1) if found else "-"


@pytest.fixture(scope="module")
def desk_shop(planned: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A copy of the planned shop with users, shared by the tests of a module."""
    workspace = copy_of(planned, tmp_path_factory.mktemp("desk") / "shop")
    add_users(workspace)
    return workspace


@pytest.fixture(scope="module")
def address(desk_shop: Workspace) -> Iterator[str]:
    """Where the app answers."""
    with served(desk_shop) as where:
        yield where


def fingerprint(root: Path) -> dict[str, tuple[int, int]]:
    """Every file below a folder with its size and time of change."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
