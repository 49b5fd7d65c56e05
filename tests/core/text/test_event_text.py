from __future__ import annotations

from dataclasses import replace
from timeit import repeat
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay_gui.core.log.event import UNREADABLE_KIND, Event
from replay_gui.core.log.kinds import KINDS
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.event_text import MAX_SUMMARY_CHARACTERS, summarize_event
from replay_gui.core.text.value_preview import preview


def event(kind: str, payload: dict[str, Any], problem: str | None = None) -> Event:
    return Event(EventIndex(0), 0, 0, "r:0", kind, payload, {}, b"", None, None, problem)


COLORED = {"returncode": 1, "output": "\x1b[31mred\x1b[0m\n"}


def gemini(*parts: dict[str, Any]) -> dict[str, Any]:
    """A message of Gemini, as its SDK writes it out: with the members that are not used."""
    unused = {"text": None, "thought": None, "functionCall": None}
    return {"role": "model", "parts": [unused | part for part in parts]}


def request(given: Any) -> dict[str, Any]:
    return {"tool_name": "t", "tool_version": "1", "input": given, "capabilities": []}


def response(output: Any, error: str | None = None, success: bool = True) -> dict[str, Any]:
    return {"tool_name": "t", "request_hash": "00", "output": output, "success": success, "error": error}


