from __future__ import annotations

from replay_gui.core.report.runs.contrast_model import PictureColumnPart, RunsPicturePart
from replay_gui.core.report.runs.runs_drawing import MAX_TITLE, WIDTH, drawn_parts, runs_drawing


def column(title: str, *, acts: bool = True, separated: bool = False) -> PictureColumnPart:
    return PictureColumnPart(
        call=f"{title}()", title=title, acts=acts, passing=(2, 2), failing=(0, 2), separates=separated,
        separated=((2, 2), (0, 2)) if separated else None,
    )  # fmt: skip


def picture(columns: tuple[PictureColumnPart, ...], rows: int = 1) -> RunsPicturePart:
    cells = ("■ 1", "□ 2", "✗ 3", "·")[: len(columns)]
    made = [(f"trial {n}", "failed", cells) for n in range(rows)] + [("trial 9", "passed", cells)]
    return RunsPicturePart(task="t", columns=columns, rows=tuple(made), more=(0, 0))


def test_cells_stand_below_their_heads_and_say_what_was_done() -> None:
    columns = (column("look", acts=False), column("x" * 99, separated=True), column("pay"), column("send"))
    drawing = runs_drawing(picture(columns))
    assert [head.x for head in drawing.heads] == [cell.x for cell in drawing.cells[:4]]
    assert [(cell.kind, cell.number, cell.tone) for cell in drawing.cells[:4]] == [
        ("same", "1", "read"), ("other", "2", "bad"), ("error", "3", "bad"), ("none", "", "bad"),
    ]  # fmt: skip
    assert [cell.tone for cell in drawing.cells[4:]] == ["read", "good", "good", "good"]
    assert len(drawing.heads[1].text) == MAX_TITLE
    long = runs_drawing(picture((column(f"update_reservation_flights_of_users · HAT004, {'x' * 40}"),))).heads[0].text
    assert (long.endswith("… · HAT004"), len(long)) == (True, MAX_TITLE)
    (frame,) = drawing.frames
    assert (frame.counts, frame.tone) == ("2/2·0/2", "good")
    assert frame.x < drawing.heads[1].x < frame.x + frame.width
    assert len(drawing.breaks) == 1
    assert drawing.rows[0].y < drawing.breaks[0] < drawing.rows[1].y < drawing.height


def test_many_columns_fit() -> None:
    columns = tuple(column("c") for _ in range(24))
    made = RunsPicturePart(task="", columns=columns, rows=(("a", "failed", ("■ 1",) * 24),), more=(0, 0))
    drawing = runs_drawing(made)
    assert drawing.left < drawing.heads[0].x < drawing.heads[-1].x < drawing.right < WIDTH


def test_a_high_picture_is_drawn_in_parts() -> None:
    parts = list(drawn_parts(picture((column("c"),), rows=95), 40))
    assert [len(part.rows) for part in parts] == [40, 40, 16]
