from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from replay_gui.cli import main
from replay_gui.core.errors import ImportRefused
from replay_gui.core.importers import plugins as module
from replay_gui.core.importers import registry
from replay_gui.core.importers.foreign_file import ForeignFile
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent, ImportedRun
from replay_gui.core.importers.packed import foreign_file
from replay_gui.core.importers.registry import importers
from replay_gui.core.log.source import Source
from tests.helpers.foreign import read_all
from tests.helpers.paths import DOCS, ROOT


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for listed in (module.offered_importers, module.plugins):
        listed.cache_clear()
    yield
    for listed in (module.offered_importers, module.plugins):
        listed.cache_clear()


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


@pytest.mark.parametrize(
    "code",
    [
        "import sys; sys.exit(3)",
        "print('loading'); 1 / 0",
        "raise type('Own', (BaseException,), {})",
        "raise GeneratorExit",
        "from collections import OrderedDict as Importer",
        "Importer = lambda: importer(name=None)",
        "Importer = lambda: importer(name='../../elsewhere')",
        "Importer = lambda: importer(name='a\\x1b[31m')",
        "Importer = lambda: importer(title=1)",
        "Importer = lambda: importer(version='1')",
        "Importer = lambda: importer(runs=None)",
        "class Importer:\n    name = property(lambda self: 1 / 0)",
    ],
)
def test_what_is_no_importer_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "odd_importer.py").write_text(f"{MAKE_IMPORTER}\n{code}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "odd_importer", raising=False)
    offer(monkeypatch, "odd", "odd_importer:Importer")
    (one,) = module.plugins()
    assert isinstance(one, module.UnusablePlugin)
    assert one.why.isprintable()
    assert capsys.readouterr().out == ""


MAKE_IMPORTER = """
from types import SimpleNamespace
def importer(**other):
    usual = {"name": "x", "title": "X", "version": 1, "recognises": lambda file: False, "runs": lambda file: []}
    return SimpleNamespace(**{**usual, **other})
"""


def failing_events() -> Iterator[ImportedEvent]:
    yield ImportedEvent("AgentInit", {"agent_type": "t", "agent_version": "1", "config": {}}, {})
    raise KeyError("a fault\x1b[31m" + "!" * 10_000)


class Own(BaseException):
    """What only a catch of everything catches."""


def exit_of(kind: type[BaseException]) -> None:
    print("words", end="")
    sys.stdout.buffer.write(b"bytes")
    raise kind("its own")


FAULTY_RUNS: dict[str, Callable[[], Any]] = {
    "raises": lambda: 1 / 0,
    "ends the program": lambda: sys.exit(5),
    "ends the process": lambda: os._exit(0),
    "raises a class of its own": lambda: exit_of(Own),
    "ends as a generator does": lambda: exit_of(GeneratorExit),
    "closes the output": lambda: print(sys.stdout.close()),
    "gives none": lambda: None,
    "gives no runs": lambda: [1, None],
    "raises at an event": lambda: [
        ImportedRun(
            name="n", run_id="r", agent="a", created=None, source={}, events=failing_events(), notes=ImportNotes()
        )
    ],
}


@pytest.mark.parametrize("fault", FAULTY_RUNS)
def test_one_that_fails_to_read_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    class Faulty(FailingImporter):
        def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
            runs: Iterator[ImportedRun] = FAULTY_RUNS[fault]()
            return runs

        def companions(self, file: ForeignFile) -> list[Path]:
            raise KeyError("companions")

    one = module.GuardedCompanionReader(Faulty())
    monkeypatch.setattr(registry, "plugins", lambda: (one,))
    path = tmp_path / "x.txt"
    path.write_text("x")
    with pytest.raises(ImportRefused, match="the importer failing failed: ") as refused:
        read_all(path, "failing")
    assert module.importer_at_work() == ""
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()
    assert capsys.readouterr().out == ""
    with Source(path) as source, foreign_file(source) as file, pytest.raises(ImportRefused, match="failing failed"):
        one.companions(file)


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
    offer(monkeypatch, "failing", f"{__name__}:FailingImporter")
    path = tmp_path / "x.jsonl"
    path.write_text('{"event": "started", "n": 1}\n{"event": "ended", "n": 2}\n')
    with caplog.at_level("WARNING"):
        (run,) = read_all(path)
    assert run.format == "json-lines"
    assert "the importer failing failed to look at a file: KeyError" in caplog.text


class Terminated(BaseException):
    """As the program raises it at SIGTERM."""


Terminated.__module__ = "replay_gui.engine.termination"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, Terminated])
def test_signals_are_no_fault_of_the_importer_that_runs(tmp_path: Path, kind: type[BaseException]) -> None:
    class Interrupted(FailingImporter):
        def recognises(self, file: ForeignFile) -> bool:
            raise kind

        def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
            raise kind

    path = tmp_path / "x.txt"
    path.write_text("x")
    one = module.GuardedImporter(Interrupted())
    with Source(path) as source, foreign_file(source) as file:
        for ask in (one.recognises, lambda file: next(one.runs(file))):
            with pytest.raises(kind):
                ask(file)


def test_what_one_prints_is_no_output_of_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Chatty(FailingImporter):
        def recognises(self, file: ForeignFile) -> bool:
            print("I look")
            return True

        def events(self) -> Iterator[ImportedEvent]:
            print("I read")
            sys.stdout.buffer.write(b"bytes")
            yield next(failing_events())

        def runs(self, file: ForeignFile) -> Iterator[ImportedRun]:
            print("I begin")
            notes = ImportNotes()
            yield ImportedRun(
                name="n", run_id="r", agent="a", created=None, source={}, events=self.events(), notes=notes
            )

    monkeypatch.setattr(registry, "plugins", lambda: (module.GuardedImporter(Chatty()),))
    path = tmp_path / "x.txt"
    path.write_text("x")
    assert main(["info", str(path), "--json", "--log", str(tmp_path / "said.txt")]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 1
    for size in (len("I look\n"), len("I begin\n"), len("I read\nbytes")):
        assert f"the importer failing printed {size} bytes, which are not shown" in (tmp_path / "said.txt").read_text()


ENDS = """
import os, signal
class Importer:
    name, title, version = "ending", "Ending", 1
    def recognises(self, file):
        return True
    def runs(self, file):
        if not os.fork():
            os._exit(0)  # a process of its own may end
        os.wait()
        os.kill(os.getpid(), signal.SIGKILL)  # as a fault in a library of C would end it
"""


def test_one_that_ends_the_process_is_named_by_a_command(tmp_path: Path) -> None:
    (package := tmp_path / "ending-1.dist-info").mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: ending\nVersion: 1\n")
    (package / "entry_points.txt").write_text(f"[{module.GROUP}]\nending = ending:Importer\n")
    (tmp_path / "ending.py").write_text(ENDS)
    (tmp_path / "x.txt").write_text("x")
    done = subprocess.run(
        [sys.executable, "-m", "replay_gui", "info", str(tmp_path / "x.txt")],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == ""
    assert done.stderr == "replay-gui: the importer ending of another package ended the program\n"
