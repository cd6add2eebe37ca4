"""The README that lies beside a made-up shop's files and explains every column."""

from __future__ import annotations

from invopt.sample.orders import BACKORDER_DAYS, PEOPLE_KEPT_DAYS, TIMES_KEPT_DAYS
from invopt.sample.returns import STAMPED_DAYS
from invopt.sample.spec import ShopSpec
from invopt.sample.suppliers import SUPPLIERS
from invopt.sample.trade import CATEGORIES
from invopt.tables import TABLES
from invopt.tables.dictionary import describe

INTRODUCTION = """# Larch & Linnet: a made-up shop

Everything here is made up: no such shop, customer, supplier or carrier exists, and names and addresses
are drawn at random. It was written by

```
invopt sample --skus {skus} --days {days} --seed {seed} OUT
```

and the same command writes the same bytes again. The parameters it was made from are known
(`invopt.sample.Truth`), so that a test can ask whether the methods recover them.

A home-and-garden shop in Great Britain sells {skus} SKUs in {categories} categories from two warehouses,
LEEDS (the north and Ireland) and BATH (the south and the continent), from {starts_on} to {ends_on}. The
first day not yet observed, for which a plan is made, is {as_of}.

- **Customers.** Order lines follow a level, a yearly index and a weekly profile of their category, a
  growth of their own, promotions, and chance. Each region sees the stock of its own warehouse alone: what
  is out is not bought, so sales are lower than demand on the days that `stock_snapshot` marks with
  `out_of_stock_share`. In the last {backorder_days} days half of such customers wait instead (open lines
  without stock).
- **SKUs.** Fast, slow, lumpy (bought by the dozen) and erratic ones; new ones, successors of discontinued
  ones, a look-alike, fading and sleeping ones with stock left, SKUs that run down, kits of two
  components.
- **Suppliers.** Two a category ({suppliers} in all). Lead times vary around each supplier's own median,
  often a little above what it states; some deliveries come short, with the rest later or never; some
  orders are open and some of those overdue. Order weekdays, shutdowns, minimum order values, MOQ, packs
  and price breaks.
- **Stock.** `stock_snapshot` holds counts of every thirteenth and of the last four Sundays, and every day
  on which a SKU ran out. Kits are not stocked. One count is negative, as a missed receipt makes it.
- **Returns.** A line comes back whole with its SKU's probability, is asked for some days after delivery,
  arrives later or never, and is graded; what is as new or merely opened went back on the shelf of its
  warehouse. The steps of the last {stamped_days} days are stamped. Some customers want another SKU or store
  credit, some orders were paid with a gift card first; one asks for another's order, one for dollars, one
  parcel holds a unit more than announced and one another article.
- **Carriers.** Swallow is cheap and slow, Kestrel fast and dear and bills by volume, Oxcart takes heavy,
  bulky and hazardous goods but does not cross to the continent. `tracking_event` covers the parcels of
  the last 90 days.
- **Open orders.** Placed since the last collection, or waiting for stock. A dozen have a fault on
  purpose: no postcode or one that cannot be, no street, payment failed or pending, a price far below the
  list, 500 units, an order sent twice, a SKU that the catalogue does not know.
- **What is left out.** Times of shipping and promises are given for the last {times_days} days, customers
  and postcodes for the last {people_days}, names and streets for open orders only. There is no
  `stock_movement` file: the counts say the same with fewer bytes.

## The files

CSV, UTF-8, commas, one line a row. Moments are UTC (`2026-03-01T23:43:48Z`); the shop's days are those of
Europe/London. Money is in whole pence. An empty field is a missing value, except in the keys `scope_id`
and `postcode_prefix`, where it stands for the whole shop and the rest of the country. `settings.toml`
names what differs from the default settings.

"""


def readme(spec: ShopSpec, rows: dict[str, int]) -> str:
    """The text for a shop that was written with so many rows a table."""
    introduction = INTRODUCTION.format(
        skus=spec.skus, days=spec.days, seed=spec.seed, categories=len(CATEGORIES), starts_on=spec.starts_on,
        ends_on=spec.ends_on, as_of=spec.as_of, suppliers=len(SUPPLIERS), backorder_days=BACKORDER_DAYS,
        times_days=TIMES_KEPT_DAYS, people_days=PEOPLE_KEPT_DAYS,
        stamped_days=STAMPED_DAYS,
    )  # fmt: skip
    listed = "\n".join(f"| [{name}](#{name}) | {count:,} |" for name, count in sorted(rows.items()))
    tables = "\n".join(describe(TABLES[name]) for name in sorted(rows))
    return f"{introduction}| table | rows |\n|---|---|\n{listed}\n\n{tables}"
