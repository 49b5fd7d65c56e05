"""Values in a few words, with their content, like the previews in a browser's console. The cost is bounded."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias

from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

MAX_CHARACTERS = 400  # of a text that are examined
_MAX_END_CHARACTERS = 2000  # at the end of a text, that are examined
_MAX_VALUE_CHARACTERS = 80  # of one value among several
_MAX_MEMBERS = 5  # members of a map that are shown
_MAX_PARTS = 50  # parts of a message that are shown
_MAX_ITEMS = 5  # items of a list that are shown
_MAX_PARSED_CHARACTERS = 4096  # a longer text is not parsed as JSON
_MAX_RECORD_MEMBERS = 50  # members of the first of several maps that are examined
_MAX_DEPTH = 2  # levels of nested values that are shown with their content

# The first of these members that a map has is shown without its name.
_TEXT_MEMBERS = (
    "text",
    "content",
    "message",
    "summary",
    "answer",
    "error",
    "stdout",
    "title",
    "result",
    "mistake_reason",
    "raw",
)
_EMPTY: tuple[Any, ...] = (None, "", {}, [])
_FIRST_MEMBERS = ("name", "url")  # the first of these that a map has is shown without its name, before the others
_MEDIA = {  # types of parts of a message without text, and their nouns
    **dict.fromkeys(("image", "image_url", "input_image", "output_image"), translatable("picture")),
    **dict.fromkeys(("document", "file", "input_file"), translatable("document")),
    **dict.fromkeys(("audio", "input_audio"), translatable("sound")),
}
_DATA = ("source", "image_url", "file", "input_audio", "data", "url", "file_data", "image")  # members with the content
_MEDIA_TYPES = ("mimeType", "mime_type", "mime", "media_type")
_SORTS = {"image": translatable("picture"), "audio": translatable("sound"), "video": translatable("video")}
# The first of these members that holds a text, or messages, is what an agent is asked.
_PROMPT_MEMBERS = (
    *("prompt", "question", "query", "task", "instruction", "description", "user_input", "user_message", "message"),
    *("messages", "contents", "input"),
)
_FENCE = re.compile(r"```\w*\n(.*?)(?:\n```\s*)?\Z", re.DOTALL)  # a text that is one block of code in Markdown
_TERMINAL_CODE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x08")

Members: TypeAlias = Mapping[str, Any]


def plain_start(text: str) -> str:
    """Return the beginning of a text without the codes that colour it or move a cursor on a terminal."""
    return _TERMINAL_CODE.sub("", text[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]


def plain_end(text: str) -> str:
    """Return the end of a text without the codes that colour it or move a cursor on a terminal."""
    return _TERMINAL_CODE.sub("", text[-_MAX_END_CHARACTERS:])


def preview(value: Any) -> str:
    """Return a value in a few words; control characters are not yet escaped."""
    match value:
        case None | "" | b"":
            return tr("(empty)")
        case str():
            return _text_preview(value)
        case Mapping():
            return _map_preview(value)
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return _list_preview(value)
    return member_text(value)


def prompt_preview(value: Any) -> str:
    """Return what an agent is asked in a few words: the text of the member that holds it, or else a preview."""
    return _prompt_in(value) or preview(value)


def _prompt_in(value: Any, depth: int = 0) -> str:
    """Return the text of the first member that holds a prompt, as it is or inside another one; "" if there is none."""
    if not isinstance(value, Mapping) or depth > _MAX_DEPTH:
        return ""
    for name in _PROMPT_MEMBERS:
        if text := text_of(value.get(name)) or _prompt_in(value.get(name), depth + 1):
            return plain_start(text)
    return ""


def members_preview(value: Members) -> str:
    """Return the first members of a map with their names."""
    if not value:
        return tr("(no members)")
    members = [*islice(((name, member) for name, member in value.items() if name != "ops"), _MAX_RECORD_MEMBERS)]
    members.sort(
        key=lambda pair: isinstance(pair[1], Mapping) and pair[1] != {}
    )  # maps say less in a line than texts and numbers
    parts = [_member(name, member) for name, member in members[:_MAX_MEMBERS]]
    return ", ".join(parts) + (", …" if len(value) > _MAX_MEMBERS else "")


def member_text(value: Any, depth: int = 0) -> str:
    """Return a value as one of several members."""
    match value:
        case "":
            return '""'
        case str():
            text = plain_start(value)
            return text[:_MAX_VALUE_CHARACTERS] + ("…" if len(value) > _MAX_VALUE_CHARACTERS else "")
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return (
                str(value)
                if value.bit_length() <= 64
                else tr("a number of {bits} bits", bits=whole_number(value.bit_length()))
            )
        case float():
            return f"{value:g}"
        case bytes() | bytearray() | memoryview():
            return trn("{n} byte", "{n} bytes", len(value))
        case Mapping():
            if not value or depth >= _MAX_DEPTH:
                return "{…}" if value else "{}"
            parts = [_member(name, member, depth + 1) for name, member in islice(value.items(), _MAX_MEMBERS)]
            return "{" + ", ".join(parts) + (", …" if len(value) > _MAX_MEMBERS else "") + "}"
        case Sequence():
            if not value or depth >= _MAX_DEPTH:
                return f"({whole_number(len(value))}) […]" if value else "[]"
            shown = ", ".join(member_text(item, depth + 1) for item in islice(value, _MAX_ITEMS))
            count = f"({whole_number(len(value))}) " if len(value) > 2 else ""
            return f"{count}[{shown}{', …' if len(value) > _MAX_ITEMS else ''}]"
    return type(value).__name__


def _member(name: object, value: Any, depth: int = 0) -> str:
    """Return ``name: value``; for a list of named maps their names, for other maps and lists ``3 rows […]``."""
    if isinstance(value, list) and value and (names := _names_in(value)):
        return f"{str(name)[:_MAX_VALUE_CHARACTERS]}: {names}"
    if isinstance(value, list) and value and isinstance(name, str) and name.endswith("s") and _holds_containers(value):
        shown = name[:_MAX_VALUE_CHARACTERS]
        one = f"{shown[:-3]}y" if shown.endswith("ies") else shown[:-1]
        noun = one if len(value) == 1 else shown
        count = whole_number(len(value))
        return f"{count} {noun} {member_text(value, depth).removeprefix(f'({count}) ')}"
    return f"{str(name)[:_MAX_VALUE_CHARACTERS]}: {member_text(value, depth)}"


def _names_in(value: list[Any]) -> str:
    """Return the names of maps, such as options or files; "" unless all that are shown have one."""
    first = value[:_MAX_ITEMS]
    names = [item.get("name") if isinstance(item, Mapping) else None for item in first]
    if not all(isinstance(name, str) and name for name in names):
        return ""
    count = f"({whole_number(len(value))}) " if len(value) > _MAX_ITEMS else ""
    return f"{count}{', '.join(map(member_text, names))}{', …' if len(value) > _MAX_ITEMS else ''}"


def _holds_containers(value: list[Any]) -> bool:
    return isinstance(value[0], Mapping | list)


def _text_preview(value: str) -> str:
    if value.startswith("```") and len(value) <= _MAX_PARSED_CHARACTERS and (block := _FENCE.match(value)):
        value = block[1]
    start = plain_start(value).lstrip()
    if start[:1] in ("{", "[") and len(value) <= _MAX_PARSED_CHARACTERS:
        try:
            return preview(json.loads(value))
        except (ValueError, RecursionError):
            return _literal_preview(value, start)
    return start


def _literal_preview(text: str, start: str) -> str:
    """Return a preview of a Python dict or list in a text, as LangChain writes it; `start` if it is not one."""
    try:
        value = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return start
    return preview(value) if isinstance(value, dict | list) else start


def _map_preview(value: Members) -> str:
    if is_class_object(value):
        return preview(value["value"])
    if parts_of(value) and (text := text_of([value])):
        return plain_start(text)
    for name in _TEXT_MEMBERS:
        if text := text_of(value.get(name)):
            return _text_preview(text)
    if text := _calls_of(value) or _arguments_text(value):
        return text
    if len(value) == 1:
        (name, only), *_ = value.items()
        if isinstance(only, Mapping) and only:
            return _map_preview(only)
        if text := text_of(only):
            return _text_preview(text)
        if text := todos_text(only):
            return f"{member_text(name)}: {text}"
        return _member(name, only)
    for first in _FIRST_MEMBERS:
        if isinstance(value.get(first), str) and value[first]:
            rest = {member: value[member] for member in islice(value, _MAX_MEMBERS + 1) if member != first}
            return f"{member_text(value[first])}, {members_preview(rest)}"
    return members_preview(value)


def todos_text(value: Any) -> str:
    """Return how much of a list of things to do is done, and which is under way; "" for any other value."""
    todos = value[:_MAX_PARTS] if isinstance(value, list) else []
    if not todos or not all(isinstance(todo, Mapping) and "status" in todo for todo in todos):
        return ""
    named = next((name for name in ("content", "step") if all(name in todo for todo in todos)), None)
    if named is None:
        return ""
    done = sum(todo["status"] == "completed" for todo in todos)
    under_way = next((todo[named] for todo in todos if todo["status"] == "in_progress"), None)
    text = tr("{count} in all", count=whole_number(len(value)))
    if len(todos) == len(value):
        text = tr("{done} of {count} done", done=whole_number(done), count=whole_number(len(value)))
    is_named = isinstance(under_way, str) and under_way
    return tr("{progress}, now: {task}", progress=text, task=member_text(under_way)) if is_named else text


def _arguments_text(value: Members) -> str:
    """Return the arguments of a function of Python, recorded as ``{"args": […], "kwargs": {…}}``; "" if it is not."""
    given, named = value.get("args"), value.get("kwargs")
    if len(value) != 2 or not isinstance(given, list) or not isinstance(named, Mapping):
        return ""
    words = [member_text(one) for one in given[:_MAX_ITEMS]] + (["…"] if len(given) > _MAX_ITEMS else [])
    words += [members_preview(named)] if named else []
    return ", ".join(words) or tr("(no arguments)")


def text_of(value: Any) -> str:
    """Return the text of a text, a list of parts of a message, or a list of messages; "" if there is none.

    Of several messages the last one counts: what led to an answer, or the answer.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and isinstance(texts_of := value.get("parts"), list):  # a message of ChatGPT
        found = [part for part in texts_of[:_MAX_PARTS] if isinstance(part, str) and part]
        if found:
            return "\n".join(found)
    if parts := parts_of(value):
        texts = (_text_of_part(part) for part in parts if not part.get("thought"))
        return "\n".join(text for text in texts if isinstance(text, str) and text)
    if not isinstance(value, Sequence) or not value or isinstance(value, bytes | bytearray | memoryview):
        return ""
    first, last = _unwrapped(value[0]), _unwrapped(value[-1])
    chosen = last if _is_message(first) and _is_message(last) else first
    if not isinstance(chosen, Mapping):
        return ""
    own_name = chosen.get("type") if isinstance(chosen.get("type"), str) else None  # {"type": "logs", "logs": "…"}
    named = None if own_name in _MEDIA else chosen.get(own_name)
    text = chosen.get("text", chosen.get("content", named))
    if isinstance(text, list) and text and isinstance(text[0], Mapping):
        text = text[0].get("text")
    if isinstance(text, str) and text:
        return text
    held = chosen.get("content") if _is_message(chosen) else None
    return _calls_of(chosen) or (member_text(held) if isinstance(held, list) and held else "")


