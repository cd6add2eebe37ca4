"""The command `invopt`: a file a group of commands. Heavy imports happen inside the commands that need them.

Exit codes: 0 done, 1 a run failed, 2 a wrong call, 3 bad input data, 4 busy and will pass, 130 stopped.
"""

from __future__ import annotations

import sys

import typer

from invopt.cli import (
    backtest,
    decide,
    demo,
    dispatch,
    explain,
    forecasts,
    ingest,
    picking,
    planning,
    returns,
    reviewing,
    sample,
    serving,
    shop,
)
from invopt.errors import InvoptError

app = typer.Typer(
    name="invopt",
    help="From order history to what to buy, what to ship and what to expect back.",
    epilog="Start with: invopt demo data/demo   or   invopt init my-shop",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    demo,
    shop,
    ingest,
    planning,
    backtest,
    explain,
    decide,
    forecasts,
    returns,
    picking,
    dispatch,
    reviewing,
    serving,
    sample,
):
    group.register(app)


def main() -> None:
    """Run the command; print a user's mistake as a sentence, not as a traceback."""
    try:
        app()
    except InvoptError as error:
        print(f"invopt: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("invopt: stopped. Run the same command again to go on where it was.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
