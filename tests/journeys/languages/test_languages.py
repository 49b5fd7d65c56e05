"""The window in other languages, each in a process of its own: the language is that of the whole process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT


def shown(language: str, folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return the texts of all pages and dialogs in a language, and those that are cut."""
    command = [sys.executable, "-m", "tests.journeys.languages.language_probe", language, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, list[str]]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("language", ["en", "de", "en-XA", "ar-XB"])
def test_no_text_is_cut(language: str, tmp_path: Path) -> None:
    pages = shown(language, tmp_path / "runs")["cut"]
    assert {page: texts for page, texts in pages.items() if texts} == {}
