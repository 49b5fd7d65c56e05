"""Which lines of the tree are the run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replay_gui.core.importers.formats.claude_code import survey as claude_code_survey
from replay_gui.core.importers.formats.claude_code.state import LEFT_OUT_LINES, OTHER_BRANCHES
from replay_gui.core.importers.formats.claude_code.survey import survey_session
from replay_gui.core.log.source import Source
from tests.helpers.claude_code_lines import ReadSession, assistant, call, line, read, result, text, user, write
from tests.helpers.effort import tries


def said(found: ReadSession) -> list[Any]:
    return [event.payload["data"] for event in found.events if event.kind in ("Observation", "Decision")]


def left_out(found: ReadSession) -> tuple[int, int]:
    return found.run.notes[OTHER_BRANCHES], found.run.notes[LEFT_OUT_LINES]


def test_the_path_ends_at_the_last_leaf(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "1"),
        assistant("a1", "u1", text("2")),
        user("u2", "a1", "rewound"),
        assistant("a2", "u2", text("rewound too")),
        line("system", "n1", "a2", subtype="notice"),
        user("u3", "a1", "also rewound"),
        user("u4", "a1", "3"),
        assistant("a4", "u4", text("4")),
    )
    assert said(found) == ["1", "2", "3", "4"]
    assert left_out(found) == (2, 4)
    assert found.notes == ("turns that the user rewound, left out: 2", "lines of those turns: 4")


def test_several_roots_are_shown(tmp_path: Path) -> None:
    found = read(tmp_path, user("u1", None, "first"), user("u2", None, "second"), assistant("a2", "u2", text("x")))
    assert said(found) == ["first", "second", "x"]
    assert left_out(found) == (0, 0)


def test_parallel_calls_are_no_branch(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "go"),
        assistant("a1", "u1", call("c1", "Read"), message_id="m"),
        assistant("a2", "a1", call("c2", "Grep"), message_id="m"),
        user("r1", "a1", [result("c1", "one")]),
        user("r2", "a2", [result("c2", "two")]),
        assistant("a3", "r1", text("done")),
    )
    assert found.kinds == ["Observation", "ToolRequest", "ToolRequest", "ToolResponse", "ToolResponse", "Decision"]
    assert [event.payload["output"] for event in found.of("ToolResponse")] == ["one", "two"]
    assert found.notes == ()


def test_a_compaction_goes_on_with_what_came_before(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "before"),
        assistant("a1", "u1", text("and so on")),
        user("u2", None, "in short", isCompactSummary=True),
        line("system", "b1", None, subtype="compact_boundary", logicalParentUuid="gone"),
        user("u3", "b1", "after"),
    )
    assert said(found) == ["before", "and so on", "in short", "after"]
    assert found.notes == ()


def test_notices_hang_on_their_line(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u1", None, "1"),
        line("progress", "p1", "u1"),
        line("progress", "p2", "p1"),
        assistant("a1", "p1", text("2")),
    )
    assert found.kinds == [
        "Observation",
        "x:bookkeeping/claude-code/progress",
        "x:bookkeeping/claude-code/progress",
        "Decision",
    ]


def test_circles_end(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        user("u0", None, "lost"),
        user("u1", "a2", "1"),
        assistant("a1", "u1", text("2")),
        assistant("a2", "a1", text("3")),
        line("system", "s1", "s2"),
        line("system", "s2", "s1"),
        user("s", "s", "its own parent"),
        assistant("a3", "a2", text("4")),
    )
    assert said(found) == ["lost", "1", "2", "3", "its own parent", "4"]
    assert left_out(found)[1] == 0


def test_a_parent_that_is_missing_joins_the_line_before(tmp_path: Path) -> None:
    found = read(tmp_path, user("u1", "elsewhere", "1"), assistant("a1", "u1", text("2")), user("u2", "missing", "3"))
    assert said(found) == ["1", "2", "3"]
    assert found.notes == ("lines whose predecessor is not in the file, joined to the line before: 1",)


_names = ["type", "uuid", "parentUuid", "logicalParentUuid", "sessionId", "agentId", "version", "cwd", "timestamp"]
_values = st.none() | st.booleans() | st.integers() | st.sampled_from(["user", "assistant", "a", "b", "\ud800", "é"])
_parts = (
    st.dictionaries(st.sampled_from(["type", "id", "tool_use_id"]), _values | st.sampled_from(["tool_use"])) | _values
)
_messages = (
    st.dictionaries(st.sampled_from(["id", "model", "content"]), _values | st.lists(_parts, max_size=3)) | _values
)
_flags = st.dictionaries(st.sampled_from(["isSidechain", "isCompactSummary", "subtype"]), _values)
_odd = st.builds(
    lambda kind, texts, flags, message: {"type": kind, **texts, **flags, "message": message, "new": [texts]},
    st.sampled_from(["user", "assistant", "system"]) | _values,
    st.dictionaries(st.sampled_from(_names[1:]), _values),
    _flags,
    _messages,
)


@settings(max_examples=tries(20, long=150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_odd.map(lambda line: json.dumps(line).encode()) | st.binary(max_size=20), max_size=8))
def test_the_quick_look_at_a_line_sees_what_the_thorough_one_sees(tmp_path: Path, found: list[bytes]) -> None:
    with Source(write(tmp_path, *found)) as source:
        quick = survey_session(source)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(claude_code_survey, "_decode", _refuse)
            assert survey_session(source) == quick


def _refuse(raw: bytes) -> None:
    raise msgspec.ValidationError
