"""What a replay is played on: demand as it was, and what units, orders and shortages cost."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from invopt.errors import TableError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Shop:
    """n SKU-locations over T periods; money in one currency.

    - demand: [n, T] units asked for in each period, whether or not they could be had.
    - unit_cost, lost_margin: [n] cost of a unit, and what is lost with a unit not sold.
    - holding_cost: [n] cost of a unit that lies there at the close of a period.
    - order_cost: [n] cost of an order line.
    - lead_periods: [n] periods from order to arrival: an order of period t is there at the opening of t + lead.
    - moq, pack: [n] smallest order and multiple of it, in units; 0 and 1 for none.
    - group: [n] code of the pool whose season a SKU shares, -1 for none.
    - season_length, phase: periods of a season, and position of the first period in it.
    """

    demand: Floats
    unit_cost: Floats
    lost_margin: Floats
    holding_cost: Floats
    order_cost: Floats
    lead_periods: Integers
    moq: Floats
    pack: Floats
    group: Integers
    season_length: int = 52
    phase: int = 0

    def __post_init__(self) -> None:
        """Refuse shapes and figures that nothing could be replayed with."""
        size = len(self.demand)
        for name in ("unit_cost", "lost_margin", "holding_cost", "order_cost", "lead_periods", "moq", "pack", "group"):
            values = getattr(self, name)
            if values.shape != (size,) or not np.isfinite(values).all():
                raise TableError(f"replay: {name} needs a finite value for each of {size} SKU-locations.")
        if not ((self.unit_cost > 0) & (self.holding_cost > 0) & (self.pack > 0) & (self.lead_periods >= 0)).all():
            raise TableError("replay: unit cost, holding cost and pack must be above 0, lead times not negative.")
        if not (np.isfinite(self.demand) & (self.demand >= 0)).all():
            raise TableError("replay: demand must be known and not negative; leave out what is not.")

    @property
    def size(self) -> int:
        """The number of SKU-locations."""
        return len(self.demand)

    def until(self, period: int) -> Shop:
        """The shop as it was known at the opening of `period`: what came later does not exist."""
        return replace(self, demand=np.ascontiguousarray(self.demand[:, :period]))

    def rows(self, index: NDArray[np.intp] | slice) -> Shop:
        """Some SKU-locations of the shop."""
        arrays = [column.name for column in fields(self) if isinstance(getattr(self, column.name), np.ndarray)]
        return replace(self, **{name: getattr(self, name)[index] for name in arrays})


@dataclass(frozen=True)
class Opening:
    """Stock at the opening of the first period played, and units due at the opening of it and of those after."""

    stock: Floats
    due: Floats = field(default_factory=lambda: np.zeros((0, 0)))


ShortageRule = Literal["lost_sales", "backorders"]
