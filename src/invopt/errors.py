"""The exception tree. Every message says what is wrong, where it is, and how to mend it."""

from __future__ import annotations


class InvoptError(Exception):
    """Base of every error that a user can cause and mend; the command line prints it without a traceback.

    `exit_code` is what the process returns: 1 for a failed run, 2 for a wrong call, 3 for bad input data,
    4 for something that will pass by itself (another process holds the workspace).
    """

    exit_code = 1


class TableError(InvoptError):
    """A frame does not match the declaration of its table."""

    exit_code = 3


class SettingsError(InvoptError):
    """A setting is unknown, of the wrong type, or out of its range."""

    exit_code = 2


class IngestError(InvoptError):
    """A file cannot be taken in at all (a single bad row is a rejected row, not an error)."""

    exit_code = 3


class ForecastError(InvoptError):
    """A series cannot be forecast; the message names its keys."""

    exit_code = 3


class InfeasibleError(InvoptError):
    """Constraints contradict each other; the message names the ones that do."""


class WorkspaceError(InvoptError):
    """A folder is not a workspace, or a path would leave it."""

    exit_code = 2


class WorkspaceBusy(InvoptError):
    """Another run holds the workspace's lock."""

    exit_code = 4


class DatabaseBusy(InvoptError):
    """Another process holds the database for writing, and went on holding it through the bounded wait."""

    exit_code = 4


class MemoryShort(InvoptError):
    """The database may not use as much memory as a step of it needs."""


class StageError(InvoptError):
    """A stage of a run failed; the message names the stage, what it was doing, and the remedy."""


class MissingTool(InvoptError):
    """A program outside Python is needed and not installed."""

    exit_code = 2
