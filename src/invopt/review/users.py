"""Who may do what: users with a role and, for approvers, a limit in money, from one file with hashed passwords."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from invopt.errors import SettingsError
from invopt.workspace import replace_text

ROLES = ("viewer", "planner", "approver")  # each may do what those before it may
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@"
SHORTEST_PASSWORD = 10


@dataclass(frozen=True)
class User:
    """A person at the desk. `limit_minor` is the most that one of their decisions may spend; None is no limit."""

    name: str
    role: str
    limit_minor: int | None = None
    password_hash: str = ""

    def may(self, role: str) -> bool:
        """Whether this user may do what `role` may.

        >>> User("ann", "planner").may("viewer"), User("ann", "planner").may("approver")
        (True, False)
        """
        return ROLES.index(self.role) >= ROLES.index(role)


def read_users(path: Path) -> dict[str, User]:
    """The users of a file, by name; none where there is no file. Raises `SettingsError` for a file that is wrong."""
    if not path.exists():
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: not a TOML file: {error}. Write users with: invopt user") from error
    return {name: _user(name, entry, path) for name, entry in document.items()}


def write_user(path: Path, user: User) -> None:
    """Add a user to the file, or replace the one of that name; only its owner may read the file."""
    _check(user.name, user.role, user.limit_minor, path)
    users = read_users(path) | {user.name: user}
    path.touch(mode=0o600)
    replace_text(path, "".join(_section(one) for one in users.values()))
    path.chmod(0o600)


def hash_password(password: str) -> str:
    """An argon2id hash with a salt of its own. Raises `SettingsError` for a password that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"The password is shorter than {SHORTEST_PASSWORD} characters; take a longer one.")
    return str(_hasher().hash(password))


def is_password(user: User | None, password: str) -> bool:
    """Whether the password is the user's; takes as long for a user that does not exist."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(user.password_hash if user else _nobody(), password)) and user is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    return str(_hasher().hash("nobody has this password"))


def _user(name: str, entry: Any, path: Path) -> User:
    if not isinstance(entry, Mapping):
        raise SettingsError(f"{path}: {name} must be a section with role and password.")
    role, limit, hashed = entry.get("role"), entry.get("limit_minor"), entry.get("password")
    _check(name, role, limit, path)
    if not isinstance(hashed, str) or not hashed.startswith("$argon2"):
        raise SettingsError(f"{path}: the password of {name} is no argon2 hash. Set it with: invopt user {name}")
    return User(name, str(role), limit, hashed)


def _check(name: str, role: object, limit: object, path: Path) -> None:
    if not name or len(name) > 80 or any(letter not in _NAME for letter in name):
        raise SettingsError(f"{path}: {name!r} is no user name; use letters, digits and . _ - @.")
    if role not in ROLES:
        raise SettingsError(f"{path}: the role of {name} is one of {', '.join(ROLES)}; found {role!r}.")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 0):
        raise SettingsError(f"{path}: limit_minor of {name} must be a whole number of minor units, 0 or more.")


def _section(user: User) -> str:
    limit = "" if user.limit_minor is None else f"limit_minor = {user.limit_minor}\n"
    return f'["{user.name}"]\nrole = "{user.role}"\n{limit}password = "{user.password_hash}"\n\n'
