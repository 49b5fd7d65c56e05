"""The style sheet of the HTML report has the colours of the window's themes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtGui import QColor

from replay_gui.look.theme import DARK, LIGHT, Theme
from tests.helpers.paths import ROOT

_TOKENS = {
    "page": "window",
    "soft": "secondary",
    "good": "good_text",
    "good-bg": "good_bg",
    "bad": "bad_text",
    "bad-bg": "bad_bg",
    "warn": "warn_text",
    "warn-bg": "warn_bg",
}
"""Variable of the style sheet: the theme's name for it, where they differ."""


def _variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _color_of(theme: Theme, variable: str) -> QColor:
    color = theme.tools[0] if variable == "tool" else getattr(theme, _TOKENS.get(variable, variable))
    assert isinstance(color, QColor)
    return color


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_variables_of_the_report_have_the_colours_of_the_theme(theme: Theme) -> None:
    light, dark = re.findall(r":root \{(.*?)\}", (ROOT / "resources/report/report.css").read_text("utf-8"), re.DOTALL)
    variables = _variables(light) | (_variables(dark) if theme is DARK else {})
    assert len(variables) == 20
    assert variables == {variable: _color_of(theme, variable).name() for variable in variables}


def test_the_style_sheet_names_colours_in_variables_alone() -> None:
    style = (ROOT / "resources/report/report.css").read_text("utf-8")
    assert "#" not in re.sub(r":root \{.*?\}", "", style, flags=re.DOTALL)
