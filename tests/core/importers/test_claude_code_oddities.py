"""What a Claude Code session holds that is not understood: kept and counted, never dropped in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers import json_lines
from replay_gui.core.importers.formats.claude_code.state import (
    BAD_TIMES,
    CUT_LINES,
    EMPTY_MESSAGES,
    LONG_LINES,
    REPEATED_LINES,
    UNKNOWN_BLOCKS,
    UNKNOWN_TYPES,
    UNREADABLE_LINES,
)
from replay_gui.core.importers.json_lines import BAD_UTF8
from replay_gui.core.importers.plain_values import BROKEN_TEXT, DEEP_VALUES, LONG_KEYS, WIDE_INTEGERS
from replay_gui.core.importers.run_builder import UNKNOWN_REQUESTS
from tests.helpers.claude_code_lines import assistant, call, line, read, result, text, user

ASKED = user("u1", None, "hello")


def test_unknown_lines_and_blocks_are_kept_and_counted(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        line("novelty", "n1", None, level=3),
        {"type": "odd\u202etype/../x", "value": 1},
        assistant("a1", "n1", {"type": "hologram", "depth": 3}, "bare"),
        user("u1", "a1", [{"type": "smell"}]),
    )
    assert found.one("x:claude-code/novelty").payload == {"data": {"level": 3}}
    assert found.one("x:claude-code/other").payload == {"data": {"type": "odd\u202etype/../x", "value": 1}}
    assert [event.payload["data"] for event in found.of("x:claude-code/block")] == [
        {"type": "hologram", "depth": 3},
        "bare",
    ]
    assert found.one("Observation").payload["data"] == [{"type": "smell"}]
    assert found.run.notes[UNKNOWN_TYPES] == 2
    assert found.run.notes[UNKNOWN_BLOCKS] == 3
    assert f"{UNKNOWN_BLOCKS}: 3 (hologram, str, smell)" in found.notes


def test_known_lines_outside_the_tree(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"type": "summary", "summary": "A chat", "leafUuid": "u1"},
        {"type": "queue-operation", "operation": "enqueue", "content": "hi", "sessionId": "q"},
    )
    assert found.one("x:bookkeeping/claude-code/summary").payload == {"data": {"summary": "A chat"}}
    queued = found.one("Observation").payload  # nothing says the words again
    assert (queued["data"], queued["fields"]) == ("hi", {"operation": "enqueue"})
    assert found.run.run_id == "q"
    assert found.notes == ()


def test_lines_that_cannot_be_read_are_kept(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, b"not json", b"[1, 2]", b"{\xff\xfe", b"", b'{"type":"user","uu', end=b"")
    assert [event.payload["data"] for event in found.of("x:claude-code/unreadable-line")] == [
        "not json",
        "[1, 2]",
        b"{\xff\xfe",
        '{"type":"user","uu',
    ]
    assert (found.run.notes[UNREADABLE_LINES], found.run.notes[CUT_LINES]) == (3, 1)
    assert found.events[-1].meta["line"] == 6


def test_a_bad_line_in_the_middle_does_not_cost_what_came_before(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, b"garbage", assistant("a2", "a1", text("later")))
    assert found.kinds == ["Observation", "x:claude-code/unreadable-line", "Decision"]
    assert any("joined" in note for note in found.notes)


def test_a_line_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "MAX_LINE_BYTES", 2000)
    monkeypatch.setattr(json_lines, "KEPT_BYTES_OF_LONG_LINE", 10)
    monkeypatch.setattr(json_lines, "_CHUNK_BYTES", 512)
    found = read(tmp_path, ASKED, user("u2", "u1", "x" * 9000), user("u3", "u1", "short"))
    long = found.one("x:claude-code/unreadable-line")
    assert long.payload["data"] == '{"parentUu'
    assert long.meta["size"] > 9000
    assert found.run.notes[LONG_LINES] == 1
    assert [event.payload["data"] for event in found.of("Observation")] == ["hello", "short"]


def test_a_line_that_stands_there_twice_is_said_once(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, {**ASKED, "sessionId": "other"}, assistant("a1", "u1", text("hi")))
    assert found.kinds == ["Observation", "x:bookkeeping/claude-code/repeated-line", "Decision"]
    assert found.one("Decision").meta["parent"] == 1
    assert found.run.notes[REPEATED_LINES] == 1


def test_other_words_under_the_same_uuid_are_words(tmp_path: Path) -> None:
    found = read(tmp_path, ASKED, user("u1", None, "again"), assistant("a1", "u1", text("hi")))
    assert [event.payload["data"] for event in found.of("Observation")] == ["hello", "again"]
    assert found.run.notes[REPEATED_LINES] == 0


def test_a_result_without_its_request(tmp_path: Path) -> None:
    found = read(tmp_path, user("u1", None, [result("c9", "late")]))
    response = found.one("ToolResponse")
    assert (response.payload["tool_name"], response.payload["request_hash"]) == ("unknown", "")
    assert "parent" not in response.meta
    assert found.run.notes[UNKNOWN_REQUESTS] == 1


def test_blocks_whose_type_is_no_text(tmp_path: Path) -> None:
    found = read(tmp_path, user("u1", None, [{"type": []}]), assistant("a1", "u1", {"type": {}}, {"type": 1}))
    assert found.kinds == ["Observation", "x:claude-code/block", "x:claude-code/block"]
    assert found.run.notes[UNKNOWN_BLOCKS] == 3


@pytest.mark.parametrize("message", [None, "text", {"role": "user"}, {"content": []}, {"content": 7}, 5])
@pytest.mark.parametrize("kind", ["user", "assistant"])
def test_messages_of_another_form(tmp_path: Path, kind: str, message: Any) -> None:
    found = read(tmp_path, line(kind, "x1", None, message))
    assert found.kinds == [f"x:claude-code/{kind}"]
    if not isinstance(message, dict) or message.get("content") != 7:
        assert found.run.notes[EMPTY_MESSAGES] == 1


def test_values_that_the_format_cannot_hold(tmp_path: Path) -> None:
    deep: Any = "bottom"
    for _ in range(300):
        deep = [deep]
    raw = b'{"type":"user","uuid":"u1","message":{"content":"\\ud83d and \\ud83d\\ude00"},"n":%d}' % 10**30
    found = read(
        tmp_path,
        raw,
        b'{"type":"user","uuid":"u2","parentUuid":"u1","message":{"content":"\xff"}}',
        assistant("a1", "u2", call("c1", "X", wide=1 << 64, fits=(1 << 64) - 1, low=-(1 << 63), deep=deep)),
        assistant("a2", "a1", call("c2", "X", **{"k" * 5000: 1, "k" * 5001: 2})),
        b'{"type":"summary","n":' + b"1" * 5000 + b',"f":NaN}',
    )
    said, replaced = found.of("Observation")
    assert said.payload["data"] == "\ufffd and \U0001f600"
    assert said.payload["fields"] == {"n": str(10**30)}
    assert replaced.payload["data"] == "\ufffd"
    given = found.of("ToolRequest")[0].payload["input"]
    assert (given["wide"], given["fits"], given["low"]) == (str(1 << 64), (1 << 64) - 1, -(1 << 63))
    assert "bottom" in str(given["deep"])
    assert sorted(found.of("ToolRequest")[1].payload["input"].values()) == [1, 2]
    notes = found.run.notes
    assert (notes[BROKEN_TEXT], notes[WIDE_INTEGERS], notes[DEEP_VALUES]) == (1, 3, 1)
    assert (notes[LONG_KEYS], notes[BAD_UTF8]) == (2, 1)


def test_a_time_that_is_none_is_kept(tmp_path: Path) -> None:
    found = read(tmp_path, user("u1", None, "x", timestamp="yesterday"))
    assert "time" not in found.one("Observation").meta
    assert found.one("Observation").meta["timestamp"] == "yesterday"
    assert found.run.notes[BAD_TIMES] == 1
