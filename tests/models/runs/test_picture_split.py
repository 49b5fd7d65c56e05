from __future__ import annotations

from replay_gui.core.contrast.runs_picture import CellState, PictureCell, PictureRow, RunsPicture
from replay_gui.core.log.positions import EventIndex
from replay_gui.models.runs.picture_split import split_picture, split_words

SAME, OTHER = CellState.SAME, CellState.OTHER_ARGUMENTS


def picture(passed: list[bool | None], states: dict[int, CellState], more_rows: int = 0) -> RunsPicture:
    cells = tuple(PictureCell(row, 1, state, 1, EventIndex(row)) for row, state in sorted(states.items()))
    rows = tuple(PictureRow(run, outcome) for run, outcome in enumerate(passed))
    return RunsPicture(rows=rows, columns=(), cells=cells, more_rows=more_rows, more_columns=0)


def test_runs_that_made_the_call_stand_above_the_others() -> None:
    split = split_picture(picture([False, False, True, True], {1: OTHER, 2: SAME, 3: SAME}), 1)
    assert [row.run for row in split.picture.rows] == [2, 3, 1, 0]
    assert split.groups == (SAME, SAME, OTHER, None)
    assert [(cell.row, cell.index) for cell in split.picture.cells] == [(0, 2), (1, 3), (2, 1)]
    assert split_words(split) == (
        "did it: 2 passed; with other arguments: 1 failed; did not: 1 failed; p = 0.33; 4 runs: nothing is significant"
    )


def test_with_enough_runs_p_is_said_not_to_be_corrected() -> None:
    made = picture([False] * 6 + [True] * 6 + [None], dict.fromkeys(range(6, 12), SAME))
    words = split_words(split_picture(made, 1))
    assert words == "did it: 6 passed; did not: 6 failed, 1 without an outcome; p = 0.0022; not corrected"


def test_of_some_of_the_runs_no_p_is_said() -> None:
    words = split_words(split_picture(picture([False, True], {1: SAME}, more_rows=9), 1))
    assert words == "did it: 1 passed; did not: 1 failed; of the 2 runs shown"
