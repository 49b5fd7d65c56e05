"""How a run ended, where its source says so; nothing where it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.foreign import read_all
from tests.helpers.paths import DATA

Record = dict[str, Any]


def ends(folder: Path, format: str, records: Any) -> list[tuple[str, str | None]]:
    """(how, why) of each end in the run that these records make; a list is JSON Lines."""
    path = folder / "run.json"
    path.write_text("\n".join(map(json.dumps, records)) if isinstance(records, list) else json.dumps(records))
    (run,) = read_all(path, format)
    return [(event.payload["how"], event.payload["why"]) for event in run.of("x:end")]


def pi(**answer: Any) -> list[Record]:
    content = [{"type": "text", "text": "Yes."}]
    return [
        {"type": "session", "cwd": "/w", "timestamp": "2026-05-04T10:00:00Z"},
        {"type": "message", "message": {"role": "assistant", "content": content, **answer}},
    ]


def burr(exception: str | None) -> list[Record]:
    step = {"action": "count", "sequence_id": 0}
    return [
        {"type": "begin_entry", "inputs": {}, **step},
        {"type": "end_entry", "result": {}, "state": {"n": 1}, "exception": exception, **step},
    ]


def vscode(**request: Any) -> Record:
    return {
        "responderUsername": "c",
        "requests": [{"message": {"text": "Go"}, "response": [{"value": "On"}], **request}],
    }


def copilot(*more: tuple[str, Record]) -> list[Record]:
    records: list[tuple[str, Record]] = [("session.start", {}), ("user.message", {"content": "Go"}), *more]
    return [{"type": type, "data": data, "parentId": None} for type, data in records]


def opencode(**answer: Any) -> Record:
    messages = [{"role": "user"}, {"id": "m", "role": "assistant", **answer}]
    return {"info": {}, "messages": [{"info": info, "parts": [{"type": "text", "text": "t"}]} for info in messages]}


def pydantic_ai(part: Record, **response: Any) -> list[Record]:
    return [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "Go"}]},
        {"kind": "response", "parts": [{"part_kind": "text", "content": "On"}], **response},
        *([{"kind": "request", "parts": [part]}] if part else []),
    ]


def openclaw(*more: Record) -> list[Record]:
    lines: list[Record] = [{"type": "message.in", "content": "Hi"}, {"type": "agent.start"}, *more]
    return [{"seq": number, "ts": number, **line} for number, line in enumerate(lines)]


def langsmith(**root: Any) -> list[Record]:
    found = [json.loads(line) for line in (DATA / "seeds" / "langsmith" / "0.jsonl").read_text().splitlines()]
    return [{**found[0], **root}, *found[1:]]


SAID: tuple[str, Record] = ("assistant.message", {"content": "Done."})
CALLED: tuple[str, Record] = ("assistant.message", {"content": "", "toolRequests": [{"toolCallId": "c", "name": "ls"}]})
TURN: tuple[str, Record] = ("assistant.turn_end", {})
CASES: list[tuple[str, Any, tuple[str, str | None] | None]] = [
    ("pi", pi(stopReason="stop"), ("answered", None)),
    ("pi", pi(stopReason="length"), ("limit", None)),
    ("pi", pi(stopReason="aborted", errorMessage="Request was aborted."), ("stopped by user", "Request was aborted.")),
    ("pi", pi(stopReason="error", errorMessage="429\nslow down"), ("crash", "429")),
    ("pi", pi(stopReason="toolUse"), None),
    ("pi", [*pi(stopReason="stop"), {"type": "message", "message": {"role": "user", "content": "More"}}], None),
    ("burr", burr("Traceback\n  line\nValueError: no"), ("crash", "ValueError: no")),
    ("burr", burr(None), None),
    ("burr", [*burr("ValueError: no"), *burr(None)], None),
    ("copilot-vscode", vscode(result={"timings": {}}), ("answered", None)),
    ("copilot-vscode", vscode(result={"errorDetails": {"message": "No quota"}}), ("crash", "No quota")),
    ("copilot-vscode", vscode(result={}, isCanceled=True), ("stopped by user", None)),
    ("copilot-vscode", vscode(result={"metadata": {"maxToolCallsExceeded": True}}), ("limit", "maxToolCallsExceeded")),
    ("copilot-vscode", vscode(), None),
    ("copilot-cli", copilot(SAID, TURN), ("answered", None)),
    ("copilot-cli", copilot(SAID, TURN, ("session.shutdown", {"shutdownType": "routine"})), ("answered", None)),
    ("copilot-cli", copilot(CALLED, TURN), None),
    ("copilot-cli", copilot(SAID, TURN, ("user.message", {"content": "More"})), None),
    ("copilot-cli", copilot(CALLED, ("abort", {"reason": "user initiated"})), ("stopped by user", "user initiated")),
    ("copilot-cli", copilot(("session.error", {"message": "out of quota"})), ("crash", "out of quota")),
    ("copilot-cli", copilot(("session.shutdown", {"shutdownType": "error", "errorReason": "x"})), ("crash", "x")),
    ("opencode", opencode(finish="stop"), ("answered", None)),
    ("opencode", opencode(finish="length"), ("limit", None)),
    ("opencode", opencode(finish="tool-calls"), None),
    ("opencode", opencode(error={"name": "MessageAbortedError"}), ("stopped by user", None)),
    ("opencode", opencode(error={"name": "APIError", "data": {"message": "busy"}}), ("crash", "busy")),
    ("pydantic-ai", pydantic_ai({}, finish_reason="stop"), ("answered", None)),
    ("pydantic-ai", pydantic_ai({}, finish_reason="length"), ("limit", None)),
    ("pydantic-ai", pydantic_ai({"part_kind": "user-prompt", "content": "More"}, finish_reason="stop"), None),
    (
        "pydantic-ai",
        pydantic_ai({"part_kind": "tool-return", "content": "Final result processed."}, finish_reason="tool_call"),
        ("answered", None),
    ),
    ("openclaw", openclaw({"type": "agent.end", "success": True}), ("answered", None)),
    ("openclaw", openclaw({"type": "agent.end", "success": False, "error": "busy"}), ("crash", "busy")),
    ("openclaw", openclaw(), None),
    ("langsmith", langsmith(status="success"), ("answered", None)),
    ("langsmith", langsmith(status="error", error="busy"), ("crash", "busy")),
    ("langsmith", langsmith(status="pending"), None),
]


@pytest.mark.parametrize(("format", "records", "end"), CASES, ids=[f"{case[0]}-{case[2]}" for case in CASES])
def test_how_the_run_ended(tmp_path: Path, format: str, records: Any, end: tuple[str, str | None] | None) -> None:
    assert ends(tmp_path, format, records) == ([] if end is None else [end])
