"""Real sessions, where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.conversion import convert
from replay_gui.core.importers.formats.claude_code.state import LEFT_OUT_LINES
from replay_gui.core.importers.registry import recognise
from replay_gui.core.log.kinds import END
from tests.helpers.claude_code_lines import ReadSession, assistant, read, read_file, text, user
from tests.helpers.paths import SHARED_DATA
from tests.helpers.shared_data import requires_shared_data

FOLDER = SHARED_DATA / "claude-code"
FILES = sorted(FOLDER.rglob("*.jsonl"))

pytestmark = requires_shared_data


@pytest.fixture(params=FILES, ids=lambda path: path.name)
def path(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def blocks(path: Path, found: ReadSession, kind: str) -> list[dict[str, Any]]:
    """The blocks of that type on the lines that have events."""
    taken = {event.meta.get("line") for event in found.events}
    contents = [
        line.get("message", {}).get("content") for number, line in enumerate(lines_of(path), 1) if number in taken
    ]
    return [block for content in contents if isinstance(content, list) for block in content if block["type"] == kind]


def test_every_file_is_recognised_and_converted(path: Path, tmp_path: Path) -> None:
    assert recognise(path).name == "claude-code"
    one = convert(path, tmp_path)[0]
    assert one.events == len(read_file(path).events)


def test_every_line_is_an_event_or_counted(path: Path) -> None:
    found = read_file(path)
    taken = {event.meta["line"] for event in found.events[1:] if event.kind != END}
    assert len(taken) + found.run.notes[LEFT_OUT_LINES] == len(lines_of(path))


def test_every_call_and_result_is_there(path: Path) -> None:
    found = read_file(path)
    for kind, block, key in (("ToolRequest", "tool_use", "id"), ("ToolResponse", "tool_result", "tool_use_id")):
        expected = [one[key] for one in blocks(path, found, block)]
        assert [event.meta["tool_use_id"] for event in found.of(kind)] == expected
    assert all(event.payload["request_hash"] for event in found.of("ToolResponse"))


def test_a_recorded_file_is_understood_whole(path: Path) -> None:
    if "fork" not in path.name:
        assert read_file(path).notes == ()
    else:
        assert read_file(path).notes == (
            "turns that the user rewound, left out: 1",
            "lines of those turns: 4",
        )


def test_parents_come_before(path: Path) -> None:
    for seq, event in enumerate(read_file(path).events):
        assert event.meta.get("parent", -1) < seq


def test_tokens_add_up(path: Path) -> None:
    found = read_file(path)
    taken = {event.meta.get("line") for event in found.events}
    last: dict[str, int] = {}
    for number, line in enumerate(lines_of(path), 1):
        if line["type"] == "assistant" and number in taken:
            last[line["message"]["id"]] = line["message"]["usage"]["output_tokens"]
    counted = [event.meta["tokens"]["output"] for event in found.events if "tokens" in event.meta]
    assert sum(counted) == sum(last.values()) > 0


def test_the_model_of_a_subagent_is_content_if_it_is_another_one(tmp_path: Path) -> None:
    def told(folder: str, model: str) -> list[object]:
        (tmp_path / folder).mkdir()
        side = assistant("s2", "s1", text("seen"), isSidechain=True)
        side["message"]["model"] = model
        lines = (user("u1", None, "hi"), assistant("a1", "u1", text("ho")), user("s1", None, "look", isSidechain=True))
        return [event.payload for event in read(tmp_path / folder, *lines, side).events]

    assert told("same", "a-model") != told("other", "b-model")
