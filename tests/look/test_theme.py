from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from fontTools.ttLib import TTFont
from PySide6.QtGui import QColor, QFont, QFontInfo, QTextLayout
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QLabel, QRadioButton
from pytestqt.qtbot import QtBot

from replay_gui.look.theme import (
    DARK,
    LIGHT,
    Bold,
    Theme,
    apply_theme,
    data_font,
    kind_color,
    set_role,
    theme,
    theme_events,
    ui_font,
)
from tests.look.contrast import contrast
from tests.look.emoji_font import EMOJI
from tests.look.symbols_font import FILE, symbols_font

READ = [
    *((text, surface) for text in ("text", "secondary", "accent") for surface in ("window", "panel", "head", "raised")),
    *((text, "hover") for text in ("text", "secondary", "accent")),
    *(("text", surface) for surface in ("selection", "added", "changed", "removed", "good_bg", "bad_bg", "warn_bg")),
    *((f"{name}_text", name) for name in ("added", "changed", "removed")),
    *((f"{name}_text", f"{name}_bg") for name in ("good", "bad", "warn")),
    *((f"{name}_text", "panel") for name in ("good", "bad", "warn", "added", "changed", "removed")),
    ("secondary", "band"),
    ("on_accent", "accent"),
]
SEEN = ["observation", "decision", "memory", "patch", "error", "damage", "agent", "faint", "moved", "accent"]


def test_contrast_is_measured_right() -> None:
    assert contrast(QColor("#000"), QColor("#fff")) == pytest.approx(21)
    assert contrast(QColor("#777"), QColor("#fff")) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("now", [DARK, LIGHT], ids=lambda now: str(now.name))
@pytest.mark.parametrize(("text", "surface"), READ)
def test_what_is_read_can_be_read(now: Theme, text: str, surface: str) -> None:
    assert contrast(getattr(now, text), getattr(now, surface)) >= 4.5


@pytest.mark.parametrize("now", [DARK, LIGHT], ids=lambda now: str(now.name))
def test_marks_stand_out_on_the_panel_and_words_on_bars(now: Theme) -> None:
    low = {mark for mark in SEEN if contrast(getattr(now, mark), now.panel) < 3}
    low |= {tool.name() for tool in now.tools if contrast(tool, now.panel) < 3 or contrast(tool, now.on_mark) < 4.5}
    assert not low


def test_tools_next_to_each_other_have_other_hues() -> None:
    for now in (DARK, LIGHT):
        assert len({color.rgb() for color in now.tools}) == len(now.tools)


def test_every_kind_has_a_hue_and_errors_have_their_own_whatever_the_tool() -> None:
    assert kind_color("CapabilityDenied", 2) == theme().error
    assert kind_color("ToolResponse", 1) == theme().tools[1]
    assert kind_color("ToolRequest", len(theme().tools)) == theme().tools[0]
    assert kind_color("ToolRequest", -1) == theme().tools[0]
    assert kind_color("MemoryRead") == theme().memory
    assert kind_color("x:custom") == theme().agent
    assert kind_color("(unreadable)") == theme().damage


def test_a_theme_reaches_palette_style_sheet_and_listeners(qtbot: QtBot, qapp: QApplication) -> None:
    for choice, wanted in (("light", LIGHT), ("dark", DARK)):
        with qtbot.waitSignal(theme_events().changed):
            apply_theme(qapp, choice)
        assert theme() is wanted
        assert qapp.palette().window().color() == wanted.window
        assert wanted.panel.name() in qapp.styleSheet()
        assert not re.search(r"@\w", qapp.styleSheet()), "every token is known"


def test_auto_follows_the_system(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "auto")
    assert theme() in (DARK, LIGHT)
    with qtbot.waitSignal(theme_events().changed):
        qapp.styleHints().colorSchemeChanged.emit(qapp.styleHints().colorScheme())
    apply_theme(qapp, "dark")
    with qtbot.assertNotEmitted(theme_events().changed):
        qapp.styleHints().colorSchemeChanged.emit(qapp.styleHints().colorScheme())


def test_the_packaged_faces_are_used_with_fractions_of_pixels(qapp: QApplication) -> None:
    assert QFontInfo(ui_font()).family() == "Inter"
    assert QFontInfo(data_font()).family() == "JetBrains Mono"
    dpi = qapp.primaryScreen().logicalDotsPerInchY()
    assert ui_font().pointSizeF() * dpi / 72 == pytest.approx(12.5)
    assert data_font().pointSizeF() * dpi / 72 == pytest.approx(11.5)


PRINTED = "⎯⎿⏺⏵⏸⏹☐☑☒✔✘✻│├└─╭╯█✓✗●○★⌫"  # by agents and the programs that they run


@pytest.mark.parametrize("font", [ui_font, data_font])
def test_what_agents_print_is_drawn_without_a_font_of_the_system(qapp: QApplication, font: Callable[[], QFont]) -> None:
    layout = QTextLayout(PRINTED + EMOJI, font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    runs = layout.glyphRuns()
    assert {run.rawFont().familyName() for run in runs} <= {"Inter", "JetBrains Mono", "Replay Symbols", "Replay Emoji"}
    assert all(0 not in run.glyphIndexes() for run in runs), "none is an empty box"


def test_the_font_of_symbols_is_what_its_maker_makes() -> None:
    packaged, made = (TTFont(io.BytesIO(file)) for file in (FILE.read_bytes(), symbols_font()))
    assert packaged.getBestCmap() == made.getBestCmap()
    assert packaged["glyf"] == made["glyf"]


def test_a_role_keeps_the_font_of_a_label_already_shown(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    label = QLabel("run-7f3a")
    qtbot.addWidget(label)
    label.setFont(data_font())
    set_role(label, "secondary")
    label.show()
    set_role(label, "link")
    assert label.font().family() == data_font().family()
    set_role(label, "title")
    assert label.font() == ui_font(Bold)


@pytest.mark.parametrize("now", [DARK, LIGHT], ids=lambda now: str(now.name))
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_boxes_stand_out_whether_they_are_ticked_or_not(
    qtbot: QtBot, qapp: QApplication, kind: type[QAbstractButton], now: Theme
) -> None:
    apply_theme(qapp, now.name)
    box = kind()
    qtbot.addWidget(box)
    box.setCheckable(True)
    seen = []
    for ticked in (False, True):
        box.setChecked(ticked)
        image = box.grab().toImage()
        pixels = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert max(contrast(QColor(pixel), now.window) for pixel in pixels) >= 3
        seen.append(pixels)
    assert now.accent.name() in seen[1] - seen[0]
