"""The page of numbers, and how its rows are measured and written."""

from __future__ import annotations

import pytest

from tests.benchmarks.figure import Figure, Pair, by_turns, p99, ratio, shown_time
from tests.benchmarks.table import PAGE, line, put_lines

PAGE_OF_TWO = """# Numbers

## 10 events

| what | measured | bound | of | time as seen, and more | others | |
|---|---|---|---|---|---|---|
| seek | 1 x |
| step | 2 x |

## 20 events

|---|---|---|---|---|---|---|
"""


def test_a_time_is_divided_by_the_floors_right_before_and_after_it() -> None:
    floors, times = iter([1.0, 3.0, 5.0]), iter(list[float | list[float]]([[8.0, 10.0], 12.0]))
    pairs = by_turns(lambda: next(times), lambda: next(floors), 2)
    assert pairs == [Pair(8.0, 2.0), Pair(10.0, 2.0), Pair(12.0, 4.0)]
    figure = ratio("seek", pairs, 4.5, "1,000 records", note="median")
    assert (figure.value, figure.kept, figure.seen) == (4.0, True, "10 s; median")
    assert ratio("seek", pairs, 4.5, "1,000 records", of=p99).value == 5.0


@pytest.mark.parametrize(
    ("seconds", "words"), [(250.4, "250 s"), (1.0, "1 s"), (0.0123, "12.3 ms"), (4.56e-6, "4.56 µs"), (2e-8, "0.02 µs")]
)
def test_a_time_is_shown_in_a_unit_that_fits(seconds: float, words: str) -> None:
    assert shown_time(seconds) == words


def test_a_row_replaces_the_one_of_its_name_and_a_new_one_is_the_last_of_its_table() -> None:
    rows = [line(Figure("seek", 9.0, 8.0, "1,000 records", "18 ms"), 0.25), line(Figure("memory", 212.4, 500), 0)]
    page = put_lines(PAGE_OF_TWO, "## 10 events", rows)
    put = (
        "| seek | 9 x | 8 x | 1,000 records | 18 ms | 0.2 | **NOT** |\n| step | 2 x |\n"
        "| memory | 212 MB | 500 MB |  |  | 0.0 | ok |\n"
    )
    assert page == PAGE_OF_TWO.replace("| seek | 1 x |\n| step | 2 x |\n", put)
    assert put_lines(page, "## 10 events", rows) == page
    assert put_lines(page, "## 10 events", rows[1:], anew=True) == page.replace(put, rows[1] + "\n")
    assert put_lines(PAGE_OF_TWO, "## 20 events", rows[:1]).endswith("|---|\n" + rows[0] + "\n")
    assert put_lines("# Numbers\n", "## 30 events", rows).count(rows[1]) == 1


def test_each_verdict_of_the_page_follows_from_its_figures() -> None:
    rows = [row.split(" | ") for row in PAGE.read_text("utf-8").splitlines() if row.startswith("| ")]
    figures = [row for row in rows if row[0] != "| what"]
    assert figures
    for name, measured, bound, _, _, _, verdict in figures:
        value, most = (float(cell.split()[0].replace(",", "")) for cell in (measured, bound))
        assert value == most or (value < most) == (verdict == "ok |"), name