_TEXT_OF_PARTS = {"tool_call_response": "response"}


def _text_of_part(part: Members) -> Any:
    """Return the text, or the tool's name or result, in a part of Gemini's or of the GenAI conventions."""
    if part.get("type") == "tool_call" and isinstance(part.get("name"), str):
        return tr("calls {tools}", tools=member_text(part["name"]))
    return part.get("text", part.get(_TEXT_OF_PARTS.get(str(part.get("type")), "content")))


def _calls_of(message: Members) -> str:
    """Return which tools a message without a text calls; "" if it calls none."""
    calls = message.get("tool_calls") if _is_message(message) else None
    if not isinstance(calls, list) or not all(isinstance(call, Mapping) for call in calls[:_MAX_MEMBERS]):
        return ""
    functions = [call.get("function", call) for call in calls[:_MAX_MEMBERS]]
    names = [one.get("name") if isinstance(one, Mapping) else one for one in functions]
    return tr("calls {tools}", tools=", ".join(map(member_text, names))) if names and all(names) else ""


def parts_of(value: Any) -> list[Members]:
    """Return the parts of a message of Gemini, or of the last of several; [] if it has another form."""
    if isinstance(value, list) and value and isinstance(value[-1], Mapping):
        value = value[-1]
    for _ in range(2):  # {"content": {"parts": …}}, or the inner map alone
        if not isinstance(value, Mapping):
            return []
        parts = value.get("parts")
        if isinstance(parts, list) and parts and all(isinstance(part, Mapping) for part in parts[:_MAX_MEMBERS]):
            return [part for part in parts[:_MAX_PARTS] if isinstance(part, Mapping)]
        value = value.get("content")
    return []


