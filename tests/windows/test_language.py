"""The language of the window, each time in a process of its own: it is that of the whole process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

_PROBE = """
import json, sys
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from replay_gui.core.text.clock import clock_text, moment_text
from replay_gui.core.translation.messages import language
from replay_gui.core.translation.numbers import decimal_number
from replay_gui.windows.settings.language import apply_language
app = QApplication([])
apply_language(app, sys.argv[1])
box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
print(json.dumps({
    "language": language(), "number": decimal_number(1234.5, 1), "direction": app.layoutDirection().name,
    "moment": moment_text(10**18), "clock": clock_text(10**18),
    "button": box.buttons()[0].text(),
}))
"""


def _applied(choice: str, **variables: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, choice],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_chosen_language_has_its_numbers_and_buttons() -> None:
    german = {"language": "de", "number": "1.234,5", "direction": "LeftToRight", "button": "Abbrechen"}
    assert _applied("de") == {**german, "moment": "09.09.2001 01:46:40 UTC", "clock": "01:46:40 UTC"}


@pytest.mark.parametrize(
    ("variables", "language", "number"),
    [
        ({"LANG": "xx_YY.UTF-8"}, "en", "1,234.5"),
        ({"LANG": "ja_JP.UTF-8", "LANGUAGE": "ja:de"}, "de", "1.234,5"),
        ({"LANG": "C.UTF-8"}, "en", "1,234.5"),
    ],
)
def test_the_language_of_the_system(variables: dict[str, str], language: str, number: str) -> None:
    applied = _applied("auto", **variables)
    assert (applied["language"], applied["number"]) == (language, number)


def test_the_numbers_are_those_of_the_users_country() -> None:
    assert _applied("auto", LANG="de_CH.UTF-8")["number"] in ("1’234.5", "1'234.5")


def test_days_in_english_are_those_of_iso_8601_in_every_country() -> None:
    assert _applied("auto", LANG="en_US.UTF-8")["moment"] == "2001-09-09 01:46:40 UTC"


def test_the_pseudo_language_from_the_right_mirrors_the_window() -> None:
    applied = _applied("ar-XB")
    assert (applied["language"], applied["direction"], applied["number"]) == ("ar-XB", "RightToLeft", "1,234.5")
    assert _applied("en-XA")["direction"] == "LeftToRight"
