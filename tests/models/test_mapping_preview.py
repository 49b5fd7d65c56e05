from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from replay_gui.core.importers.generic.mapping import Mapping
from replay_gui.engine.bridge import EngineBridge
from replay_gui.models.mapping_preview import MappingPreview
from replay_gui.models.source_session import SourceSession

WAIT = 30_000  # ms
RECORDS = [{"was": "user", "data": {"said": "hi"}}, {"was": "agent", "data": {"said": "ho\u202e"}}]


@pytest.fixture
def bridge(qapp: QCoreApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EngineBridge]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    bridge = EngineBridge()
    yield bridge
    bridge.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in RECORDS))
    return path


def loaded(qtbot: QtBot, bridge: EngineBridge, path: Path) -> MappingPreview:
    preview = MappingPreview(str(path), SourceSession(bridge))
    QAbstractItemModelTester(preview, QAbstractItemModelTester.FailureReportingMode.Fatal)
    with qtbot.waitSignal(preview.loaded, timeout=WAIT):
        pass
    return preview


def kinds(preview: MappingPreview) -> list[str]:
    return [preview.data(preview.index(row, 1)) for row in range(preview.rowCount())]


def test_the_preview_follows_the_mapping(qtbot: QtBot, bridge: EngineBridge, log: Path) -> None:
    preview = loaded(qtbot, bridge, log)
    assert preview.members == ("was", "data", "data.said")
    assert preview.mapping == preview.guessed
    assert kinds(preview)[1:] == ["x:json-lines/record"] * 2
    preview.set_mapping(Mapping(kind="was", output="data.said"))
    assert kinds(preview) == ["AgentInit", "Observation", "Decision"]
    assert "ho\\u202e" in preview.data(preview.index(2, 4))


def test_a_saved_mapping_is_there_the_next_time_and_the_guess_forgets_it(
    qtbot: QtBot, bridge: EngineBridge, log: Path
) -> None:
    mapping = Mapping(kind="was", output="data.said")
    preview = loaded(qtbot, bridge, log)
    preview.set_mapping(mapping)
    with qtbot.waitSignal(preview.saved, timeout=WAIT):
        preview.save()
    again = loaded(qtbot, bridge, log)
    assert again.mapping == mapping
    again.set_mapping(again.guessed)
    with qtbot.waitSignal(again.saved, timeout=WAIT):
        again.save()
    assert loaded(qtbot, bridge, log).mapping == again.guessed


def test_a_file_without_records_says_so(qtbot: QtBot, bridge: EngineBridge, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing")
    assert "no JSON object" in loaded(qtbot, bridge, path).problem
    assert "gone" in loaded(qtbot, bridge, tmp_path / "gone").problem


def test_a_mapping_that_cannot_be_saved_says_why(qtbot: QtBot, bridge: EngineBridge, log: Path, tmp_path: Path) -> None:
    preview = loaded(qtbot, bridge, log)
    (tmp_path / "config").write_text("no folder")
    preview.set_mapping(Mapping(kind="was"))
    with qtbot.waitSignal(preview.save_failed, timeout=WAIT) as failed:
        preview.save()
    assert str(tmp_path / "config") in failed.args[0]
