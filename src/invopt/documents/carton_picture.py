"""How a carton is packed, as a drawing seen from above its front right corner."""

from __future__ import annotations

from collections.abc import Sequence

from invopt.documents.page import Paper

#: Six bounds: x, y, z of the low corner, then of the high one.
Box = tuple[int, int, int, int, int, int]
_COS, _SIN = 0.866, 0.5
_SHADES = ((0.98, 0.86, 0.62), (0.72, 0.85, 0.95), (0.78, 0.92, 0.75), (0.95, 0.78, 0.78), (0.86, 0.80, 0.93),
           (0.93, 0.93, 0.70))  # fmt: skip


def drawing_order(boxes: Sequence[Box]) -> list[int]:
    """Which box to draw after which, so that nearer ones cover the farther; seen from far x, y and z.

    A box is behind another where it ends before the other begins on any axis, and their pictures overlap.
    Boxes that do not overlap in space can still hide each other in a ring; such a ring is opened at the box
    with the nearest low corner last.

    >>> drawing_order([(10, 0, 0, 20, 10, 10), (0, 0, 0, 10, 10, 10)])
    [1, 0]
    """
    behind: list[set[int]] = [set() for _ in boxes]
    for one, first in enumerate(boxes):
        for other, second in enumerate(boxes):
            is_behind = any(first[axis + 3] <= second[axis] for axis in range(3))
            is_before = any(second[axis + 3] <= first[axis] for axis in range(3))
            if one != other and is_behind and not is_before and _pictures_overlap(first, second):
                behind[other].add(one)
    order: list[int] = []
    waiting = sorted(range(len(boxes)), key=lambda number: (sum(boxes[number][:3]), number))
    while waiting:
        drawn = set(order)
        ready = next((number for number in waiting if behind[number] <= drawn), waiting[0])
        waiting.remove(ready)
        order.append(ready)
    return order


def draw_carton(
    paper: Paper, left: float, top: float, width: float, height: float, inner: tuple[int, int, int],
    boxes: Sequence[Box], numbers: Sequence[str], groups: Sequence[int],
) -> None:  # fmt: skip
    """Draw the carton's outline and its goods into a frame on the page, in mm.

    `inner` are the carton's sides in mm; `numbers` are written on the goods' tops, and goods of one `groups`
    value share a colour.
    """
    corners = [_flat(x, y, z) for x in (0, inner[0]) for y in (0, inner[1]) for z in (0, inner[2])]
    low_x, high_x = min(c[0] for c in corners), max(c[0] for c in corners)
    low_y, high_y = min(c[1] for c in corners), max(c[1] for c in corners)
    scale = min(width / (high_x - low_x), height / (high_y - low_y))

    def on_page(x: float, y: float, z: float) -> tuple[float, float]:
        flat_x, flat_y = _flat(x, y, z)
        return left + (flat_x - low_x) * scale, top + (flat_y - low_y) * scale

    a, b, c = inner
    for face in (((0, 0, 0), (a, 0, 0), (a, b, 0), (0, b, 0)), ((0, 0, 0), (a, 0, 0), (a, 0, c), (0, 0, c)),
                 ((0, 0, 0), (0, b, 0), (0, b, c), (0, 0, c))):  # fmt: skip
        paper.polygon([on_page(*corner) for corner in face], (0.96, 0.94, 0.90))
    for number in drawing_order(boxes):
        x0, y0, z0, x1, y1, z1 = boxes[number]
        shade = _SHADES[groups[number] % len(_SHADES)]
        faces = (
            (((x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)), 1.0),
            (((x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)), 0.82),
            (((x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)), 0.92),
        )
        for face, light in faces:
            paper.polygon([on_page(*corner) for corner in face], (shade[0] * light, shade[1] * light, shade[2] * light))
        x, y = on_page((x0 + x1) / 2, (y0 + y1) / 2, z1)
        paper.text(x - 1.2, y + 0.8, numbers[number], size=5.5)


def _flat(x: float, y: float, z: float) -> tuple[float, float]:
    """Isometric projection; the second coordinate grows downwards."""
    return (x - y) * _COS, (x + y) * _SIN - z


def _pictures_overlap(first: Box, second: Box) -> bool:
    """Two boxes' pictures are apart where they are apart in x - y, y - z or x - z, the picture's directions."""
    for one, other in ((0, 1), (1, 2), (0, 2)):
        if first[one + 3] - first[other] <= second[one] - second[other + 3]:
            return False
        if second[one + 3] - second[other] <= first[one] - first[other + 3]:
            return False
    return True