@pytest.mark.parametrize(
    ("kind", "payload", "line"),
    [
        ("ToolRequest", request({"q": "planner ignores index"}), "planner ignores index"),
        ("x:model-request", {"endpoint": "POST /v1", "request": {"model": "m", "messages": [{}, {}]}}, "m, 2 messages"),
        ("x:model-request", {"endpoint": "POST /v1", "request": "\x00"}, "POST /v1"),
        ("ToolRequest", request({"command": "ls -l", "description": "list", "timeout": 5}), "ls -l, timeout: 5"),
        ("ToolRequest", request({"path": "a.sql", "limit": 20}), "a.sql, limit: 20"),
        ("ToolRequest", request({"n": 3}), "n: 3"),
        ("ToolRequest", request({"command": ["bash", "-lc", "make test"], "timeout": 5}), "make test, timeout: 5"),
        ("ToolRequest", request({"cmd": ["ls", "-l"]}), "ls -l"),
        ("ToolRequest", request({"command": [1, 2]}), "command: [1, 2]"),
        (
            "StateTransition",
            {"transition_type": "turn", "data": {"model": "m", "summary": "auto"}},
            "turn: model: m, summary: auto",
        ),
        (
            "Snapshot",
            {"snapshot_type": "compaction", "data": {"summary": "Read a.\nThen b."}},
            "compaction: Read a. Then b.",
        ),
        ("Snapshot", {"snapshot_type": "compaction", "data": {"kept": 3}}, "compaction"),
        ("ToolRequest", request("free text"), "free text"),
        ("ToolRequest", request({}), "(no arguments)"),
        ("ToolRequest", request({"path": "", "pattern": "*.py"}), "*.py"),
        ("ToolRequest", request({"pattern": "TODO", "path": "src"}), "TODO, path: src"),
        ("ToolRequest", request({"command": "view", "limit": 2, "path": "a.py"}), "view, path: a.py, limit: 2"),
        ("ToolRequest", request({"file_path": "a.py", "old_string": "x\ny", "new_string": "z" * 50}), "a.py"),
        ("ToolRequest", request({"path": "a.py", "content": "x\ny", "mode": "w"}), "a.py, mode: w"),
        ("ToolRequest", request({"input": {"city": "Kiel"}}), "Kiel"),
        ("ToolRequest", request({"subpath": ""}), 'subpath: ""'),
        ("ToolResponse", response({"output": "", "returncode": 0}), "(no output)"),
        ("ToolResponse", response("null"), "(no output)"),
        ("ToolResponse", response("x", "Exit code 2\n\nerror: boom\nmore", False), "exit 2 · error: boom"),
        ("ToolResponse", response("x", "Exit code 137", False), "exit 137"),
        ("Error", {"error_type": "tool_error", "message": "Exit code 2\nerror: boom"}, "exit 2 · error: boom"),
        (
            "ToolResponse",
            response("sed: \r\nLine |\r\n   2 |  sed -n a\r\n     |  ~~~\r\n     | No command", "", False),
            "failed: sed: No command",
        ),
        (
            "x:expected",
            {"data": {"actions": [{"kwargs": {"id": "R1", "n": 2}, "name": "book"}, {"name": "done"}], "outputs": []}},
            "book(id: R1, n: 2), done()",
        ),
        ("x:expected", {"data": {"actions": [], "communicate_info": []}}, "no action"),
        ("x:expected", {"data": "Yoshida"}, "Yoshida"),
        ("Observation", {"obs_type": "update", "source": "say", "data": {"said": "Hi", "n": 1}}, "said: Hi, n: 1"),
        ("Observation", {"obs_type": "sample", "source": "dataset", "data": "Is it so?"}, "Is it so?"),
        (
            "StateTransition",
            {"transition_type": "todos", "ops": [{"op": "add", "path": "/todos", "value": 1}]},
            "todos: 1",
        ),
        ("ToolResponse", response("<shellId: 0 completed with exit code 0>"), "(no output)"),
        ("ToolResponse", response("no x\n<exited with exit code 1>", "exit 1", False), "exit 1 · no x"),
        ("ToolResponse", response("Command: ls\npwd\nDirectory: /w\nOutput: a.py\nExit Code: 0"), "a.py"),
        ("ToolResponse", response("Output: (empty)\nExit Code: 1", "exit 1", False), "exit 1"),
        (
            "ToolResponse",
            response(
                'Traceback (most recent call last):\n  File "x", line 1\n    f()\nOSError: no x\nend', "exit 1", False
            ),
            "exit 1 · OSError: no x",
        ),
        ("ToolResponse", response("Output: (empty)\nProcess Group PGID: 7"), "(no output)"),
        (
            "ToolResponse",
            response("<untrusted_context>\nOutput: a.txt\nProcess Group PGID: 7\n</untrusted_context>"),
            "a.txt",
        ),
        ("ToolResponse", response({"content": [{"type": "text", "text": "Sunny"}], "isError": False}), "Sunny"),
        ("ToolResponse", response({"callId": "c1", "resultDisplay": "Read all 12 lines"}), "Read all 12 lines"),
        ("ToolResponse", response("     1\u2192import os\n     2\u2192x"), "import os"),
        ("ToolResponse", response('     1\u2192{\n     2\u2192  "name": "app"\n     3\u2192}'), '{ "name": "app" }'),
        ("ToolResponse", response("sed:\n  no such file"), "sed: no such file"),
        ("Decision", {"decision_type": "m", "data": [{"tool.name": "clock", "tool.args": {}}]}, "calls clock"),
        (
            "Decision",
            {"decision_type": "model", "data": [{"content": gemini({"functionCall": {"name": "go", "args": {}}})}]},
            "calls go",
        ),
        ("Decision", {"decision_type": "model", "data": {"content": gemini({"text": "Hello"})}}, "Hello"),
        (
            "Decision",
            {"data": gemini({"text": "why", "thought": True}, {"text": "so"}, {"function_call": {"name": "go"}})},
            "so",
        ),
        (
            "x:temporal/model-request",
            {"activity": "invoke_model", "input": {"model": "m", "contents": [gemini({"text": "Hi"})]}},
            "m, 1 message · invoke_model",
        ),
        ("x:temporal/model-request", {"data": {"activity": "ask", "input": [1]}}, "activity: ask, input: [1]"),
        (
            "Decision",
            {"decision_type": "m", "data": {"content": None, "tool_calls": [{"function": "go", "arguments": {}}]}},
            "calls go",
        ),
        ("Decision", {"decision_type": "m", "data": [{"name": "Bob", "age": 3}]}, "[{name: Bob, age: 3}]"),
        ("Observation", {"obs_type": "update", "source": "update", "data": "Hello"}, "Hello"),
        (
            "Observation",
            {"obs_type": "input", "source": "", "data": {"messages": [{"content": "Be kind"}, {"content": "Hi"}]}},
            "Hi",
        ),
        ("StateTransition", {"transition_type": "model", "data": {"model": "gpt-x"}}, "model: gpt-x"),
        ("StateTransition", {"transition_type": "thinking_level", "data": {"level": "low"}}, "thinking level: low"),
        ("PatchProposal", {"patch_hash": "ab", "patch_type": "edit", "target": "a.py"}, "a.py – edit"),
        ("Error", {"error_type": "workflow_failed", "message": "no"}, "workflow failed: no"),
        ("x:otel/step", {"data": {"name": "turn", "fields": {"kind": "CHAIN"}}}, "turn"),
        ("x:otel/step", {"data": {"name": "sum", "input": {"n": 3}, "output": {"sum": 6}}}, "sum · sum: 6"),
        ("x:bookkeeping/p/span", {"data": {"fields": {"a": 1}, "name": "POST"}}, "POST · a: 1"),
        ("ToolRequest", request(None), "(arguments not recorded)"),
        ("Decision", {"decision_type": "message", "data": None}, "(no text)"),
        (
            "Decision",
            {"data": None, "fields": {"additional_kwargs": {"tool_calls": [{"function": {"name": "f"}}]}}},
            "calls f",
        ),
        ("ToolRequest", request("{'city': 'Kiel'}"), "Kiel"),
        ("ToolRequest", request("{'city': Kiel}"), "{'city': Kiel}"),
        ("StateTransition", {"transition_type": "state", "ops": [{"path": "/s/tools/0", "value": "t"}]}, "tools: t"),
        (
            "StateTransition",
            {
                "transition_type": "count",
                "ops": [{"op": "add", "path": "/b/n", "value": 2}, {"op": "remove", "path": "/b/m"}],
            },
            "count: n: 2",
        ),
        ("StateTransition", {"transition_type": "state", "ops": [{"path": "/a/_id", "value": 1}]}, "state"),
        ("ToolResponse", response("first\nsecond"), "first"),
        ("ToolResponse", response({"rows": [[1], [2], [3]]}), "3 rows [[1], [2], [3]]"),
        ("ToolResponse", response({"rows": [[1]]}), "1 row [[1]]"),
        ("ToolResponse", response('{"rows": [[1], [2], [3]]}'), "3 rows [[1], [2], [3]]"),
        ("ToolResponse", response(list(range(12))), "(12) [0, 1, 2, 3, 4, …]"),
        (
            "ToolResponse",
            response({"passed": 0, "plan": ["SEARCH a"], "n": {"x": 1}}),
            "passed: 0, plan: [SEARCH a], n: {x: 1}",
        ),
        ("ToolResponse", response(None, "timeout after 2.4 s", False), "timeout after 2.4 s"),
        ("ToolResponse", response({"code": 1}, None, False), "failed: code: 1"),
        ("Decision", {"decision_type": "message", "data": "The index exists."}, "The index exists."),
        ("Decision", {"decision_type": "plan", "data": {"steps": []}, "reasoning": "why"}, "why"),
        ("Decision", {"decision_type": "message", "data": [{"type": "text", "text": "Hi"}]}, "Hi"),
        ("Observation", {"obs_type": "message", "source": "user", "data": "Fix it"}, "Fix it"),
        ("Observation", {"obs_type": "clock", "source": "os", "data": 12}, "clock: 12"),
        ("MemoryWrite", {"key": "plan", "value": {"n": 1, "m": 2}}, "plan = n: 1, m: 2"),
        ("MemoryWrite", {"key": "plan", "operation": "delete"}, "plan deleted"),
        ("PatchProposal", {"target": "a.sql", "patch": "+x", "reasoning": "faster"}, "a.sql – faster"),
        ("PatchRejected", {"patch_hash": "ab" * 32, "reason": "red", "stage": "test"}, "red · test"),
        ("Error", {"error_type": "Timeout", "message": "no answer", "component": "search"}, "Timeout: no answer"),
        ("StateTransition", {"transition_type": "phase", "phase": "act"}, "act"),
        ("x:note", {"a": 1, "ops": []}, "a: 1"),
        ("Error", {"error_type": "tool_error", "message": "exit 2", "component": "t"}, "exit 2"),
        (
            "ToolResponse",
            response("Chunk ID: ab\nWall time: 1 s\nOutput:\nE: no such file", "exit 2", False)
            | {"fields": {"exit_code": 2}},
            "exit 2 · E: no such file",
        ),
        (
            "ToolResponse",
            response(COLORED, "exit code 1", False),
            "exit 1 · red",
        ),
        ("ToolResponse", response(""), "(no output)"),
        ("ToolRequest", request({"command": "ls", "summary": "List files"}), "ls"),
        (
            "Decision",
            {"decision_type": "tool calls", "data": None, "fields": {"tool_calls": [{"name": "f"}]}},
            "calls f",
        ),
        ("x:outcome", {"passed": False, "score": 0.0, "by": "tau-bench reward"}, "failed · score 0 · tau-bench reward"),
        ("x:end", {"how": "limit", "why": "max_steps"}, "limit · max steps"),
        ("x:end", {"how": "stopped by user", "why": "user_cancelled"}, "stopped by user"),
        ("x:end", {"how": "answered", "why": "user_stop"}, "answered · the user ended it"),
        ("Error", {"error_type": "interrupted", "message": "user_cancelled"}, "the user cancelled it"),
        ("Error", {"error_type": "exit_cost", "message": "exit_cost"}, "exit cost"),
        ("CapabilityDenied", {"capability": "run_it", "reason": "user_abort"}, "run_it · the user aborted it"),
        (
            "StateTransition",
            {
                "transition_type": "write __end__",
                "value": [{"class": "langchain_core.messages.ai.AIMessage", "value": {"content": "Bye", "type": "ai"}}],
            },
            "write end: Bye",
        ),
        (
            "x:bookkeeping/p/sent",
            {"data": {"class": "langgraph.types.Send", "value": ["node", {"n": 1}]}},
            "[node, {n: 1}]",
        ),
        ("x:bookkeeping/p/kept", {"data": {"class": "first", "value": {"n": 1}}}, "class: first, n: 1"),
        (
            "StateTransition",
            {"transition_type": "rewind_marker", "data": {"target_prompt_index": 0}},
            "went back to an earlier message: target_prompt_index: 0",
        ),
        (
            "StateTransition",
            {"transition_type": "plan", "data": {"plan": [{"step": "a", "status": "in_progress"}]}},
            "plan: 0 of 1 done, now: a",
        ),
        ("x:end", {"how": "open"}, "no end recorded"),
        ("Observation", {"obs_type": "update", "source": "say", "data": {"n": 0, "user_input": "Hi"}}, "Hi"),
        ("Observation", {"obs_type": "input", "source": "user", "data": {"prompt": "Hi", "system": "Be."}}, "Hi"),
        ("Decision", {"data": '```json\n{"level": "high", "n": 2}\n```'}, "level: high, n: 2"),
        ("x:note", {"data": {"lastPrompt": "Fix it"}}, "Fix it"),
        (
            "x:otel/step",
            {"fields": {"gen_ai.operation.name": "plan"}, "input": "Weather?", "name": "plan", "output": "Ask Kiel"},
            "plan · Ask Kiel",
        ),
        ("x:otel/step", {"name": "plan", "input": {"city": "Kiel"}, "output": None}, "plan · Kiel"),
        ("x:otel/step", {"name": "plan", "input": None, "output": {}, "fields": {"a": 1}}, "plan"),
        ("x:any", {"name": "plan", "fields": {"a": 1}, "count": 0}, "plan · count: 0"),
        ("x:any", {"name": "", "count": 0}, 'name: "", count: 0'),
        ("x:any", {"name": 3}, "name: 3"),
    ],
)
def test_each_kind_says_what_matters(kind: str, payload: dict[str, Any], line: str) -> None:
    assert summarize_event(event(kind, payload)) == line


