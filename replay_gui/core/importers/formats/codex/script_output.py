"""Parse the output of `exec`: a script that calls tools. The output begins with the script's status."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from replay_gui.core.importers.times import seconds

_HEADER = re.compile(
    r"Script (?:(?P<how>completed|failed|terminated)|running with cell ID (?P<cell>\S+))\n"
    r"Wall time:? (?P<wall>[\d.]+) seconds\nOutput:\n"
)
SCRIPT_ERROR = "Script error:\n"
_TEXT = {"type", "text"}


@dataclass(frozen=True, slots=True)
class ScriptOutput:
    """A parsed script output.

    Attributes:
        output: a text if all parts are text, otherwise the remaining parts, such as pictures.
        how: "completed", "failed" or "terminated"; "running" if a later call waits for the script.
        error: the message of a failed script; None if it did not fail. duration: ns.
        cell: the id with which a later call waits for a running script.
    """

    output: Any
    how: str
    error: str | None
    duration: int | None
    cell: str | None


def read_script_output(raw: Any) -> ScriptOutput | None:
    """Parse an output of `exec`; None if it does not begin with a script's status."""
    parts = raw if isinstance(raw, list) else [raw]
    first = parts[0] if parts else None
    text = first.get("text") if isinstance(first, dict) else first
    header = _HEADER.match(text) if isinstance(text, str) else None
    if header is None or not isinstance(text, str):
        return None
    left = text[header.end() :]
    rest = [{**first, "text": left}, *parts[1:]] if isinstance(first, dict) else [left]
    rest = [part for part in rest if part != {"type": "input_text", "text": ""}]
    texts = [part if isinstance(part, str) else part["text"] for part in rest if _is_text(part)]
    how = header["how"] or "running"
    return ScriptOutput(
        output="\n".join(texts) if len(texts) == len(rest) else rest,
        how=how,
        error=_error("\n".join(texts), how),
        duration=seconds(float(header["wall"])) or None,  # 0: at most 0.1 s
        cell=header["cell"],
    )


def _error(text: str, how: str) -> str | None:
    if how not in ("failed", "terminated"):
        return None
    message = text[text.find(SCRIPT_ERROR) + len(SCRIPT_ERROR) :] if SCRIPT_ERROR in text else text
    return message.strip().partition("\n")[0].strip() or f"the script {how}"


def _is_text(part: Any) -> bool:
    return isinstance(part, str) or (isinstance(part, dict) and part.keys() == _TEXT and isinstance(part["text"], str))
