"""Coming in, going out, and the one address that every decision goes to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from invopt.review.actions import decide
from invopt.review.render import done, page
from invopt.review.users import is_password
from invopt.review.web import COOKIE, HEADERS, Door, Visit, failure, give_cookie, read_form


def login(door: Door) -> Any:
    """The login page and its form. A new session is made on success, so that an old token is worth nothing."""

    async def endpoint(request: Request) -> Response:
        refused = door.refused(request)
        if refused is not None:
            return refused
        session = door.sessions.find(request.cookies.get(COOKIE)) or door.sessions.begin(None)
        if request.method == "GET":
            return _form(door, session, "")
        pairs = await read_form(request)
        form = dict(pairs or [])
        if form.get("csrf") != session.csrf:
            session = door.sessions.begin(None)
            return _form(door, session, "The page was too old. Try again.", 403)
        name, address = form.get("name", "")[:80], request.client.host if request.client else ""
        keys = (f"name {name}", f"address {address}")
        wait = door.brake.wait_seconds(*keys)
        if wait:
            response = _form(door, session, f"Too many tries. Wait {round(wait / 60) or 1} minutes.", 429)
            response.headers["Retry-After"] = str(round(wait))
            return response
        user = door.users.get(name)
        if not await run_in_threadpool(is_password, user, form.get("password", "")[:1_000]) or user is None:
            door.brake.failed(*keys)
            return _form(door, session, "Name or password is wrong.", 401)
        door.brake.passed(keys[0])
        door.sessions.end(session)
        begun = door.sessions.begin(user)
        response = RedirectResponse("/", status_code=303, headers=HEADERS)
        give_cookie(response, begun)
        return response

    return endpoint


def logout(door: Door) -> Any:
    """End the session."""

    async def endpoint(request: Request) -> Response:
        refused = door.refused(request)
        if refused is not None:
            return refused
        session = door.sessions.find(request.cookies.get(COOKIE))
        form = dict(await read_form(request) or [])
        if session is not None and form.get("csrf") != session.csrf:
            return failure(request, "This page is too old. Load it again.", 403)
        if session is not None:
            door.sessions.end(session)
        response = RedirectResponse("/login", status_code=303, headers=HEADERS)
        response.delete_cookie(COOKIE, path="/")
        return response

    return endpoint


def decided(visit: Visit) -> Response:
    """Write what a form asks for, and go back to where it came from."""
    told = decide(visit.desk, visit.book, visit.user, visit.form, dt.datetime.now(dt.UTC))
    return done(visit, told, visit.form.get("back", "/"))


def _form(door: Door, session: Any, message: str, status: int = 200) -> Response:
    shop = door.desk.workspace.settings.business.name
    response = HTMLResponse(
        page("login.html", csrf=session.csrf, message=message, shop=shop, has_users=bool(door.users)),
        status,
        headers=HEADERS,
    )
    give_cookie(response, session)
    return response
