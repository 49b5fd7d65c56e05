"""What Cline and Roo Code send their model, and what it answers, with calls in XML or in parts of their own."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.errors import FormatUnknown
from replay_gui.core.importers.registry import recognise
from replay_gui.core.importers.run_builder import UNKNOWN_REQUESTS
from replay_gui.core.text.call_text import request_summary, response_summary
from tests.helpers.foreign import Read, read_all, read_seed, written
from tests.helpers.paths import DATA

SEEDS = DATA / "seeds" / "cline-history"
ENVIRONMENT = "<environment_details>\n# Current Mode\n</environment_details>"


def texts(role: str, *words: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text} for text in words]}


def task(folder: Path, answer: str, *results: str) -> Read:
    """A task with one answer of the model, and what it was told then."""
    messages = [texts("user", "<task>\nGo\n</task>", ENVIRONMENT), texts("assistant", answer), texts("user", *results)]
    (found,) = read_all(written(folder, messages))
    assert found.format == "cline-history"
    return found


def prompts(found: Read) -> list[object]:
    return [event.payload["data"] for event in found.of("Observation")]


def results(found: Read) -> list[tuple[object, object]]:
    return [(event.payload["tool_name"], event.payload["error"]) for event in found.of("ToolResponse")]


def test_calls_in_xml() -> None:
    (found,) = read_all(SEEDS / "0.json")
    assert prompts(found) == ["Mend the parser", "Not that file"]
    assert found.decisions() == [
        ("Read it first.", "I read `<read_file>` of both."),
        (None, "I write it."),
        (None, "I forgot the tool."),
        (None, "Done."),
    ]
    denied = "The user denied this operation and provided the following feedback:"
    assert results(found) == [
        ("read_file", None),
        ("read_file", "no such file"),
        ("write_to_file", denied),
        ("execute_command", "exit 2"),
        ("use_mcp_tool", None),
    ]
    inputs = [event.payload["input"] for event in found.of("ToolRequest")]
    assert inputs[2] == {
        "path": "b.xml",
        "content": "<content>a</content>\n<other_tag>\n</other_tag>",
        "line_count": "3",
    }
    assert inputs[4]["arguments"] == {"q": 1}
    assert [event.payload["error_type"] for event in found.of("Error")] == ["tool_error", "tool_error", "no_tool_use"]
    assert len(found.of("CapabilityDenied")) == 1
    assert found.of("Decision")[0].meta["tokens"] == {"input": 107, "cached": 7, "output": 20}
    assert found.events[-1].payload == {"how": "answered", "why": None}


def test_calls_in_parts_of_their_own() -> None:
    (found,) = read_all(SEEDS / "1.json")
    assert prompts(found) == ["Look\nFiles attached by the user:\n\nx", "shorter"]
    assert found.decisions() == [(None, "Two things."), ("Now run.", None), (None, "All seen."), (None, "Seen.")]
    assert results(found) == [
        ("use_subagents", None),
        ("read_file", None),
        ("execute_command", "The user denied this operation."),
    ]
    assert [event.payload["tool_name"] for event in found.of("CapabilityDenied")] == ["execute_command"]
    picture = found.of("ToolResponse")[1].payload["output"]
    assert (picture[0], picture[1]["type"]) == ("hello", "image")


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.json")), ids=lambda path: path.name)
def test_a_plain_count_of_the_file(path: Path) -> None:
    messages = json.loads(path.read_text("utf-8"))
    parts = [(one["role"], part) for one in messages for part in one["content"]]
    listed = [(role, part["text"]) for role, part in parts if part["type"] == "text"]
    native = [part["name"] for _, part in parts if part["type"] == "tool_use"]
    closed = [name for role, text in listed if role == "assistant" for name in re.findall(r"^</(\w+)>$", text, re.M)]
    calls = Counter(native + [name for name in closed if name not in ("thinking", "content", "other_tag", "result")])
    (found,) = read_all(path)
    finished = calls.pop("attempt_completion")
    assert found.tools() == calls
    assert sum(event.payload.get("action") == "attempt_completion" for event in found.of("Decision")) == finished
    context = [event for event in found.events if event.kind == "x:bookkeeping/cline-history/context"]
    assert len(context) == sum(text.startswith("<environment_details>") for _, text in listed)
    whole = json.dumps(messages)
    assert len(prompts(found)) == whole.count("<task>") + whole.count("<feedback>")


def test_what_only_looks_like_a_call_stays_text(tmp_path: Path) -> None:
    for text in (
        "Write `<read_file><path>a</path></read_file>` to read.",  # not at the end
        "<read_file>\n<path>a</path>",  # not closed
        "<string_array>\nplain words\n</string_array>",  # no parameters
    ):
        found = task(tmp_path, text, "Thanks", ENVIRONMENT)
        assert (found.decisions(), found.tools()) == ([(None, text)], {})


def test_the_words_of_a_question_may_go_over_lines_and_its_answer_is_the_users(tmp_path: Path) -> None:
    asked = "<ask_followup_question>\n<question>Which?\n\n1. a</question>\n</ask_followup_question>"
    text = "[ask_followup_question for 'Which?\n\n1. a'] Result:"
    found = task(tmp_path, asked, text, "<answer>\nthe first\n</answer>", ENVIRONMENT)
    assert results(found) == [("ask_followup_question", None)]
    assert prompts(found) == ["Go", "the first"]


def test_an_answer_that_the_user_stopped(tmp_path: Path) -> None:
    found = task(tmp_path, "I beg\n\n[Response interrupted by user]", "[TASK RESUMPTION] It was interrupted.")
    assert found.decisions() == [(None, "I beg")]
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]
    assert found.events[-1].payload["how"] == "stopped by user"
    assert prompts(found) == ["Go"]


def test_a_message_may_hold_several_turns_that_were_broken_off(tmp_path: Path) -> None:
    again = "[TASK RESUMPTION] It was interrupted."
    more = (f"New instructions:\n<user_message>\n{word}\n</user_message>" for word in ("first", "second"))
    found = task(tmp_path, "Hm.", again, next(more), ENVIRONMENT, again, ENVIRONMENT, again, next(more), ENVIRONMENT)
    assert prompts(found) == ["Go", "first", "second"]
    kinds = [kind for kind in found.kinds if kind == "x:bookkeeping/cline-history/resumption"]
    assert len(kinds) == 3


def test_a_result_without_its_call_names_the_tool(tmp_path: Path) -> None:
    found = task(tmp_path, "Hm.", "[read_file for 'a'] Result:\nhello", ENVIRONMENT)
    assert results(found) == [("read_file", None)]
    assert found.run.notes[UNKNOWN_REQUESTS] == 1


def test_what_stands_beside_a_text_is_kept(tmp_path: Path) -> None:
    asked = texts("assistant", "<read_file><path>a</path></read_file>")
    asked["content"][0]["reasoning_details"] = ["why"]
    (found,) = read_all(written(tmp_path, [texts("user", ENVIRONMENT), asked]))
    (call,) = found.of("ToolRequest")
    assert (call.payload["input"], call.payload["fields"]) == (
        {"path": "a"},
        {"call": {"reasoning_details": ["why"]}},
    )


def test_other_messages_are_not_taken(tmp_path: Path) -> None:
    for first in ("Go", "[note] no result", "[x] Result:\n1"):
        messages = [texts("user", first), texts("assistant", "<read_file><path>a</path></read_file>")]
        assert recognise(written(tmp_path, messages)).name == "chat-messages"


def test_a_hostile_text_is_read_in_bounded_time(tmp_path: Path) -> None:
    many = 100_000
    text = "<a_b>" * many + "<a_b><c>" + "</a_b>" * many + " " * many + "<thinking>" * many
    assert task(tmp_path, text, "[a_b " * many, ENVIRONMENT).decisions() == [(None, text)]


def test_a_session_of_clines_terminal_program(tmp_path: Path) -> None:
    notice = "<mode_notice>The user switched from plan mode to act mode.</mode_notice>"
    answer = {"query": "make", "result": "no header", "error": "Command exited with code 1", "success": False}
    messages = [
        {"role": "user", "content": [{"type": "text", "text": f'<user_input mode="act">{notice}\nBuild</user_input>'}]},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "a", "name": "run", "input": {}}],
            "modelInfo": {"id": "m-1", "provider": "p"},
            "metrics": {"inputTokens": 5, "outputTokens": 2, "cacheReadTokens": 4},
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [answer]}]},
    ]
    path = written(tmp_path, {"messages": messages}, "s1.messages.json")
    (found,) = read_all(path)
    assert [event.payload["transition_type"] for event in found.of("StateTransition")] == ["model", "provider"]
    assert (found.format, [event.payload["data"] for event in found.of("Observation")]) == ("cline-history", ["Build"])
    assert ([event.payload["error"] for event in found.of("ToolResponse")], found.tokens()) == (
        ["exit 1"],
        {"input": 9, "cached": 4, "output": 2},
    )
    status = {"status": "completed", "exit_code": 0, "source": "cli", "metadata": {"totalCost": 0.5}}
    state = {"session_id": "s1", **status, "messages_path": str(path)}
    beside = written(tmp_path, state, "s1.json")
    (found,) = read_all(path)
    assert (found.run.run_id, found.events[-1].payload) == ("s1", {"how": "answered", "why": None})
    (session,) = found.of("x:bookkeeping/cline-history/session")
    assert (session.payload["data"], session.meta["cost"]) == ({"source": "cli"}, 0.5)
    with pytest.raises(FormatUnknown, match=r"whose messages are in s1\.messages\.json"):
        read_all(beside, "cline-history")


def test_the_stream_of_cline_3(tmp_path: Path) -> None:
    found = read_seed("cline-stream/0.jsonl")
    assert found.decisions() == [("Look first.", None), (None, "I look."), (None, "Done.")]
    asked = [(event.payload["tool_name"], request_summary(event.payload)) for event in found.of("ToolRequest")]
    assert asked == [("run_commands", "cd w; python3 t.py"), ("editor", "t.py, old_text: a, new_text: b")]
    answers = [response_summary(event.payload) for event in found.of("ToolResponse")]
    assert answers == ["exit 1 · AssertionError: wrong", "Edited t.py"]
    assert [event.payload["message"] for event in found.of("Error")] == ["exit 1", "overloaded"]
    assert found.tokens() == {"input": 10, "cached": 4, "output": 2}
    assert [event.payload["data"] for event in found.of("StateTransition")] == [{"model": "m-1"}]
    assert found.events[-1].payload == {"how": "answered", "why": None}
    begun = {"type": "agent_event", "event": {"type": "iteration_start", "iteration": 1}}
    (found,) = read_all(written(tmp_path, [begun, {"type": "run_aborted", "message": "Aborted"}]))
    assert [event.payload["error_type"] for event in found.of("Error")] == ["interrupted"]
    assert found.events[-1].payload["how"] == "stopped by user"
