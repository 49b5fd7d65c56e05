from __future__ import annotations

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from replay_gui.engine.answers import RunFacts
from replay_gui.widgets.run.run_facts_panel import RunFactsPanel
from tests.helpers.facts import run_facts
from tests.helpers.runs import StillSession


def import_rows(qtbot: QtBot, facts: RunFacts) -> list[str]:
    """Return the texts of the section Import, names and values in turn."""
    session = StillSession()
    panel = RunFactsPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    session.facts = facts
    session.run_changed.emit()
    (head,) = [head for head in panel.findChildren(QAbstractButton) if head.accessibleName() == "Import"]
    section = head.parentWidget()
    assert section is not None
    return [label.text() for label in section.findChildren(QLabel) if section.isVisibleTo(panel)]


def test_notes_of_an_import_stand_in_a_section_of_their_own_what_is_missing_first(qtbot: QtBot) -> None:
    facts = run_facts(
        "/runs/a.jsonl",
        origin="imported",
        format="codex",
        imported_from="Codex",
        state="derived",
        notes=("blank lines: 3", "keys of more than 4 KiB, cut: 1"),
    )
    rows = import_rows(qtbot, facts)
    assert rows[:2] == ["from", "Codex"]
    assert rows[-4:] == ["missing", "keys of more than 4 KiB, cut: 1", "note", "blank lines: 3"]
    assert "derived from the events" in rows


@pytest.mark.parametrize("origin", ["imported", "recorded"])
def test_only_an_imported_run_has_the_section(qtbot: QtBot, origin: str) -> None:
    rows = import_rows(qtbot, run_facts("/runs/a", origin=origin, format="pi"))
    assert ("none: all of the file was understood" in rows) == (origin == "imported")
    assert bool(rows) == (origin == "imported")