def _unwrapped(value: Any) -> Any:
    """Return a message of LangChain without the map that names its class; any other value unchanged."""
    if is_class_object(value):
        return value["value"]
    inner = value.get("kwargs" if "lc" in value else "data") if isinstance(value, Mapping) else None
    return inner if _is_message(inner) else value


def is_class_object(value: Any) -> bool:
    """Return whether a value is an object of a Python class, as LangGraph stores it, with the class's whole name."""
    return (
        isinstance(value, Mapping)
        and value.keys() == {"class", "value"}
        and isinstance(value["class"], str)
        and "." in value["class"]
    )


def _is_message(value: Any) -> bool:
    return isinstance(value, Mapping) and "content" in value


def _list_preview(value: Sequence[Any]) -> str:
    if not value:
        return tr("(no items)")
    if all(item in _EMPTY for item in islice(value, _MAX_PARTS)):
        if len(value) > _MAX_PARTS:
            count = whole_number(len(value))
            return tr("({count} items, the first {empty} are empty)", count=count, empty=_MAX_PARTS)
        return trn("({n} empty item)", "({n} empty items)", len(value))
    parts = [part for part in islice(value, _MAX_PARTS) if isinstance(part, str | Mapping)]
    media = [text for part in parts if isinstance(part, Mapping) and (text := _media_text(part))]
    if media:
        texts = [part if isinstance(part, str) else text_of([part]) for part in parts]
        joined_text = plain_start(" ".join(text for text in texts if text))
        shown = media[0]
        if len(media) > 1:
            shown = trn("{medium} and {n} more", "{medium} and {n} more", len(media) - 1, medium=shown)
        return f"{joined_text} {shown}".strip()
    if text := text_of(value):
        return plain_start(text)
    return _records_preview(value) or member_text(value)


