"""The window in other languages, each in a process of its own: the language is that of the whole process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.translation.pseudo_languages import PSEUDO_LANGUAGES
from tests.helpers.paths import ROOT

_KEYS = re.compile(
    r"(?:(?:Ctrl|Alt|Shift)\+)+(?:\w+|\S)|\b(?:F\d+|Down|Up|Left|Right|Home|End|Esc|Del|Space|Enter|PgUp|PgDown)\b"
)
_MARKUP = re.compile(r"</?qt>|<br>|&(?:gt|lt|amp|quot);")
_HASH = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"^/\S+$")
_OF_THE_LOG = frozenset(
    [
        "agent",
        "memory",
        "data",
        "reasoning",
        "patches",
        "decision_type",
        "decision",
        "observations",
        "status",
        "applied",
        "target",
        "null",
        "true",
        "false",
        "message",
        "calls",
        "capabilities",
        "config",
        "count",
        "denied",
        "errors",
        "input",
        "last",
        "messages",
        "model",
        "pending",
        "phase",
        "role",
        "content",
        "rlog",
        "task_id",
        "tool",
        "tool_name",
        "tool_version",
        "tools",
        "type",
        "version",
        "runs",
    ]
)
"""Members of events and of the state, and the names of the files."""
_NAMES = frozenset(
    [
        "Claude",
        "Code",
        "Codex",
        "Gemini",
        "CLI",
        "OpenCode",
        "Pi",
        "Inspect",
        "Deutsch",
        "English",
        "UTC",
        "replay",
        "gui",
        "Python",
        "PySide",
        "Qt",
        "Linux",
        "python",
        "py",
        "HTML",
        "html",
        "JSON",
        "json",
        "JUnit",
        "XML",
        "xml",
        "Markdown",
        "md",
        "PDF",
        "pdf",
        "SARIF",
        "sarif",
    ]
)
_OF_QT = frozenset(("Close", "Cancel", "Export"))
"""Qt translates its own buttons, and has no pseudo-language; "Export" is a menu of pyqtgraph's that is never shown."""


def shown(language: str, folder: Path) -> Any:
    """Return the texts of all pages and dialogs in a language, and those that are cut."""
    command = [sys.executable, "-m", "tests.journeys.languages.language_probe", language, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: Any = json.loads(done.stdout)
    return found


def left_in_english(text: str) -> set[str]:
    """Return the words outside the brackets of messages that are no names and not of the log."""
    if _PATH.match(text):
        return set()
    depth, outside = 0, list[str]()
    for character in _HASH.sub("", _KEYS.sub("", _MARKUP.sub("", text))):
        depth += (character == "[") - (character == "]")
        if depth <= 0 and character != "]":
            outside.append(character)
    words = set(re.findall(r"[A-Za-z_]{2,}", "".join(outside)))
    return words - _OF_THE_LOG - _NAMES - _OF_QT


def test_a_word_that_is_no_message_is_found() -> None:
    assert left_in_english("[Öþéñ~~] the run (Ctrl+O)") == {"the", "run"}
    assert left_in_english("[[2 öƒ [3~]~] çåļļš~] · UTC, (Ctrl++)") == set()


@pytest.mark.parametrize("language", ["de", "en-XA", "ar-XB"])
def test_every_text_is_a_message_and_none_is_cut(language: str, tmp_path: Path) -> None:
    """The logs are in Chinese. In a pseudo-language each message of the program stands in brackets."""
    found = shown(language, tmp_path / "runs")
    assert {page: texts for page, texts in found["cut"].items() if texts} == {}
    if language in PSEUDO_LANGUAGES:
        pages = found["texts"]
        pages["about"] = [text for text in pages["about"] if "Python" not in text]  # versions of the system
        assert {(page, text) for page, texts in pages.items() for text in texts if left_in_english(text)} == set()