@pytest.mark.parametrize(
    ("meta", "line"),
    [
        ({"tokens": {"input": 22_481, "output": 5}, "usage": {"a": 1}}, "22,481 input, 5 output tokens"),
        ({"fields": {"turn_id": "t-1", "started_at": 5}}, "turn_id: t-1, started_at: 5"),
        ({"usage": {"rate_limits": None}}, "rate_limits: null"),
        ({"seq": 3}, ""),
    ],
)
def test_of_an_event_whose_payload_says_nothing_its_meta_speaks(meta: dict[str, Any], line: str) -> None:
    assert summarize_event(replace(event("x:codex/tokens", {"data": None}), meta=meta)) == line


def test_entries_and_line_numbers_are_said_as_a_person_would() -> None:
    asked = {"tool_name": "Ask", "input": {"questions": [{"header": "h", "question": "Which?"}, {"question": "b"}]}}
    assert summarize_event(event("ToolRequest", asked)) == "Which? (and 1 more)"
    todos = {"tool_name": "Todo", "input": {"todos": [{"content": "do it"}], "merge": False}}
    assert summarize_event(event("ToolRequest", todos)) == "do it"
    for output, line in (("running with ID b1. Output is", "running with ID b1. Output is"), ("  1\tx = 2", "x = 2")):
        record = {"tool_name": "f", "request_hash": "", "output": output, "success": True, "error": None}
        assert summarize_event(event("ToolResponse", record)) == line


