from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers import plugins as module
from replay_gui.core.importers import registry
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.imported_run import ImportedRun
from replay_gui.core.importers.registry import importers
from tests.helpers.foreign import read_all
from tests.helpers.paths import DOCS


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    module.plugins.cache_clear()
    yield
    module.plugins.cache_clear()


def offer(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    points = (EntryPoint(name, value, module.GROUP),)
    monkeypatch.setattr(module, "entry_points", lambda group: points if group == module.GROUP else ())


def test_the_documented_example_adds_a_format(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = next(
        code
        for code in re.findall(r"```python\n(.*?)```", (DOCS / "formats.md").read_text(), re.DOTALL)
        if "recognises" in code
    )
    assert len(example.splitlines()) <= 32
    (tmp_path / "chat_log.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    offer(monkeypatch, "chat-log", "chat_log:ChatLog")
    path = tmp_path / "run.chat"
    path.write_text("#chat 1\nuser: Hi\nagent: Hello\n")
    (one,) = read_all(path)
    assert (one.format, one.kinds) == ("chat-log", ["AgentInit", "Observation", "Decision"])


def test_a_package_that_cannot_be_loaded_is_told_of_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, "broken", "there_is_no_such_module:Importer")
    assert "broken" in [importer.name for importer in importers()]
    path = tmp_path / "x.txt"
    path.write_text("x")
    with pytest.raises(ImportRefused, match="the importer broken cannot be loaded: ModuleNotFoundError"):
        read_all(path, "broken")


def test_what_is_no_importer_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "odd", "collections:OrderedDict")
    (one,) = module.plugins()
    assert isinstance(one, module.UnusablePlugin)


class FailingImporter:
    """An importer of another package with a fault of its own."""

    name, title, version = "failing", "Failing", 1

    def recognises(self, file: ForeignFile) -> bool:
        raise KeyError("a fault of its own")

    def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
        raise AssertionError("it recognises nothing")


def test_one_that_fails_to_look_at_a_file_leaves_it_to_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    offered = (FailingImporter(),)
    monkeypatch.setattr(registry, "plugins", lambda: offered)
    path = tmp_path / "x.jsonl"
    path.write_text('{"event": "started", "n": 1}\n{"event": "ended", "n": 2}\n')
    with caplog.at_level("WARNING"):
        (run,) = read_all(path)
    assert run.format == "json-lines"
    assert "the importer failing failed to look at a file: KeyError" in caplog.text
