"""Colours, sizes and style sheets are named in look/theme.py and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import replay_gui
from replay_gui.core.resource_paths import resources

PACKAGE = Path(replay_gui.__file__).parent
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE) != Path("look/theme.py"))

FORBIDDEN = {
    "a colour": re.compile(r"""["']#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})["']|QColor\(\s*["'\d]"""),
    "a style sheet": re.compile(r"\bsetStyleSheet\b"),
    "a size in pixels": re.compile(r"\d\s?px\b"),
    "a size": re.compile(
        r"set(?:Fixed|Minimum|Maximum)(?:Width|Height|Size)\(\s*\d*[1-9]"
        r"|set(?:Pixel|Point)Size(?:F)?\(\s*\d|set(?:Spacing|IconSize)\(\s*[1-9]"
        r"|setContentsMargins\([^)]*\b[1-9]\d*\s*[,)]"
    ),
}


def test_only_the_theme_names_colours_sizes_and_style_sheets() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{number}: {what}: {line.strip()}"
        for path in SOURCES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ('QColor("red")', True),
        ('pen = "#ff5a4f"', True),
        ("QColor(255, 0, 0)", True),
        ("QColor(theme().error)", False),
        ('issue = "#12345"', False),
        ("label.setStyleSheet(text)", True),
        ("view.setFixedHeight(32)", True),
        ("view.setFixedHeight(HEAD)", False),
        ("view.setMinimumWidth(0)", False),
        ("row.setContentsMargins(0, 8, 0, 0)", True),
        ("row.setContentsMargins(0, GAP, 0, 2 * UNIT)", False),
        ('"border: 1px"', True),
    ],
)
def test_the_patterns_catch_what_they_should(line: str, caught: bool) -> None:
    assert any(pattern.search(line) for pattern in FORBIDDEN.values()) == caught


def test_the_style_sheet_borrows_its_colours() -> None:
    sheet = (resources() / "themes" / "window.qss").read_text("utf-8")
    assert not re.search(r"#[0-9a-fA-F]{3}|rgba?\(", sheet)


def test_icons_have_no_colour_of_their_own() -> None:
    icons = sorted((resources() / "icons").glob("*.svg"))
    assert icons
    for path in icons:
        source = path.read_text("utf-8")
        assert 'stroke="currentColor"' in source
        assert not re.search(r"#[0-9a-fA-F]{3}", source), path.name
    assert (resources() / "icons" / "LICENSE").is_file()
