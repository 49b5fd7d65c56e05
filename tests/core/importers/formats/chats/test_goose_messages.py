"""What Goose writes about its messages: who sees them, their tokens and model, errors, results for two readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import Read, read_all

Record = dict[str, Any]
BOTH = {"userVisible": True, "agentVisible": True}
HIDDEN = {"userVisible": False, "agentVisible": True}


def message(role: str, *parts: Record, **about: Any) -> Record:
    return {"role": role, "created": 1_786_854_320, "content": [*parts], "metadata": {**BOTH, **about}}


def text(words: str) -> Record:
    return {"type": "text", "text": words}


def session(tmp_path: Path, *messages: Record, **about: Any) -> Read:
    path = tmp_path / "session.json"
    path.write_text(json.dumps({"id": "s", "working_dir": "/w", "conversation": [*messages], **about}))
    (run,) = read_all(path, "goose")
    return run


def test_messages_that_only_the_model_sees_are_no_prompts(tmp_path: Path) -> None:
    run = session(
        tmp_path,
        message("user", text("Fix it")),
        message("user", text("<turn-context>cwd</turn-context>"), **HIDDEN, turnContext=True),
        message("assistant", text("Fixed."), agentVisible=False),
        message("user", text("A summary"), **HIDDEN),
        message("assistant", text("Your context was compacted"), **HIDDEN),
        message("assistant", text("More.")),
    )
    assert [event.payload["data"] for event in run.of("Observation")] == ["Fix it"]
    assert run.decisions() == [(None, "Fixed."), (None, "More.")]
    assert [event.payload["data"] for event in run.of("x:bookkeeping/goose/context")] == [
        {"role": "user", "content": "<turn-context>cwd</turn-context>", "turnContext": True},
        {"role": "user", "content": "A summary"},
        {"role": "assistant", "content": "Your context was compacted"},
    ]
    assert [event.payload.get("fields") for event in run.of("Decision")] == [
        {"metadata": {"agentVisible": False}},
        None,
    ]


def test_the_tokens_and_the_model_of_each_answer(tmp_path: Path) -> None:
    model = {"provider": "anthropic", "requestedModel": "sonnet", "resolvedModel": "sonnet-1"}
    used = {"inputTokens": 1200, "outputTokens": 85, "cacheReadTokens": 900, "cost": 0.5, "elapsedMs": 2310}
    call = {
        "type": "toolRequest",
        "id": "c",
        "toolCall": {"status": "success", "value": {"name": "ls", "arguments": {}}},
    }
    whole = {"accumulated_input_tokens": 1500, "accumulated_output_tokens": 100, "accumulated_cost": 0.75}
    run = session(
        tmp_path,
        message("user", text("Fix it")),
        message("assistant", text("I look."), call, usage=used, inference=model),
        message("assistant", text("Done."), usage={"inputTokens": 100, "outputTokens": 10}, inference=model),
        **whole,
    )
    assert [event.meta.get("tokens") for event in run.of("Decision")] == [
        {"input": 1200, "cached": 900, "output": 85},
        {"input": 100, "output": 10},
    ]
    assert {event.meta.get("model") for event in run.of("Decision")} == {"sonnet-1"}
    tokens: dict[str, int] = {}
    for event in run.events:
        for sort, count in (event.meta.get("tokens") or {}).items():
            tokens[sort] = tokens.get(sort, 0) + count
    assert tokens == {"input": 1500, "cached": 900, "output": 100}  # the rest belongs to no message, as a summary's
    assert sum(event.meta.get("cost") or 0 for event in run.events) == 0.75


@pytest.mark.parametrize("is_last", [True, False])
def test_an_error_among_the_parts(tmp_path: Path, is_last: bool) -> None:
    wrong = {"type": "error", "kind": "contextLengthExceeded", "message": "too long"}
    more = [] if is_last else [message("user", text("Again")), message("assistant", text("Done."))]
    run = session(tmp_path, message("user", text("Fix it")), message("assistant", wrong), *more)
    (error,) = run.of("Error")
    assert (error.payload["error_type"], error.payload["message"]) == ("contextLengthExceeded", "too long")
    ends = [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")]
    assert ends == ([("crash", "too long")] if is_last else [])


def test_notifications_of_the_program(tmp_path: Path) -> None:
    told = {"type": "systemNotification", "notificationType": "inlineMessage", "msg": "Compacting"}
    empty = {**told, "notificationType": "creditsExhausted", "msg": "Add credits."}
    run = session(tmp_path, message("user", text("Fix it")), message("assistant", told), message("assistant", empty))
    (note,) = run.of("x:bookkeeping/goose/systemNotification")
    assert note.payload["data"] == {"notificationType": "inlineMessage", "msg": "Compacting"}
    assert [event.payload["message"] for event in run.of("Error")] == ["Add credits."]
    assert run.events[-1].payload == {"how": "crash", "why": "Add credits."}
    assert not run.run.notes.sentences()


def test_a_result_for_two_readers_is_told_once(tmp_path: Path) -> None:
    def content(raw: str, pretty: str) -> list[Record]:
        parts = (("assistant", raw), ("user", pretty))
        return [{**text(words), "annotations": {"audience": [who]}} for who, words in parts]

    call = {"status": "success", "value": {"name": "shell", "arguments": {}}}
    results: list[Any] = [content("a.txt", "a.txt"), {"content": content("a.txt", "**a.txt**"), "isError": False}]
    run = session(
        tmp_path,
        message("assistant", *({"type": "toolRequest", "id": str(one), "toolCall": call} for one in range(2))),
        message(
            "user",
            *(
                {"type": "toolResponse", "id": str(number), "toolResult": {"status": "success", "value": result}}
                for number, result in enumerate(results)
            ),
        ),
    )
    assert [event.payload["output"] for event in run.of("ToolResponse")] == ["a.txt", "a.txt"]
    assert [event.payload.get("fields") for event in run.of("ToolResponse")] == [None, {"for_user": "**a.txt**"}]
