from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.contrast.runs_picture import CellState, RunsPicture, runs_picture
from replay_gui.core.contrast.separators import Share
from replay_gui.core.contrast.tasks import separate_runs
from tests.core.contrast.conftest import Evaluation, ReadFiles
from tests.helpers.evaluations.evaluation_logs import CANCEL, LOOK, MadeCall, write_run


def picture_of(made: Evaluation, max_columns: int = 60) -> RunsPicture:
    runs = range(len(made.runs))
    separation = separate_runs(made.runs.table, made.runs.outcomes, runs)
    return runs_picture(made.runs, made.runs.outcomes, runs, separation, max_columns)


def drawn(picture: RunsPicture) -> list[str]:
    """A line a run, with the state and the number of each cell."""
    signs = {CellState.SAME: "#", CellState.OTHER_ARGUMENTS: "o", CellState.ERROR: "x"}
    lines = [["."] * len(picture.columns) for _ in picture.rows]
    for cell in picture.cells:
        lines[cell.row][cell.column] = f"{signs[cell.state]}{cell.number}"
    return [" ".join(line) for line in lines]


def pay(card: str) -> MadeCall:
    return MadeCall("pay", {"card": card, "amount": 10, "currency": "USD"})


def test_failing_runs_stand_above_passing_ones(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(
        write_run(tmp_path / "0.rlog", [LOOK, pay("4959530")]),
        write_run(tmp_path / "1.rlog", [LOOK, pay("9074831")], passed=False),
        write_run(tmp_path / "2.rlog", [pay("4959530"), LOOK]),
        write_run(tmp_path / "3.rlog", [], passed=None),
        write_run(tmp_path / "4.rlog", [MadeCall("pay", pay("1").input, None, "refused")], passed=False),
    )
    picture = picture_of(made)
    assert [(row.run, row.passed) for row in picture.rows] == [(1, False), (4, False), (0, True), (2, True), (3, None)]
    assert [column.tool for column in picture.columns] == ["get_user_details", "pay"]
    assert drawn(picture) == ["#1 o2", ". x1", "#1 #2", "#2 #1", ". ."]
    assert (picture.columns[1].passing, picture.columns[1].failing) == (Share(2, 2), Share(0, 2))
    assert [column.separator for column in picture.columns] == [None, 0]


def test_a_click_leads_to_the_event(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(write_run(tmp_path / "0.rlog", [LOOK, CANCEL]))
    assert [cell.index for cell in picture_of(made).cells] == [2, 4]


def test_calls_that_have_nothing_in_common_are_columns_of_their_own(tmp_path: Path, read_files: ReadFiles) -> None:
    made = read_files(
        *(
            write_run(tmp_path / f"{name}.rlog", [MadeCall("cancel", {"id": name})], passed=name == "K3VQ2T")
            for name in ("K3VQ2T", "M81LRA")
        )
    )
    assert len(picture_of(made).columns) == 2


def test_what_worked_is_shown_before_what_failed_first(tmp_path: Path, read_files: ReadFiles) -> None:
    failed = MadeCall(CANCEL.tool, CANCEL.input, None, "busy")
    made = read_files(write_run(tmp_path / "0.rlog", [failed, LOOK, CANCEL]))
    assert drawn(picture_of(made)) == ["#2 #3"]


def test_the_head_of_a_column_begins_with_what_tells_it_from_others(tmp_path: Path, read_files: ReadFiles) -> None:
    flights = [MadeCall("book", {"day": "2024-05-21", "flight": name, "id": "XEWRD9"}) for name in ("HAT030", "HAT052")]
    made = read_files(write_run(tmp_path / "0.rlog", flights))
    heads = ["HAT030, XEWRD9, 2024-05-21", "HAT052, XEWRD9, 2024-05-21"]
    assert [column.values for column in picture_of(made).columns] == heads


def test_a_call_that_all_runs_made_shows_no_separator_of_answers(tmp_path: Path, read_files: ReadFiles) -> None:
    refused = MadeCall("pay", pay("7334").input, None, "no such card")
    made = read_files(
        write_run(tmp_path / "0.rlog", [refused]),
        write_run(tmp_path / "1.rlog", [refused, pay("7334"), LOOK], passed=False),
    )
    columns = picture_of(made).columns
    assert [column.separator is None for column in columns if column.tool == "pay"] == [False]
    made = read_files(
        write_run(tmp_path / "2.rlog", [refused, LOOK]), write_run(tmp_path / "3.rlog", [LOOK], passed=False)
    )
    assert [column.separator for column in picture_of(made).columns] == [None, None]


def test_what_worked_shares_a_column_with_what_worked(tmp_path: Path, read_files: ReadFiles) -> None:
    refused = MadeCall("pay", pay("7334").input, None, "no such card")
    made = read_files(
        write_run(tmp_path / "0.rlog", [refused, pay("9074831")]),
        write_run(tmp_path / "1.rlog", [pay("4959530")], passed=False),
    )
    picture = picture_of(made)
    states = {(cell.row, cell.column): cell.state for cell in picture.cells}
    (column,) = {column for (_, column), state in states.items() if state is CellState.OTHER_ARGUMENTS}
    assert states[1, column] is CellState.SAME


def test_too_many_columns_are_counted_and_those_that_separate_stay(tmp_path: Path, read_files: ReadFiles) -> None:
    many = [MadeCall("look", {"page": number}) for number in range(30)]
    made = read_files(
        write_run(tmp_path / "0.rlog", [*many, CANCEL]),
        write_run(tmp_path / "1.rlog", many, passed=False),
    )
    picture = picture_of(made, max_columns=5)
    assert len(picture.columns) == 5
    assert picture.more_columns == 26
    assert [column.separator for column in picture.columns if column.tool == CANCEL.tool] == [0]


@pytest.mark.parametrize("count", [0, 1])
def test_few_runs(tmp_path: Path, read_files: ReadFiles, count: int) -> None:
    made = read_files(*(write_run(tmp_path / f"{n}.rlog", []) for n in range(count)))
    assert picture_of(made).cells == ()
