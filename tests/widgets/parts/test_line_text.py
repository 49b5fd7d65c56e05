from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import data_font, ui_font
from replay_gui.widgets.parts.text.line_text import LineText

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)


@pytest.mark.parametrize("face", [data_font, ui_font])
def test_what_is_counted_or_remembered_is_what_qt_measures(qtbot: QtBot, face: Callable[[], QFont]) -> None:
    line = LineText(face())

    @settings(deadline=None)
    @given(PRINTABLE | st.sampled_from(["näher", "事件", "🙂 fine", "a…"]), st.integers(8, 600))
    def measured(text: str, width: int) -> None:
        assert line.width(text) == line.metrics.horizontalAdvance(text)
        assert line.elided(text, width) == line.metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)

    measured()


def test_the_face_of_data_is_counted_and_not_measured(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    line = LineText(data_font())
    monkeypatch.delattr(line, "_metrics")
    assert line.elided("warm" * 50, 1000).endswith("…")


def test_a_request_that_is_cut_keeps_its_arrow(qtbot: QtBot) -> None:
    line = LineText(ui_font())
    whole = "a_tool_with_a_long_name →"
    assert line.elided(whole, line.width(whole)) == whole
    cut = line.elided(whole, line.width(whole) // 2)
    assert cut.startswith("a_tool")
    assert cut.endswith("… →")
    assert line.width(cut) <= line.width(whole) // 2
