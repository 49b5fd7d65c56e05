"""A session of Claude Code in lines, which a test writes one after another."""

from __future__ import annotations

import json
from typing import Any

from tests.helpers.claude_code_lines import assistant, call, result, text, user

LINES = [
    user("u1", None, "find it"),
    assistant("a1", "u1", text("I look."), message_id="m1"),
    assistant("a2", "a1", call("c1", "Bash", command="ls"), message_id="m1"),
    user("u2", "a2", [result("c1", "nothing")]),
    assistant("a3", "u2", text("There is none.")),
]


def raw(lines: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
