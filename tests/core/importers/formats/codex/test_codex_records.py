"""Lines that Codex writes since 0.147: scripts that call tools, tokens of each answer, kinds of a message's parts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats.codex.stream import UNKNOWN_ITEMS
from replay_gui.core.text.call_text import request_summary
from tests.helpers.foreign import Read, read_all

_TIME = "2026-08-17T13:00:{:02}.000Z"


def read(folder: Path, *lines: tuple[str, dict[str, Any]], **meta: Any) -> Read:
    """A session of lines, each a type and a payload."""
    records = [("session_meta", {"id": "s", "cwd": "/w", **meta}), *lines]
    texts = [
        json.dumps({"timestamp": _TIME.format(number), "ordinal": number, "type": kind, "payload": payload})
        for number, (kind, payload) in enumerate(records)
    ]
    (folder / "rollout.jsonl").write_text("\n".join(texts))
    (found,) = read_all(folder / "rollout.jsonl")
    return found


def item(kind: str, **members: Any) -> tuple[str, dict[str, Any]]:
    return "response_item", {"type": kind, **members}


def text(words: str) -> dict[str, str]:
    return {"type": "input_text", "text": words}


def test_a_scripts_answer_is_taken_apart(tmp_path: Path) -> None:
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    command = {"chunk_id": "5f", "wall_time_seconds": 0.5, "exit_code": 2, "output": "no such file\n"}
    done = "Script completed\nWall time 0.2 seconds\nOutput:\n"
    answers: list[Any] = [
        [text(done), text(json.dumps(command))],
        [text(done), picture],
        [text("Script failed\nWall time 0.1 seconds\nOutput:\n"), text("half\n"), text("Script error:\nboom\nat 1")],
        "Script running with cell ID 7\nWall time 10.0 seconds\nOutput:\n",
        done + "plain",
        [text("one"), text("two")],
    ]
    lines = []
    for number, answer in enumerate(answers):
        lines.append(item("custom_tool_call", name="exec", input="text(1)", call_id=str(number)))
        lines.append(item("custom_tool_call_output", call_id=str(number), output=answer))
    found = read(tmp_path, *lines).of("ToolResponse")
    assert [event.payload["output"] for event in found] == [
        "no such file\n",
        [picture],
        "half\n\nScript error:\nboom\nat 1",
        "",
        "plain",
        [text("one"), text("two")],
    ]
    assert [event.payload["error"] for event in found] == ["exit 2 · no such file", None, "boom", None, None, None]
    assert (found[0].payload["exit_code"], found[0].meta["chunk_id"]) == (2, "5f")
    assert (found[3].payload["running"], found[3].meta["cell_id"]) == (True, "7")
    assert [event.meta["duration"] // 10**8 for event in found[:5]] == [2, 2, 1, 100, 2]


def test_tokens_of_each_answer_count_once_and_not_again_in_sums(tmp_path: Path) -> None:
    usage = {"input_tokens": 10, "cached_input_tokens": 4, "output_tokens": 5}
    record = {"response_id": "r1", "usage": usage, "thread_token_usage": {"input_tokens": 99}}
    count = {"type": "token_count", "info": {"last_token_usage": usage, "total_token_usage": usage}}
    found = read(
        tmp_path,
        ("token_usage_record", record),
        ("event_msg", count),
        ("token_usage_record", record),
        ("token_usage_record", {"response_id": "r2", "usage": usage}),
    )
    counted = [event.meta["tokens"] for event in found.of("x:bookkeeping/codex/tokens") if "tokens" in event.meta]
    assert counted == [{"input": 10, "cached": 4, "output": 5}] * 2


def test_what_codex_adds_to_a_message_is_not_the_users(tmp_path: Path) -> None:
    kinds = {"content_item_kinds": ["environment.context", "user.text"], "turn_id": "t"}
    environment = text("<environment_context>\n<cwd>/w</cwd>\n</environment_context>")
    found = read(
        tmp_path,
        item("message", role="user", content=[environment, text("first")]),
        item(
            "message",
            role="user",
            content=[text("weather: fine"), text("<skill> is a word")],
            internal_chat_message_metadata_passthrough=kinds,
        ),
        item("message", role="user", content=[text('<hook_prompt hook_run_id="h">x</hook_prompt>')]),
        item("message", role="user", content=[text("<question>is mine</question>")]),
        ("event_msg", {"type": "user_message", "message": environment["text"]}),
        ("world_state", {"full": True, "state": {"agents_md": {"text": "a"}}}),
        item("agent_message", author="/root/a", recipient="/root", content=[text("done")]),
    )
    messages = [(event.payload["source"], event.payload["data"]) for event in found.of("Observation")]
    assert messages == [
        ("user", "first"),
        ("user", "<skill> is a word"),
        ("user", "<question>is mine</question>"),
        ("/root/a", "done"),
    ]
    assert len(found.of("x:bookkeeping/codex/environment")) == 3
    assert not found.of("x:codex/other")


def test_what_no_event_says_that_the_user_asked_was_put_in(tmp_path: Path) -> None:
    asked = ("event_msg", {"type": "user_message", "message": "mine"})
    item_told = {"type": "UserMessage", "content": [{"type": "text", "text": "mine too"}]}
    unknown = item("message", role="user", content=[text("<new_tag>context</new_tag>")])
    found = read(
        tmp_path,
        ("event_msg", {"type": "task_started"}),
        unknown,
        item("message", role="user", content=[text("mine")]),
        asked,
        ("event_msg", {"type": "task_started"}),
        unknown,
        item("message", role="user", content=[text("mine too")]),
        ("event_msg", {"type": "item_completed", "item": item_told}),
        ("event_msg", {"type": "task_started"}),
        item("message", role="user", content=[text("of a turn that no event tells")]),
    )
    messages = [event.payload["data"] for event in found.of("Observation")]
    assert messages == ["mine", "mine too", "of a turn that no event tells"]
    assert len(found.of("x:bookkeeping/codex/environment")) == 2


def test_completed_items_tell_how_a_call_went(tmp_path: Path) -> None:
    ran = {
        "type": "CommandExecution",
        "id": "k",
        "exit_code": 3,
        "status": "failed",
        "duration": {"secs": 2, "nanos": 0},
    }
    found = read(
        tmp_path,
        item("function_call", name="exec_command", arguments='{"cmd": "make"}', call_id="k"),
        ("event_msg", {"type": "item_completed", "item": {"type": [], "id": "k", "exit_code": 4}}),
        ("event_msg", {"type": "item_completed", "item": ran}),
        item("function_call_output", call_id="k", output="stop"),
        item("tool_search_call", call_id="q", arguments={"query": "mail"}),
        item("tool_search_output", call_id="q", tools=[{"name": "send"}]),
        ("event_msg", {"type": "item_completed", "item": {**ran, "id": "n", "duration": {"secs": 0, "nanos": 4537}}}),
        item("function_call", name="exec_command", arguments='{"cmd": "ls"}', call_id="n"),
        item("function_call_output", call_id="n", output="a"),
    )
    assert found.of("ToolRequest")[1].payload["input"] == {"query": "mail"}
    answers = found.of("ToolResponse")
    assert (answers[0].payload["error"], answers[0].payload["exit_code"]) == ("exit 3 · stop", 3)
    assert answers[0].meta["duration"] == 2 * 10**9
    assert answers[1].payload["output"] == [{"name": "send"}]
    assert answers[2].meta.get("duration") != 4537


def test_what_only_events_tell_of_a_call(tmp_path: Path) -> None:
    invocation = {"server": "mail", "tool": "send", "arguments": {"to": "a"}}
    record = {"content": [text("no such address")], "isError": True}
    hit = {"title": "Weather", "url": "https://example.invalid"}
    changes = {"/w/a.py": {"type": "update", "unified_diff": "@@ -1 +1 @@"}}
    patched = {"type": "patch_apply_end", "success": True, "stdout": "Success.\nM /w/a.py\n"}
    refused = {"type": "patch_apply_end", "success": False, "stdout": "", "stderr": "no such line"}
    found = read(
        tmp_path,
        (
            "event_msg",
            {"type": "mcp_tool_call_end", "call_id": "m", "invocation": invocation, "result": {"Ok": record}},
        ),
        ("event_msg", {"type": "web_search_end", "call_id": "w", "query": "weather", "results": [hit]}),
        ("event_msg", {**patched, "call_id": "p", "changes": changes}),
        ("event_msg", {**patched, "call_id": "q"}),
        ("event_msg", {**refused, "call_id": "r", "changes": changes}),
    )
    answers = found.of("ToolResponse")
    assert [answer.payload["success"] for answer in answers] == [False, True, True, True, False]
    assert [answer.payload["output"] for answer in answers[:2]] == [[text("no such address")], [hit]]
    assert [patch.payload["target"] for patch in found.of("PatchProposal")] == ["/w/a.py"] * 3
    assert request_summary(found.of("ToolRequest")[2].payload).startswith("/w/a.py: ")
    assert (len(found.of("PatchApplied")), found.of("PatchRejected")[0].payload["reason"]) == (2, "no such line")


def test_the_ordinal_tells_where_a_subagents_own_work_begins(tmp_path: Path) -> None:
    messages = [item("message", role="user", content=[text(words)]) for words in ("parent's", "parent's too", "own")]
    found = read(tmp_path, *messages, source={"subagent": {}}, subagent_history_start_ordinal="3")
    assert [event.payload["data"] for event in found.of("Observation")] == ["own"]
    assert len(found.of("x:bookkeeping/codex/inherited")) == 2


def test_what_codex_adds_in_the_users_place_is_told_apart(tmp_path: Path) -> None:
    ide = "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts: a.ts\n\n## My request for Codex:\nWhy four?\n"
    shell = "<user_shell_command>\n<command>\nls\n</command>\n<result>\nExit code: 0\n</result>\n</user_shell_command>"
    news = '<subagent_notification>\n{"agent_id": "x", "status": {"completed": "Done"}}\n</subagent_notification>'
    asked = {"type": "message", "role": "user", "content": [text("Look")]}
    found = read(
        tmp_path,
        item("message", role="user", content=[text(ide)]),
        ("event_msg", {"type": "user_message", "message": ide}),
        item("message", role="user", content=[text(shell)]),
        ("event_msg", {"type": "exec_command_end", "call_id": "u", "source": "user_shell", "exit_code": 0}),
        item("message", role="user", content=[text(news)]),
        ("event_msg", {"type": "thread_rolled_back", "num_turns": 1}),
        ("event_msg", {"type": "task_started"}),
        ("history_mutation", {"operation": "append", "items": [asked, {"type": "reasoning", "summary": []}]}),
        item("message", role="user", content=[text("<turn_aborted>\nstopped\n</turn_aborted>")]),
    )
    messages = [
        (event.payload["obs_type"], event.payload["source"], event.payload["data"])
        for event in found.events
        if event.kind == "Observation"
    ]
    assert messages == [
        ("message", "user", "Why four?"),
        ("command", "user", "! ls"),
        ("command-output", "command", "Exit code: 0"),
        ("notice", "agent", "Done"),
        ("message", "user", "Look"),
    ]
    (rollback,), (stop,), (end,) = (found.of(kind) for kind in ("StateTransition", "Error", "x:end"))
    assert rollback.payload == {"transition_type": "rollback", "data": {"num_turns": 1}}
    assert (found.of("ToolRequest"), stop.payload["error_type"]) == ([], "interrupted")
    assert end.payload["how"] == "stopped by user"


def test_the_prompts_of_a_subagents_own_file_come_from_an_agent(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        item("message", role="user", content=[text("Reproduce it.")]),
        ("inter_agent_communication_metadata", {"trigger_turn": True}),
        source={"subagent": {"thread_spawn": {"parent_thread_id": "p", "depth": 1}}},
    )
    (task,) = found.of("Observation")
    assert (task.payload["obs_type"], task.payload["source"]) == ("subagent-message", "agent")
    assert found.run.notes[UNKNOWN_ITEMS] == 0


@pytest.mark.parametrize("has_message", [False, True])
def test_the_answer_that_the_end_of_a_turn_states_is_there_once(tmp_path: Path, has_message: bool) -> None:
    said = [("event_msg", {"type": "agent_message", "message": "It is 4."})] if has_message else []
    end = ("event_msg", {"type": "task_complete", "last_agent_message": "It is 4."})
    found = read(tmp_path, item("message", role="user", content=[text("2 + 2?")]), *said, end)
    assert [event.payload["data"] for event in found.of("Decision")] == ["It is 4."]


def test_a_command_of_which_only_the_end_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, ("event_msg", {"type": "exec_command_end", "call_id": "c", "exit_code": 0, "stdout": "a"}))
    assert [event.payload["input"] for event in found.of("ToolRequest")] == [None]


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("Error: command failed\nat 1", "Error: command failed"),
        ([text("Error: no such term")], "Error: no such term"),
        ("failed to open file", "failed to open file"),
        ("Errors found: 0", None),
        ("Process running with session ID 3\nOutput:\nError: of another", None),
        ("Exit code: 0\nOutput:\nError: in a log", None),
        ([text("Script completed\nWall time 0.2 seconds\nOutput:\n"), text("Error: in a log")], None),
    ],
)
def test_the_first_words_tell_of_a_failure_if_there_is_no_status(
    tmp_path: Path, output: Any, error: str | None
) -> None:
    asked = item("function_call", name="exec_command", call_id="c", arguments="{}")
    (answer,) = read(tmp_path, asked, item("function_call_output", call_id="c", output=output)).of("ToolResponse")
    assert (answer.payload["success"], answer.payload["error"]) == (error is None, error)


def ended(output: str, **members: Any) -> tuple[str, dict[str, Any]]:
    return "event_msg", {"type": "exec_command_end", "aggregated_output": output, **members}


def test_the_end_of_a_command_without_an_id_belongs_to_the_open_call(tmp_path: Path) -> None:
    begun = [("event_msg", {"type": "exec_command_begin", "command": [name]}) for name in ("ls", "pwd")]
    asked = item("function_call", name="shell", call_id="c", arguments='{"command": ["make"]}')
    alone = read(tmp_path, ended("/w", exit_code=3))
    two = read(tmp_path, *begun, ended("/w", command=["pwd"]), ended("a", command=["ls"]))
    one = read(tmp_path, asked, ended("no rule", exit_code=2))
    repeated = read(tmp_path, asked, ended("a", exit_code=2), item("function_call_output", call_id="c", output="a"))
    assert [answers_with_inputs(found) for found in (alone, two, one, repeated)] == [
        [("exec_command", None, "/w", "exit 3 · /w")],
        [("exec_command", {"command": ["pwd"]}, "/w", None), ("exec_command", {"command": ["ls"]}, "a", None)],
        [("shell", {"command": ["make"]}, "no rule", "exit 2 · no rule")],
        [("shell", {"command": ["make"]}, "a", None)],
    ]


def test_the_end_of_a_command_without_an_output_of_its_own_is_its_result(tmp_path: Path) -> None:
    asked = item("function_call", name="shell", call_id="c", arguments='{"command": ["make"]}')
    found = read(tmp_path, asked, ended("done", call_id="c", exit_code=0))
    assert answers_with_inputs(found) == [("shell", {"command": ["make"]}, "done", None)]


def answers_with_inputs(found: Read) -> list[tuple[Any, ...]]:
    """Return (tool, input, output, error) of each call with an answer."""
    payloads = [event.payload for event in found.events]
    return [
        (
            one.payload["tool_name"],
            payloads[one.meta["parent"]]["input"],
            *(one.payload[key] for key in ("output", "error")),
        )
        for one in found.of("ToolResponse")
    ]
