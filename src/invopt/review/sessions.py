"""Who is at the desk now: sessions in memory, their tokens, and a brake on guessing passwords."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from invopt.review.users import User

IDLE_SECONDS = 2 * 3600.0
LONGEST_SECONDS = 12 * 3600.0
_MOST = 5_000


@dataclass
class Session:
    """One browser. `user` is None until somebody logs in; `csrf` stands in every form."""

    token: str
    csrf: str
    user: User | None
    began_at: float
    seen_at: float
    notes: list[str] = field(default_factory=list)


class Sessions:
    """The sessions of this process; a restart ends them all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nobody yet. `clock` gives seconds."""
        self._clock = clock
        self._held: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()

    def find(self, token: str | None) -> Session | None:
        """The session of a cookie, unless it has been idle or open for too long."""
        with self._lock:
            session = self._held.get(token or "")
            if session is None:
                return None
            now = self._clock()
            if now - session.seen_at > IDLE_SECONDS or now - session.began_at > LONGEST_SECONDS:
                del self._held[session.token]
                return None
            session.seen_at = now
            self._held.move_to_end(session.token)
            return session

    def begin(self, user: User | None) -> Session:
        """A new session with a token that nobody can guess; the least recently used goes when there are too many."""
        now = self._clock()
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), user, now, now)
        with self._lock:
            self._held[session.token] = session
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        return session

    def end(self, session: Session) -> None:
        """Forget a session."""
        with self._lock:
            self._held.pop(session.token, None)


class LoginBrake:
    """Counts failed logins: after `most` within `seconds`, the name and the address have to wait."""

    def __init__(self, most: int = 5, seconds: float = 900.0, clock: Callable[[], float] = time.monotonic) -> None:
        """No failures yet."""
        self._most, self._seconds, self._clock = most, seconds, clock
        self._failed: dict[str, list[float]] = {}
        self._lock = Lock()

    def wait_seconds(self, *keys: str) -> float:
        """How long to wait before the next try: 0 where there is no need to."""
        now = self._clock()
        with self._lock:
            waits = [0.0]
            for key in keys:
                recent = [at for at in self._failed.get(key, []) if now - at < self._seconds]
                if len(recent) >= self._most * (4 if key.startswith("address ") else 1):
                    waits.append(self._seconds - (now - recent[0]))
            return max(waits)

    def failed(self, *keys: str) -> None:
        """Note a failed try."""
        now = self._clock()
        with self._lock:
            if len(self._failed) > 10_000:
                self._failed = {key: times for key, times in self._failed.items() if now - times[-1] < self._seconds}
            for key in keys:
                self._failed[key] = [at for at in self._failed.get(key, []) if now - at < self._seconds] + [now]

    def passed(self, *keys: str) -> None:
        """Forget the failures of somebody who got in."""
        with self._lock:
            for key in keys:
                self._failed.pop(key, None)
