"""The series of documents, as far as they went before the days in detail."""

from collections import Counter
from collections.abc import Iterable

from app.bakery.documents.numbering import note_series, sale_series
from seeds.rows.history import SHOP
from seeds.values import Row, Scene


def series_rows(scene: Scene, history: Iterable[Row]) -> list[Row]:
    """The last numbers of the year: each ticket and each delivery of the history had one."""
    year = scene.opens_on.year
    last = Counter(
        {sale_series(scene.location_ids[place.name], year): 0 for place in scene.selling}
    )
    last[note_series(year)] = 0
    for row in history:
        if row["day"].year == year:
            is_sale = row["channel"] == SHOP
            series = sale_series(row["location_id"], year) if is_sale else note_series(year)
            last[series] += row["tickets"]
    return [{"series": series, "last_number": number} for series, number in sorted(last.items())]
