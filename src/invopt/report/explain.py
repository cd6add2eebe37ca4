"""Why that quantity, in lines of text and as a table for the terminal; the sum itself is purchasing's."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Group, RenderableType
from rich.table import Table as Grid
from rich.text import Text

from invopt.purchasing import Explanation
from invopt.report.words import Words


def explanation_lines(explanation: Explanation, words: Words) -> list[str]:
    """The explanation as lines of text, a term a line, with the sums."""
    width = max(
        [len(words.exact(float(abs(term.units)))) for term in (*explanation.terms, *explanation.changes)], default=1
    )
    width = max(
        width, len(words.exact(float(explanation.need_units))), len(words.exact(float(explanation.final_units)))
    )

    def line(sign: str, units: Decimal, text: str) -> str:
        return f"{sign} {words.exact(float(abs(units))):>{width}}  {text}"

    lines = [line(term.sign, term.units, term.words) for term in explanation.terms]
    lines.append(line("=", explanation.need_units, "needed"))
    lines += [line(term.sign, term.units, term.words) for term in explanation.changes]
    if explanation.changes:
        lines.append(line("=", explanation.final_units, "to buy"))
    return lines


def explanation_grid(explanation: Explanation, words: Words) -> RenderableType:
    """The explanation for the terminal."""
    grid = Grid(box=None, show_header=False, padding=(0, 1))
    grid.add_column(justify="right")
    grid.add_column(justify="right")
    grid.add_column()
    for term in explanation.terms:
        grid.add_row(term.sign, words.exact(float(abs(term.units))), Text(term.words))
    grid.add_row("=", words.exact(float(explanation.need_units)), "needed", style="bold")
    for term in explanation.changes:
        grid.add_row(term.sign, words.exact(float(abs(term.units))), Text(term.words))
    if explanation.changes:
        grid.add_row("=", words.exact(float(explanation.final_units)), "to buy", style="bold")
    return Group(grid)