def test_news_of_a_background_task_are_its_summary() -> None:
    text = "<task-notification>\n<task-id>b1</task-id>\n<summary>Tests failed</summary>\n</task-notification>"
    record = {"obs_type": "task-notification", "source": "task", "data": text}
    assert summarize_event(event("Observation", record)) == "Tests failed"


def test_a_problem_is_said_in_its_words() -> None:
    assert summarize_event(event(UNREADABLE_KIND, {}, "not\nmsgpack")) == "not msgpack"


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)
names = ["input", "output", "data", "text", "key", "value", "error", "success", "reasoning", "patch_hash", "message"]


@given(st.sampled_from([*KINDS, "x:any"]), st.dictionaries(st.sampled_from(names) | st.text(), values, max_size=6))
def test_any_payload_gives_one_short_line(kind: str, payload: dict[str, Any]) -> None:
    line = summarize_event(event(kind, payload))
    assert len(line) <= MAX_SUMMARY_CHARACTERS
    assert len(line.splitlines()) <= 1
    assert line == "" or line.isprintable() or not any(ord(c) < 32 for c in line)


@pytest.mark.parametrize("kind", KINDS)
def test_a_huge_payload_costs_nothing(kind: str) -> None:
    big: dict[str, Any] = {str(i): i for i in range(100_000)}
    payload: dict[str, Any] = dict.fromkeys(names, "x" * 5_000_000) | {"input": big, "output": "\n" * 5_000_000}
    huge = event(kind, payload)
    assert len(summarize_event(huge)) <= MAX_SUMMARY_CHARACTERS
    taken, whole = (min(repeat(look, number=1)) for look in (lambda: summarize_event(huge), lambda: str(big)))
    assert taken < whole / 3, "it is not looked at as a whole"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"type": "image", "source": {"data": "A" * 4096}}, "(picture, 3 KB)"),
        ({"type": "input_image", "image_url": "data:image/png;base64," + "A" * 4096}, "(picture, 3 KB)"),
        ({"type": "image_url", "image_url": {"url": "https://x.test/cat.png"}}, "(picture)"),
        ({"type": "image", "data": "A" * 4096, "mimeType": "application/pdf"}, "(document, 3 KB)"),
        ({"type": "file", "url": "data:image/png;base64," + "A" * 4096, "mime": "image/png"}, "(picture, 3 KB)"),
        ({"type": "image", "data": "blob:sha256:d6dd03a8", "mimeType": "audio/wav"}, "(sound)"),
        ({"type": "document", "source": {"data": 5}}, "(document)"),
        ({"type": "input_audio", "input_audio": {"data": "AAAA"}}, "(sound, 1 KB)"),
    ],
)
def test_parts_without_text_say_what_they_are(part: dict[str, Any], words: str) -> None:
    text = {"type": "text", "text": "Look"}
    assert preview([part]) == words
    assert preview([part, text]) == preview([text, part]) == preview(["Look", part]) == f"Look {words}"
    assert preview([part, text, part]) == f"Look {words} and 1 more"


def test_a_patch_that_was_decided_on_names_the_target_of_its_proposal() -> None:
    proposal = event("PatchProposal", {"patch_hash": "ab" * 32, "patch_type": "edit", "target": "src/a.py"})
    applied = event("PatchApplied", {"patch_hash": "ab" * 32})
    rejected = event("PatchRejected", {"patch_hash": "ab" * 32, "reason": "no such line", "stage": "test"})
    assert summarize_event(applied) == "abababababab"
    assert summarize_event(applied, proposal) == "src/a.py"
    assert summarize_event(rejected, proposal) == "src/a.py · no such line · test"
    unknown = event("PatchProposal", {"patch_hash": "ab" * 32, "patch_type": "edit", "target": ""})
    assert summarize_event(applied, unknown) == "edit"