def _records_preview(value: Sequence[Any]) -> str:
    """Return the first map of several, or of several lists of maps, and how many more there are; "" in another form."""
    first = value[0]
    if len(value) > 1 and isinstance(first, list) and first:
        first = first[0]
    if len(value) < 2 or not isinstance(first, Mapping):
        return ""
    told = {name: member for name, member in islice(first.items(), _MAX_RECORD_MEMBERS) if _is_told(member)}
    return and_more(_map_preview(told), len(value) - 1) if told else ""


def and_more(words: str, more: int) -> str:
    """Return ``words (and 3 more)``; the words alone if there are no more."""
    return trn("{first} (and {n} more)", "{first} (and {n} more)", more, first=words) if more else words


def _is_told(member: Any) -> bool:
    return member not in (None, "") and not isinstance(member, Mapping | list)


def _media_text(part: Members) -> str:
    """Return "(picture, 12 KB)" for a part with a picture; "" for any other."""
    kind = part.get("type")
    what = _MEDIA.get(kind) if isinstance(kind, str) else None
    if what is None:
        return ""
    sort = next((part[name] for name in _MEDIA_TYPES if isinstance(part.get(name), str)), "")
    what = _SORTS.get(sort.partition("/")[0], _MEDIA["document"]) if "/" in sort else what
    held: Any = part
    for _ in range(2):
        if isinstance(held, Mapping):
            held = next((held[name] for name in _DATA if held.get(name)), None)
    is_data = isinstance(held, str) and not held.startswith("blob:")
    is_data = is_data and (held.startswith("data:") or "://" not in held[:_MAX_VALUE_CHARACTERS])
    if held and is_data:
        size = whole_number(max(1, round(len(held) * 3 / 4 / 1024)))
        return tr("({medium}, {size} KB)", medium=tr(what), size=size)
    return tr("({medium})", medium=tr(what))
