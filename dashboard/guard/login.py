"""Who is asking. The name is used for the door and the log only: who is let in may see everything."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request

from dashboard.errors import BadSetting
from dashboard.guard.passwords import Users
from dashboard.guard.proxies import PROXIED
from dashboard.guard.rates import Rates, viewer_of
from dashboard.settings import Settings

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Metaflow Dashboard", charset="UTF-8"'}
LONGEST = 200  # characters of a name


class Refused(Exception):
    """Who asks is not let in; with a status, a sentence and headers."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers or {}


Login = Callable[[Request], str | None]


def login_of(settings: Settings) -> Login | None:
    """What names the viewer of a request or raises Refused; None where there is no login. Raises BadSetting."""
    if settings.auth_header and settings.users_file:
        raise BadSetting(
            "METAFLOW_DASHBOARD_AUTH_HEADER and METAFLOW_DASHBOARD_USERS_FILE are both set: choose one way to log in."
        )
    if settings.auth_header:
        if not settings.trusted_proxies:
            raise BadSetting("METAFLOW_DASHBOARD_AUTH_HEADER needs METAFLOW_DASHBOARD_TRUSTED_PROXIES: who may set it.")
        return _named_by_proxy(settings.auth_header)
    return _by_password(Users(settings.users_file)) if settings.users_file else None


def _named_by_proxy(header: str) -> Login:
    def login(request: Request) -> str:
        if not request.environ.get(PROXIED):
            raise Refused(403, "The dashboard is reached through its proxy only.")
        name = request.headers.get(header, "").strip()
        if not name or len(name) > LONGEST or not name.isprintable():
            raise Refused(401, "The proxy has not said who you are.")
        return name

    return login


def _by_password(users: Users) -> Login:
    failures = Rates(per_second=0.2, at_once=10)

    def login(request: Request) -> str:
        given = request.authorization
        if given is None or given.type != "basic" or not given.username:
            raise Refused(401, "A name and a password are needed.", CHALLENGE)
        name, password = given.username, given.password or ""
        if users.knows(name, password) and users.check(name, password):
            return name
        viewer = viewer_of(None, request.remote_addr)
        wait = failures.take(viewer, cost=0)
        if wait:
            raise Refused(429, "Too many wrong passwords: try again later.", {"Retry-After": str(int(wait) + 1)})
        if len(name) > LONGEST or len(password) > LONGEST or not users.check(name, password):
            failures.take(viewer)
            raise Refused(401, "This is not a name with its password.", CHALLENGE)
        return name

    return login
