"""Agents that close what they did not open, or call tools amid the writing of an event: their log stays whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from replay_gui import EventInvalid, EventLog, ReplayEngine, record
from replay_gui.core.recorder.log_writer import LogWriter


@record.tool
def echo(text: str) -> str:
    return text


def whole_events(path: Path) -> list[Any]:
    with EventLog.open(path) as log:
        report = ReplayEngine(log).verify()
        assert (report.verdict, report.seal) == ("VALID", "good")
        return [*log]


def test_a_handle_that_the_agent_closed_is_not_written_to(tmp_path: Path) -> None:
    path, own = tmp_path / "run.rlog", tmp_path / "own.txt"
    with record.run(path) as run:
        echo("before")
        handle = run._writer._file._handle
        with own.open("wb") as file:
            os.dup2(file.fileno(), handle)  # as if all handles were closed, and this file opened
        assert echo("after") == "after", "the agent goes on"
    assert own.read_bytes() == b""
    os.close(handle)  # it is still the agent's
    with EventLog.open(path) as log:
        assert [event.payload["output"] for event in log if event.kind == "ToolResponse"] == ["before"]


def test_calls_amid_the_writing_of_an_event_are_named_and_break_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the handler of a signal makes them, or a finalizer."""
    path, original = tmp_path / "run.rlog", LogWriter.append
    refused = list[str]()

    def interrupted(writer: LogWriter, kind: str, *event: Any, **how: Any) -> int:
        if kind == "ToolRequest":
            assert echo("inside") == "inside"
            try:
                run.memory_write("key", "value")
            except EventInvalid as why:
                refused.append(str(why))
        return original(writer, kind, *event, **how)

    with record.run(path) as run:
        monkeypatch.setattr(LogWriter, "append", interrupted)
        echo("one")
        echo("two")
    events = whole_events(path)
    assert [event.payload["input"] for event in events if event.kind == "ToolRequest"] == [
        {"text": "one"},
        {"text": "two"},
    ]
    lacking = [event.payload["what"] for event in events if event.kind == "x:bookkeeping/not-recorded"]
    assert lacking == [f"{which} that the hook tool echo could not record" for which in ("a call", "more calls")]
    assert len(refused) == 2


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ZeroDivisionError


class Contrary:
    """A value that raises at whatever is asked of it."""

    def __repr__(self) -> str:
        raise ZeroDivisionError

    def __eq__(self, other: object) -> bool:
        raise ZeroDivisionError

    def __hash__(self) -> int:
        raise ZeroDivisionError

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError


def test_an_agent_gets_its_own_errors_and_values_whatever_they_do(tmp_path: Path) -> None:
    @record.tool
    def fail() -> None:
        raise error

    @record.tool
    def give() -> Any:
        return value

    error, value = Unspeakable(), Contrary()
    with record.run(tmp_path / "run.rlog"):
        with pytest.raises(Unspeakable) as raised:
            fail()
        assert raised.value is error
        assert give() is value
    lacking = [e.payload["what"] for e in whole_events(tmp_path / "run.rlog") if e.kind == "x:bookkeeping/not-recorded"]
    assert lacking == [f"a call that the hook tool {name} could not record" for name in ("fail", "give")]
