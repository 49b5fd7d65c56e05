"""Parse the texts of Cline and Roo Code: calls in XML, headings of results, the user's words.

Every function takes time linear in the length of its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from replay_gui.core.importers.formats.message_content import content_of
from replay_gui.core.importers.formats.message_events import decoded, first_line
from replay_gui.core.text.closed_tags import without_closed

ENVIRONMENT, ENVIRONMENT_END = "<environment_details>", "</environment_details>"
USER_INPUT = "<user_input"
_TYPED = re.compile(r"<user_input\b[^>]{0,200}>(.*)</user_input>", re.DOTALL)
_NOTICE_END = "</mode_notice>"
_NOTICE = re.compile(f"<mode_notice>(.*?){_NOTICE_END}", re.DOTALL)
_OPENING = re.compile(r"<(thinking|[a-z][a-z0-9]{0,30}(?:_[a-z0-9]{1,30}){1,5})>")
_PARAMETER = re.compile(r"\s*<([a-z][a-z0-9_]{0,40})>")
_AFTER_CALL = re.compile(r"\s*(?:\Z|\[Response interrupted|<thinking>|<[a-z][a-z0-9]{0,30}_[a-z0-9_]{1,99}>)")
_WHOLE_FILES = ("content", "diff", "result")  # parameters that may hold their own closing tag
_HEADING = re.compile(r"\[([a-z]\w{0,60})(?=[ \]])")
_HEADING_END = "] Result:"
_EXITED = re.compile(r"Command exited with code (-?\d{1,9})")
_MAX_HEADING_CHARACTERS = 20_000  # a whole question fits
_MAX_TAGS = 100  # opening tags that are examined in one text, to bound the time for a hostile text


def heading_of(text: str) -> tuple[str, str, str] | None:
    """Split a text that begins with the heading of a result into (the tool, the heading, the rest)."""
    text = text.lstrip()
    match = _HEADING.match(text)
    end = text.find(_HEADING_END, match.end(), _MAX_HEADING_CHARACTERS) if match else -1
    return None if match is None or end < 0 else (match[1], text[: end + 1], text[end + len(_HEADING_END) :])


def user_input_in(text: str) -> tuple[str, list[str]] | None:
    """Return (what the user typed, notices of the program in it); None if the text has another form."""
    match = _TYPED.fullmatch(text)
    if match is None:
        return None
    notices, typed = without_closed(_NOTICE, match[1], _NOTICE_END)
    return typed.strip(), [notice[1] for notice in notices]


def split_environment(text: str) -> tuple[str, str]:
    """Return (the text without the editor's context at its end, the context)."""
    at = text.rfind(ENVIRONMENT) if text.rstrip().endswith(ENVIRONMENT_END) else -1
    return (text, "") if at < 0 else (text[:at], text[at:])


def answers_in(content: Any) -> tuple[Any, str | None, dict[str, Any]]:
    """Return (output, error or None, exit code or success of each part) of one or several results of a tool."""
    answers = content if isinstance(content, list) else []
    if not answers or not all(isinstance(one, dict) and "result" in one and "success" in one for one in answers):
        return content_of(content), None, {}
    wrong = [str(one.get("error") or "failed") for one in answers if one["success"] is not True]
    results = [one["result"] for one in answers]
    texts = all(isinstance(result, str) for result in results)
    output = "\n".join(results) if texts else results
    exited = _EXITED.fullmatch(wrong[0]) if wrong else None
    if exited is not None:
        return output, f"exit {exited[1]}", {"exit_code": int(exited[1])}
    several = {"succeeded": [one["success"] for one in answers]} if wrong and len(answers) > 1 else {}
    return output, first_line(wrong[0]) if wrong else None, several


def words_in(text: str, tags: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the user's text in one of these tags at the end of a text; `around`: the program's text before it."""
    for tag in tags:
        start = text.find(f"<{tag}>")
        if start >= 0 and text.endswith(f"</{tag}>"):
            around = text[:start].strip()
            inner = text[start + len(tag) + 2 : -len(tag) - 3].strip()
            return [{"type": "text", "text": inner, **({"around": around} if around else {})}]
    return []


def parts_in(text: str) -> Iterator[dict[str, Any]]:
    """Yield the parts in a text of the model: text, reasoning in tags, calls in XML."""
    rest_start = at = 0
    for _ in range(_MAX_TAGS):
        if (match := _OPENING.search(text, at)) is None:
            break
        name, begin = match[1], match.end()
        end = _end_of(text, name, begin)
        at = begin
        if end < 0:
            continue
        body = text[begin:end]
        given = _parameters(body) if name != "thinking" else None
        if name != "thinking" and given is None:
            continue
        if before := text[rest_start : match.start()].strip():
            yield {"type": "text", "text": before}
        at = rest_start = end + len(name) + 3
        if given is None:
            yield {"type": "thinking", "thinking": body.strip()}
        else:
            yield {"type": "tool_use", "name": name, "input": given}
    if rest := text[rest_start:].strip():
        yield {"type": "text", "text": rest}


def _end_of(text: str, name: str, begin: int) -> int:
    """Return the index of a call's closing tag, before the end of the text or the next call; -1 if there is none."""
    closing = f"</{name}>"
    if name == "thinking":
        return text.find(closing, begin)
    end = text.find(closing, begin)
    for _ in range(_MAX_TAGS):
        if end < 0 or _AFTER_CALL.match(text, end + len(closing)):
            return end
        end = text.find(closing, end + 1)
    return -1


def _parameters(body: str) -> dict[str, Any] | None:
    """Return the parameters of a call; None if the text has another form."""
    given, at = dict[str, Any](), 0
    while match := _PARAMETER.match(body, at):
        name, closing = match[1], f"</{match[1]}>"
        is_file = name in _WHOLE_FILES
        end = body.rfind(closing, match.end()) if is_file else body.find(closing, match.end())
        if end < 0 or name in given or len(given) == _MAX_TAGS:
            return None
        value = body[match.end() : end]
        given[name] = value.removeprefix("\n").removesuffix("\n") if is_file else value.strip()
        at = end + len(closing)
    if "arguments" in given:  # JSON, for a tool of an MCP server
        given["arguments"] = decoded(given["arguments"])
    return given if not body[at:].strip() else None
