"""What stands between a browser and the pages: sessions, forgery and host checks, limits, headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from invopt.errors import InvoptError
from invopt.review.actions import NotAllowed
from invopt.review.book import Book
from invopt.review.desk import Desk
from invopt.review.journal import Overtaken
from invopt.review.sessions import LoginBrake, Session, Sessions
from invopt.review.users import User

COOKIE = "invopt_desk"
LARGEST_BODY = 1_000_000
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


@dataclass
class Visit:
    """One request: who asks, what stands on the desk, and what the form or the address holds."""

    request: Request
    session: Session
    user: User
    desk: Desk
    book: Book
    form: dict[str, str]
    many: list[tuple[str, str]]

    @property
    def is_part(self) -> bool:
        """Whether only a part of the page is wanted, to be put in its place by HTMX."""
        return self.request.headers.get("hx-request") == "true"

    def asked(self, name: str, otherwise: str = "") -> str:
        """A value of the address."""
        return self.request.query_params.get(name, otherwise)


Handler = Callable[[Visit], Response]


class Door:
    """Lets people in: finds the session, refuses what is forged or too large, and turns errors into pages."""

    def __init__(self, desk: Desk, users: dict[str, User], hosts: frozenset[str], *, alone: User | None) -> None:
        """`hosts` are the names the app answers to (empty: any); `alone` is the user where there are no users."""
        self.desk, self.users, self.hosts, self.alone = desk, users, hosts, alone
        self.sessions, self.brake = Sessions(), LoginBrake()

    def page(self, handler: Handler, *, slow: bool = False, role: str = "viewer") -> Any:
        """An endpoint for users. A slow one runs beside, so that nobody else waits for it."""

        async def endpoint(request: Request) -> Response:
            refused = self.refused(request)
            if refused is not None:
                return refused
            session = self.sessions.find(request.cookies.get(COOKIE))
            if session is None and self.alone is not None:
                session = self.sessions.begin(self.alone)
            if session is None or session.user is None:
                return self.to_login(request)
            pairs = await read_form(request)
            if pairs is None:
                return failure(request, "That is too much for one form.", 413)
            form = dict(pairs)
            if request.method == "POST" and not _same(form.get("csrf", ""), session.csrf):
                return failure(request, "This page is too old or comes from elsewhere. Load it again.", 403)
            if not session.user.may(role):
                return failure(request, f"{session.user.name} is a {session.user.role}; this needs a {role}.", 403)

            def answer() -> Response:
                book = self.desk.book()
                return handler(Visit(request, session, session.user or _nobody(), self.desk, book, form, pairs))

            try:
                response = await run_in_threadpool(answer) if slow else answer()
            except Overtaken as error:
                return failure(request, str(error), 409)
            except NotAllowed as error:
                return failure(request, str(error), 403)
            except InvoptError as error:
                return failure(request, str(error), 422)
            if request.cookies.get(COOKIE) != session.token:
                give_cookie(response, session)
            return response

        return endpoint

    def refused(self, request: Request) -> Response | None:
        """The answer to a request for another host, or sent by a page of another one; None where all is well."""
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
        if self.hosts and host not in self.hosts:
            return failure(request, "This app does not answer to that name.", 421)
        if request.method == "POST":
            origin = request.headers.get("origin")
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return failure(request, "This form comes from another site.", 403)
            if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
                return failure(request, "This form comes from another site.", 403)
        return None

    def to_login(self, request: Request) -> Response:
        """Send somebody to the login page; HTMX is told to load it whole."""
        if request.headers.get("hx-request") == "true":
            return Response(status_code=204, headers={**HEADERS, "HX-Redirect": "/login"})
        return RedirectResponse("/login", status_code=303, headers=HEADERS)


def give_cookie(response: Response, session: Session) -> None:
    """Hand out a session: not for scripts, not for other sites, and only where the way is safe (or this machine)."""
    response.set_cookie(COOKIE, session.token, httponly=True, secure=True, samesite="strict", path="/")


async def read_form(request: Request) -> list[tuple[str, str]] | None:
    """The pairs of a posted form; None where it is too large."""
    if request.method != "POST":
        return []
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=5_000)
    except (UnicodeDecodeError, ValueError):
        return []


def failure(request: Request, message: str, status: int) -> Response:
    """A sentence about what went wrong: as a part for HTMX, else as a page."""
    from invopt.review.render import page

    if request.headers.get("hx-request") == "true":
        # HTMX shows it where messages stand, and leaves the page as it is.
        headers = {**HEADERS, "HX-Retarget": "#message", "HX-Reswap": "innerHTML"}
        return HTMLResponse(page("message.html", message=message, is_bad=True), status_code=status, headers=headers)
    back = request.headers.get("referer", "")
    way = urlsplit(back)
    is_ours = way.netloc == request.headers.get("host", "")
    link = (way.path + (f"?{way.query}" if way.query else "")) if is_ours and re.match(r"/(?!/)", way.path) else "/"
    return HTMLResponse(page("failure.html", message=message, status=status, back=link), status, headers=HEADERS)


def _same(one: str, other: str) -> bool:
    import hmac

    return hmac.compare_digest(one.encode(), other.encode())


def _nobody() -> User:
    return User("nobody", "viewer")
