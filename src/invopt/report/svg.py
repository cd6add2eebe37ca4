"""Small pictures written as SVG: axes, lines, bands, bars, marks, in one style for the whole report.

Colours and weights are classes of the page's style sheet, so that pictures follow light and dark, and no
element carries a style of its own (the page's security policy forbids it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup, escape
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass
class Canvas:
    """A picture being drawn: data coordinates in, SVG out. `top`, `right`, `bottom`, `left` are margins."""

    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    top: float = 14
    right: float = 12
    bottom: float = 26
    left: float = 46
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Horizontal place of a value."""
        low, high = self.x_range
        span = (high - low) or 1.0
        return round(self.left + (value - low) / span * (self.width - self.left - self.right), 1)

    def y(self, value: float) -> float:
        """Vertical place of a value."""
        low, high = self.y_range
        span = (high - low) or 1.0
        return round(self.height - self.bottom - (value - low) / span * (self.height - self.top - self.bottom), 1)

    def line(self, xs: Sequence[float] | FloatArray, ys: Sequence[float] | FloatArray, name: str) -> None:
        """A line through points; a missing value interrupts it."""
        path, pen_down = [], False
        for x, y in zip(xs, ys, strict=True):
            if not math.isfinite(y):
                pen_down = False
                continue
            path.append(f"{'L' if pen_down else 'M'}{self.x(x)} {self.y(y)}")
            pen_down = True
        self.parts.append(f'<path class="{name}" d="{"".join(path)}"/>')

    def band(
        self,
        xs: Sequence[float] | FloatArray,
        low: Sequence[float] | FloatArray,
        high: Sequence[float] | FloatArray,
        name: str,
    ) -> None:
        """An area between two lines."""
        there = [f"{self.x(x)} {self.y(y)}" for x, y in zip(xs, high, strict=True)]
        back = [f"{self.x(x)} {self.y(y)}" for x, y in zip(xs, low, strict=True)][::-1]
        if there:
            self.parts.append(f'<path class="{name}" d="M{"L".join(there + back)}Z"/>')

    def bar(self, x0: float, x1: float, y0: float, y1: float, name: str, title: str = "") -> None:
        """A rectangle in data coordinates, with a text that appears under the pointer."""
        left, right = sorted((self.x(x0), self.x(x1)))
        top, bottom = sorted((self.y(y0), self.y(y1)))
        size = f'x="{left}" y="{top}" width="{max(right - left, 0.6):.1f}" height="{max(bottom - top, 0):.1f}"'
        hint = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(f'<rect class="{name}" {size}>{hint}</rect>' if hint else f'<rect class="{name}" {size}/>')

    def mark(self, x: float, y: float, shape: str, name: str, title: str = "", size: float = 4.5) -> None:
        """A mark at a point: circle, diamond, triangle, square; shapes differ so that colour is not needed."""
        cx, cy = self.x(x), self.y(y)
        hint = f"<title>{escape(title)}</title>" if title else ""
        if shape == "circle":
            self.parts.append(f'<circle class="{name}" cx="{cx}" cy="{cy}" r="{size}">{hint}</circle>')
            return
        if shape == "tick":
            self.parts.append(f'<path class="{name}" d="M{cx} {cy - 8}V{cy + 8}">{hint}</path>')
            return
        corners = {
            "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
            "triangle": ((0, -1.2), (1.1, 0.9), (-1.1, 0.9)),
            "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        }[shape]
        points = "L".join(f"{cx + size * dx:.1f} {cy + size * dy:.1f}" for dx, dy in corners)
        self.parts.append(f'<path class="{name}" d="M{points}Z">{hint}</path>')

    def text(self, x: float, y: float, words: str, name: str = "t", *, anchor: str = "start", dy: float = 0) -> None:
        """A text at a point in data coordinates."""
        self.label(self.x(x), self.y(y) + dy, words, name, anchor=anchor)

    def label(self, px: float, py: float, words: str, name: str = "t", *, anchor: str = "start") -> None:
        """A text at a place of the picture."""
        self.parts.append(
            f'<text class="{name}" x="{px:.1f}" y="{py:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
        )

    def rule(self, y: float, name: str) -> None:
        """A horizontal line across the picture."""
        self.parts.append(f'<path class="{name}" d="M{self.left} {self.y(y)}H{self.width - self.right}"/>')

    def upright(self, x: float, name: str) -> None:
        """A vertical line across the picture."""
        self.parts.append(f'<path class="{name}" d="M{self.x(x)} {self.top}V{self.height - self.bottom}"/>')

    def y_axis(self, labels: Sequence[tuple[float, str]]) -> None:
        """Fine horizontal lines with their values."""
        for value, words in labels:
            self.rule(value, "grid")
            self.label(self.left - 6, self.y(value) + 3.5, words, "t axis", anchor="end")

    def x_axis(self, labels: Sequence[tuple[float, str]]) -> None:
        """Values below the picture, with small ticks."""
        base = self.height - self.bottom
        self.parts.append(f'<path class="base" d="M{self.left} {base}H{self.width - self.right}"/>')
        for value, words in labels:
            self.parts.append(f'<path class="base" d="M{self.x(value)} {base}v4"/>')
            self.label(self.x(value), base + 16, words, "t axis", anchor="middle")

    def svg(self, identity: str, title: str, description: str, name: str = "") -> Markup:
        """The picture, with its title and description for those who do not see it."""
        return Markup(
            f'<svg class="picture {name}" viewBox="0 0 {self.width:g} {self.height:g}" role="img" '
            f'aria-labelledby="{escape(identity)}-t {escape(identity)}-d">'
            f'<title id="{escape(identity)}-t">{escape(title)}</title>'
            f'<desc id="{escape(identity)}-d">{escape(description)}</desc>{"".join(self.parts)}</svg>'
        )


def ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round values from `low` to beyond `high`, about `count` of them.

    >>> ticks(0, 87)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    """
    span = max(high - low, 1e-9)
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, max(last, first + 1) + 1)]
