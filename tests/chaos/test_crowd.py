"""What a crowd felt is told as it was; the page's drawings are there."""

import re

from tests.chaos.crowd.drawing import Row, percentiles, read_rows, table
from tests.chaos.report import PAGE


def test_percentiles_are_of_all_that_was_measured():
    assert percentiles([float(each) for each in range(1, 101)]) == {50: 50.5, 95: 95.0, 99: 99.0}
    assert percentiles([7.0]) == {50: 7.0, 95: 7.0, 99: 7.0}
    assert percentiles([]) == {50: 0.0, 95: 0.0, 99: 0.0}


def test_what_went_wrong_is_counted_by_kind_and_what_is_asked_most_comes_first():
    rows = [Row(0, "sell", 10, "ok"), Row(1, "sell", 30, "503"), Row(2, "/demo/", 5, "ok")]
    first, second = table(rows)
    assert (first["what"], first["count"], first["failures"]) == ("sell", 2, {"503": 1})
    assert first["p50"] == 20.0
    assert (second["what"], second["failures"]) == ("/demo/", {})


def test_rows_count_from_the_beginning(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text('1000.5,"sell, quickly",12.5,ok\n')
    assert read_rows(file, began=1000.0) == [Row(0.5, "sell, quickly", 12.5, "ok")]


def test_the_drawings_of_the_page_are_there():
    named = re.findall(r"\]\((figures/[^)]+)\)", PAGE.read_text())
    assert [name for name in named if not (PAGE.parent / name).exists()] == []
