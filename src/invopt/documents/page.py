"""Paper: pages, fonts, text that stays in its column, bar codes, tables that go on over the page.

Text is drawn, never interpreted: markup in a product's name is printed as it stands. The same input gives
the same bytes.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from invopt.errors import InvoptError

MM = 72 / 25.4
A4 = (210.0, 297.0)
LABEL = (100.0, 150.0)
_MARGIN = 15.0
#: Width of the narrowest bar in mm: usual; the GS1 logistic label's; and the least a hand scanner reads.
_BAR = 0.33
LOGISTIC_BAR = 0.495
_NARROWEST_BAR = 0.19


@lru_cache(maxsize=1)
def _fonts() -> tuple[str, str]:
    """Register DejaVu Sans (Latin, Greek, Cyrillic), which comes with matplotlib; returns plain and bold."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise InvoptError("documents: matplotlib is not installed; its folder holds the fonts. Install it again.")
    folder = Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"
    for name in ("DejaVuSans", "DejaVuSans-Bold"):
        pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    return "DejaVuSans", "DejaVuSans-Bold"


class Paper:
    """A document of pages, drawn from the top left corner in millimetres."""

    def __init__(self, title: str, size: tuple[float, float] = A4) -> None:
        """Begin a document; the first page is open."""
        from reportlab.pdfgen.canvas import Canvas

        self.width, self.height = size
        self._plain, self._bold = _fonts()
        self._file = BytesIO()
        self._canvas = Canvas(self._file, (self.width * MM, self.height * MM), invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._is_blank = True

    def new_page(self) -> None:
        """Close the page, unless nothing is on it."""
        if not self._is_blank:
            self._canvas.showPage()
            self._is_blank = True

    def bytes(self) -> bytes:
        """The whole document as PDF; one blank page where nothing was drawn."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def text(
        self, x: float, y: float, text: str, *, size: float = 9, bold: bool = False, width: float | None = None,
        align: str = "left",
    ) -> None:  # fmt: skip
        """One line with its baseline at y, cut with an ellipsis to `width`; `x` is the edge of `align`."""
        font = self._bold if bold else self._plain
        shown = self._fitted(" ".join(text.split()), font, size, width)
        self._canvas.setFont(font, size)
        draw = self._canvas.drawRightString if align == "right" else self._canvas.drawString
        draw(x * MM, self._up(y), shown)
        self._is_blank = False

    def lines(self, x: float, y: float, lines: Sequence[str], *, size: float = 9, width: float | None = None) -> float:
        """Lines under each other, empty ones left out; returns the y of the next."""
        for line in lines:
            if line.strip():
                self.text(x, y, line, size=size, width=width)
                y += size * 0.45
        return y

    def rule(self, y: float, *, left: float = _MARGIN, right: float | None = None) -> None:
        """A thin line across the page."""
        end = self.width - _MARGIN if right is None else right
        self._canvas.setLineWidth(0.5)
        self._canvas.line(left * MM, self._up(y), end * MM, self._up(y))
        self._is_blank = False

    def barcode(
        self, x: float, y: float, content: str, *, height: float = 15, width: float = 80, caption: str = "",
        widest_bar: float = _BAR,
    ) -> None:  # fmt: skip
        """A Code 128 symbol with its top at y, in the widest bars that fit `width`, and a caption beneath.

        Raises `InvoptError` where the content has signs outside ASCII or is too long to be scanned.
        """
        from reportlab.graphics.barcode.code128 import Code128

        if not all(" " <= sign <= "~" or sign == "\xf1" for sign in content) or not content:
            raise InvoptError(f"bar code {content!r}: Code 128 holds ASCII signs only, at least one.")
        modules = float(Code128(content, barWidth=1.0, quiet=False).width)
        bar = min(widest_bar, width / (modules + 20))
        if bar < _NARROWEST_BAR:
            raise InvoptError(f"bar code {content!r} is too long for {width:g} mm: it could not be scanned.")
        symbol = Code128(content, barWidth=bar * MM, barHeight=height * MM, quiet=True, lquiet=10 * bar * MM,
                         rquiet=10 * bar * MM)  # fmt: skip
        symbol.drawOn(self._canvas, x * MM, self._up(y + height))
        if caption:
            self.text(x + 10 * bar, y + height + 3.2, caption, size=7.5, width=width)
        self._is_blank = False

    def can_be_scanned(self, content: str, width: float) -> bool:
        """Whether `content` fits a symbol of that width."""
        from reportlab.graphics.barcode.code128 import Code128

        if not content or not all(" " <= sign <= "~" for sign in content):
            return False
        modules = float(Code128(content, barWidth=1.0, quiet=False).width)
        return width / (modules + 20) >= _NARROWEST_BAR

    def polygon(self, points: Sequence[tuple[float, float]], fill: tuple[float, float, float] | None) -> None:
        """A closed outline, filled or not."""
        path = self._canvas.beginPath()
        path.moveTo(points[0][0] * MM, self._up(points[0][1]))
        for x, y in points[1:]:
            path.lineTo(x * MM, self._up(y))
        path.close()
        self._canvas.setLineWidth(0.4)
        if fill is not None:
            self._canvas.setFillColorRGB(*fill)
        self._canvas.drawPath(path, stroke=1, fill=int(fill is not None))
        self._canvas.setFillColorRGB(0, 0, 0)
        self._is_blank = False

    def table(
        self,
        y: float,
        heads: Sequence[str],
        widths: Sequence[float],
        rows: Sequence[Sequence[str]],
        *,
        right: Sequence[int] = (),
        row_height: float = 5.5,
        draw_head: Callable[[], float] | None = None,
    ) -> float:
        """A table from y on; `right` are the columns set to the right. Returns the y beneath.

        Where the page ends it goes on upon the next, under `draw_head` (which returns where to go on).
        """
        y = self._heads(y, heads, widths, right)
        for row in rows:
            if y > self.height - 20:
                self.new_page()
                y = self._heads(draw_head() if draw_head else 20.0, heads, widths, right)
            self._row(y, row, widths, right, bold=False)
            y += row_height
        return y

    def _heads(self, y: float, heads: Sequence[str], widths: Sequence[float], right: Sequence[int]) -> float:
        self._row(y, heads, widths, right, bold=True)
        self.rule(y + 1.5)
        return y + 6.5

    def _row(
        self, y: float, cells: Sequence[str], widths: Sequence[float], right: Sequence[int], *, bold: bool
    ) -> None:
        x = _MARGIN
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            is_right = number in right
            self.text(x + width - 2 if is_right else x, y, cell, size=8, bold=bold, width=width - 2,
                      align="right" if is_right else "left")  # fmt: skip
            x += width

    def _fitted(self, text: str, font: str, size: float, width: float | None) -> str:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        if width is None or stringWidth(text, font, size) <= width * MM:
            return text
        while text and stringWidth(text + "…", font, size) > width * MM:
            text = text[:-1]
        return text + "…"

    def _up(self, y: float) -> float:
        """Millimetres from the top as points from the bottom."""
        return (self.height - y) * MM


def shown(value: Any) -> str:
    """A cell's value as text: nothing for a missing one, whole numbers without decimals.

    >>> shown(2.0), shown(2.5), shown(None), shown("x")
    ('2', '2.5', '', 'x')
    """
    import pandas as pd

    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
