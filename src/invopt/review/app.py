"""The app: which address leads to which page."""

from __future__ import annotations

import hashlib

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from invopt.review import buying
from invopt.review.desk import Desk
from invopt.review.pages import entry, exports, forecast, inbox, lists, orders, plan, runs, sku, targets
from invopt.review.render import page, static_files
from invopt.review.users import User
from invopt.review.web import HEADERS, Door
from invopt.workspace import Workspace

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


def create_app(
    workspace: Workspace,
    users: dict[str, User] | None = None,
    *,
    hosts: frozenset[str] = LOCAL_HOSTS,
    alone: User | None = None,
) -> Starlette:
    """The review app of a workspace, as an ASGI application.

    users: who may log in, by name. hosts: names the app answers to; empty for any. alone: the user everybody is
    where there are no users, for a desk on one's own machine; without users and without it nobody gets in.

    Raises `WorkspaceError` where nothing has been published yet.
    """
    desk = Desk(workspace)
    door = Door(desk, users or {}, hosts, alone=None if users else alone)
    pages = [
        Route("/login", entry.login(door), methods=["GET", "POST"]),
        Route("/logout", entry.logout(door), methods=["POST"]),
        Route("/static/{name}", _static),
        Route("/", door.page(inbox.inbox)),
        Route("/alert", door.page(inbox.alert)),
        Route("/plan", door.page(plan.plan)),
        Route("/plan/approve", door.page(plan.approve, role="approver"), methods=["POST"]),
        Route("/proposal", door.page(plan.proposal)),
        Route("/sku", door.page(sku.sku, slow=True)),
        Route("/skus", door.page(lists.skus)),
        Route("/suppliers", door.page(lists.suppliers)),
        Route("/supplier", door.page(lists.supplier)),
        Route("/orders", door.page(orders.orders)),
        Route("/line", door.page(orders.line)),
        Route("/bought", door.page(orders.bought)),
        Route("/holds", door.page(lists.holds)),
        Route("/hold", door.page(lists.hold)),
        Route("/promises", door.page(inbox.promises)),
        Route("/returns", door.page(lists.returns)),
        Route("/return", door.page(lists.graded)),
        Route("/forecast", door.page(forecast.forecast)),
        Route("/forecast/effect", door.page(forecast.effect, slow=True, role="planner"), methods=["POST"]),
        Route("/forecast/save", door.page(forecast.save, slow=True, role="planner"), methods=["POST"]),
        Route("/settings", door.page(targets.targets, slow=True)),
        Route("/settings/effect", door.page(targets.effect, slow=True), methods=["POST"]),
        Route("/runs", door.page(runs.runs)),
        Route("/decisions", door.page(runs.decisions)),
        Route("/decide", door.page(entry.decided, role="planner"), methods=["POST"]),
        Route("/export/plan.csv", door.page(exports.plan_csv, slow=True)),
        Route("/export/orders.csv", door.page(exports.orders_csv, slow=True)),
        Route("/export/orders.xlsx", door.page(exports.orders_xlsx, slow=True)),
    ]
    return Starlette(routes=pages, exception_handlers={HTTPException: _not_found})


def _static(request: Request) -> Response:
    held = static_files().get(request.path_params["name"])
    if held is None:
        return Response("not found", 404, headers=HEADERS)
    content, kind = held
    mark = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
    headers = HEADERS | {"Cache-Control": "no-cache", "ETag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)


async def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = "There is no such page." if status == 404 else "That cannot be asked for here."
    return HTMLResponse(page("failure.html", message=message, status=status, back="/"), status, headers=HEADERS)


__all__ = ["LOCAL_HOSTS", "buying", "create_app"]
