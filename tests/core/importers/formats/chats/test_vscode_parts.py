"""Parts of VS Code's answers: messages with links to files, edits between fences, outputs of terminals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.importers.formats.chats.vscode_parts import (
    input_of_message,
    is_fence,
    printed_in,
    with_plain_links,
)
from tests.helpers.foreign import Read, read_all


def read(folder: Path, *parts: dict[str, Any]) -> Read:
    request = {"message": {"text": "Fix it"}, "response": list(parts), "timestamp": 1782655793379}
    path = folder / "chat.json"
    path.write_text(json.dumps({"responderUsername": "GitHub Copilot", "requests": [request]}))
    (found,) = read_all(path, "copilot-vscode")
    return found


def tool(name: str, **members: Any) -> dict[str, Any]:
    return {"kind": "toolInvocationSerialized", "toolId": name, "toolCallId": name, "isComplete": True, **members}


def test_a_call_of_which_only_a_message_is_recorded_has_the_path_of_its_file(tmp_path: Path) -> None:
    uri = "file:///c%3A/my%20app/main.py#3"
    began = {"value": f"Reading []({uri})", "supportHtml": False, "uris": {uri: {"path": "/c:/my app/main.py"}}}
    found = read(tmp_path, tool("readFile", invocationMessage=began, pastTenseMessage={"value": f"Read []({uri})"}))
    (call,), (answer,) = found.of("ToolRequest"), found.of("ToolResponse")
    assert call.payload["input"] == {"path": "/c:/my app/main.py", "description": "Reading /c:/my app/main.py"}
    assert call.payload["fields"]["invocationMessage"]["uris"] == {uri: {"path": "/c:/my app/main.py"}}
    assert answer.payload["output"] == "Read /c:/my app/main.py"


@pytest.mark.parametrize(
    ("message", "given"),
    [
        ("Searching", "Searching"),
        ({"value": "Searched for `x`"}, "Searched for `x`"),
        ({"value": "From [a](file:///w/a.py) to [](file:///w/b.py)"}, "From a to /w/b.py"),
        ({"value": "See [docs](https://docs.example)"}, "See [docs](https://docs.example)"),
        (None, None),
    ],
)
def test_other_messages_are_texts(message: Any, given: Any) -> None:
    assert input_of_message(message)[0] == given


def test_edits_between_fences_are_patches(tmp_path: Path) -> None:
    edits = [[{"text": "x = 1", "range": {"startLineNumber": 3}}], []]
    group = {"kind": "textEditGroup", "uri": {"path": "/w/a.py"}, "edits": edits}
    found = read(
        tmp_path, {"value": "I edit."}, {"kind": "undoStop"}, {"value": "\n```\n"}, {**group, "done": True}, group
    )
    assert found.decisions() == [(None, "I edit.")]
    assert [event.payload["data"] for event in found.of("x:bookkeeping/copilot-vscode/fence")] == ["\n```\n"]
    proposals, (applied,) = found.of("PatchProposal"), found.of("PatchApplied")
    assert [(event.payload["target"], event.payload["patch"]) for event in proposals] == [("/w/a.py", edits)] * 2
    assert applied.payload["patch_hash"] == proposals[0].payload["patch_hash"]


def test_a_command_printed_what_its_result_says(tmp_path: Path) -> None:
    state = {"exitCode": 1}
    raw = "\x1b[92m_LOAD\x1b[0m = 1\r\nno module"
    terminal = {
        "kind": "terminal",
        "commandLine": {"original": "$env:X_LOAD = 1; pytest"},
        "terminalCommandState": state,
    }
    details = {"isError": True, "output": [{"type": "embed", "isText": True, "value": "no module"}]}
    part = tool("run", toolSpecificData={**terminal, "terminalCommandOutput": {"text": raw}}, resultDetails=details)
    (answer,) = read(tmp_path, part).of("ToolResponse")
    assert (answer.payload["output"], answer.payload["error"]) == ("no module", "exit 1")
    assert answer.payload["fields"] == {"terminalCommandOutput": raw}


def test_the_details_may_have_another_form() -> None:
    text = {"isText": True, "value": "a"}
    assert printed_in({"output": [text, {**text, "value": "b"}]}) == "a\nb"
    assert [printed_in(one) for one in (None, {}, {"output": [text, {"isText": False, "value": "c"}]})] == [None] * 3
    assert [is_fence(one) for one in ("\n```\n", " ", "```py", "`x`")] == [True, True, False, False]
    assert with_plain_links(3) == 3
