from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import QApplication

from replay_gui.core.log.kinds import KINDS
from replay_gui.core.resource_paths import resources
from replay_gui.look.icons import icon, tinted_icon
from replay_gui.look.marks import Mark, mark_icon, mark_of, mark_pixmap
from replay_gui.look.theme import ICON, apply_theme, kind_color, theme

NAMES = [
    "open",
    "compare",
    "export",
    "play",
    "pause",
    "previous",
    "next",
    "first",
    "last",
    "search",
    "check",
    "cross",
    "warning",
    "reload",
    "close",
    "chevron-right",
    "chevron-down",
    "filter",
    "help",
    "zoom-fit",
    "file",
]


def strongest(pixmap: QPixmap) -> str:
    """The colour of the most opaque pixel."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return max(pixels, key=lambda color: color.alpha()).name()


def inked(pixmap: QPixmap) -> int:
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    return sum(image.pixelColor(x, y).alpha() > 40 for x in range(image.width()) for y in range(image.height()))


def test_each_action_has_its_drawing(qapp: QApplication) -> None:
    assert {path.stem for path in (resources() / "icons").glob("*.svg")} >= set(NAMES)
    for name in NAMES:
        assert inked(icon(name).pixmap(QSize(ICON, ICON))) > 15, name


def test_icons_take_the_text_colour_of_the_theme(qapp: QApplication) -> None:
    for choice in ("light", "dark"):
        apply_theme(qapp, choice)
        assert strongest(icon("check").pixmap(QSize(ICON, ICON), 2.0)) == theme().text.name()
        faded = icon("check").pixmap(QSize(ICON, ICON), 2.0, QIcon.Mode.Disabled)
        assert strongest(faded) == theme().faint.name()
    assert strongest(tinted_icon("cross", theme().error).pixmap(QSize(ICON, ICON), 2.0)) == theme().error.name()


def test_icons_are_sharp_on_a_dense_screen(qapp: QApplication) -> None:
    assert icon("open").pixmap(QSize(ICON, ICON), 2.0).width() == 2 * ICON


def test_an_unknown_icon_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icon("no-such-icon")


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        ("Observation", Mark.CIRCLE),
        ("Decision", Mark.DIAMOND),
        ("ToolRequest", Mark.BAR),
        ("ToolResponse", Mark.BAR),
        ("MemoryRead", Mark.SQUARE),
        ("PatchRejected", Mark.TRIANGLE),
        ("Error", Mark.CROSS),
        ("CapabilityDenied", Mark.CROSS),
        ("(skipped)", Mark.BREAK),
        ("x:tick", Mark.RING),
    ],
)
def test_each_kind_has_its_shape(kind: str, mark: Mark) -> None:
    assert mark_of(kind) is mark


def test_no_kind_of_the_format_is_taken_for_a_custom_one() -> None:
    assert all(mark_of(kind) is not Mark.RING for kind in KINDS)


def test_every_shape_is_drawn_and_no_two_alike(qapp: QApplication) -> None:
    drawn = [mark_pixmap(mark, 12, theme().text, 2.0).toImage() for mark in Mark]
    assert all(inked(QPixmap.fromImage(image)) > 20 for image in drawn)
    assert all(one != other for n, one in enumerate(drawn) for other in drawn[n + 1 :])


def test_a_mark_has_the_hue_of_its_kind(qapp: QApplication) -> None:
    assert (
        strongest(mark_icon("ToolResponse", 1).pixmap(QSize(ICON, ICON), 2.0)) == kind_color("ToolResponse", 1).name()
    )
