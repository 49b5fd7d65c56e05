"""Phrases for calls, values and events in sentences. All text from a log becomes one visible line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from replay_gui.core.effects.answers import answer_text, begins_as_error
from replay_gui.core.effects.call_values import input_leaves, is_name, is_rare_value
from replay_gui.core.effects.classifier import code_of
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import effect_of_name, name_words, runs_code, verb_of_name
from replay_gui.core.log.positions import EventIndex, position_after
from replay_gui.core.state.state import ABSENT
from replay_gui.core.text.call_text import path_text
from replay_gui.core.text.json_pointer import pointer_text, unescape_token
from replay_gui.core.text.plain_text import one_line, without_color_codes
from replay_gui.core.text.quotation_marks import in_quotation_marks
from replay_gui.core.translation.messages import SOURCE_LANGUAGE, language, tr
from replay_gui.core.translation.numbers import whole_number

_MAX_CALL, _MAX_VALUE, _MAX_NAME = 90, 40, 60  # characters
_MAX_ARGUMENTS = 2  # arguments of a call that a sentence names
_CHANGE_OF_FOLDER = re.compile(r"""\s*cd\s+(?:"[^"\n]*"|'[^'\n]*'|[^\s"';&|]+)\s*(?:;|&&)\s*(?=\S)""")
_CHARACTERS_BEFORE_DIFFERENCE = 12  # characters before a difference
_TEXT_MEMBERS = ("error", "message", "output", "stderr", "stdout", "content", "text")
_CONTENT_MEMBERS = frozenset({"content", "contents", "text", "data", "body", "message"})
_EXITED = re.compile(r"(?:command failed with )?exit (?:(?:code|status):? )?(-?\d{1,9})\.?(?:\n|\Z)", re.IGNORECASE)
"""An error that is the exit code of a command, with or without what it printed."""
_REASON = re.compile(
    r"(?:[\w.]{0,80}(?:Error|Exception)\b|(?:error|fatal|failed)\b"
    r"|\S{1,200}: .{0,200}(?:no such|cannot|can't|not found|denied|not permitted|unrecognized|invalid))",
    re.IGNORECASE,
)
"""A line with the reason why a command failed, as programs print it."""
_MAX_PRINTED_CHARACTERS = 4_000  # at the end of an output, in which the reason is searched
_IRREGULAR = {
    "send": "sent",
    "set": "set",
    "put": "put",
    "write": "wrote",
    "buy": "bought",
    "pay": "paid",
    "make": "made",
    "do": "did",
    "begin": "began",
    "give": "gave",
    "take": "took",
    "withdraw": "withdrew",
    "reset": "reset",
    "rollback": "rolled back",
    "sell": "sold",
    "undo": "undid",
    "freeze": "froze",
    "unfreeze": "unfroze",
}
_NEVER_IN_SENTENCES = frozenset({"rm", "mv", "cp", "mkdir", "final", "done"})  # programs, and words without a past
_DOUBLED = frozenset(
    {"stop", "drag", "submit", "transfer", "commit", "cancel", "drop", "ship", "swap", "tag", "ban", "unban"}
)
_MAX_PATH, _PARTS_SHOWN = 60, 3  # characters of a path that is shown whole; parts of a longer one


def event_words(index: EventIndex) -> str:
    """Return ``event 20``, with the number that the window shows."""
    return tr("event {number}", number=whole_number(position_after(index)))


def against_words(index: EventIndex, other: EventIndex) -> str:
    """Return ``event 20 against event 19``, for events of two runs."""
    return tr("{event} against {other_event}", event=event_words(index), other_event=event_words(other))


def event_of_words(index: EventIndex, run: str) -> str:
    """Return ``event 20 of trial 1``."""
    return tr("{event} of {run}", event=event_words(index), run=run)


def listed(names: Sequence[str]) -> str:
    """Return ``a.py``, ``a.py and b.py``, or ``a.py, b.py and c.py``; "" for no names."""
    if len(names) < 2:
        return "".join(names)
    return tr("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])


def with_note(words: str, note: str) -> str:
    """Return words with a note in brackets, joined to brackets at their end: ``crashed (no key; event 9)``."""
    return f"{words[:-1]}; {note})" if words.endswith(")") else f"{words} ({note})"


def quoted(text: str, limit: int = 60) -> str:
    """Return the beginning of a text in quotation marks."""
    return in_quotation_marks(one_line(text, limit))


def answer_words(value: Any, limit: int = 60) -> str:
    """Return the beginning of an answer in quotation marks, to follow "was answered"; for a map its output or error."""
    text = readable_text(value)
    return quoted(text, limit) if text else tr("by an empty answer")


def failure_words(call: ToolCall, limit: int = 60) -> str:
    """Return the error of a failed call in quotation marks, to follow "was answered"."""
    text = failure_text(call)
    return quoted(text, limit) if text else tr("by an empty answer")


def failure_text(call: ToolCall) -> str:
    """Return the error of a failed call: what the command printed, such as a file, is not its reason."""
    text = readable_text(call.answer)
    if begins_as_error(text) or not call.error:
        return text
    error = without_color_codes(call.error).strip()
    exited = _EXITED.match(error)
    if exited is None:
        return error
    printed = error[exited.end() :] or text
    lines = [line.strip() for line in printed[-_MAX_PRINTED_CHARACTERS:].splitlines()]
    reason = next((line for line in reversed(lines) if _REASON.match(line)), "")
    return f"exit {exited[1]} · {reason}" if reason else f"exit {exited[1]}"


def readable_text(value: Any) -> str:
    """Return the text of an answer for people: of a map its output or error, without pictures and codes of colour."""
    text = None
    if isinstance(value, Mapping):
        texts = (text for name in _TEXT_MEMBERS if isinstance(text := value.get(name), str))
        text = next((text for text in texts if text.strip()), None)
    if text is None:
        blocks = value if isinstance(value, list | tuple) else ()
        parts = [part for part in blocks if isinstance(part, Mapping) and isinstance(part.get("text"), str)]
        text = answer_text(parts or value)
    return without_color_codes(text).strip()


def value_words(value: Any) -> str:
    """Return a value for a sentence: a single word unchanged, other text in quotation marks."""
    if value is ABSENT:
        return tr("not set")
    if value == "":
        return tr("empty")
    if isinstance(value, str):
        is_word = " " not in value and value.isprintable() and len(value) <= _MAX_VALUE
        if _has_blanks_around(value) and len(value) <= _MAX_VALUE:
            return one_line(_plain(value), _MAX_VALUE)
        return value if is_word else quoted(value, _MAX_VALUE)
    return one_line(answer_text(value) or "null", _MAX_VALUE)


def differing_words(a: Any, b: Any) -> tuple[str, str]:
    """Return two values for a sentence; long texts are cut around their first difference."""
    if isinstance(a, str) and isinstance(b, str) and max(len(a), len(b)) > _MAX_VALUE:
        return quoted_difference(a, b, _MAX_VALUE)
    words_a, words_b = value_words(a), value_words(b)
    if words_a == words_b:  # 3 and a text with the same digits
        words_a = in_quotation_marks(words_a) if isinstance(a, str) else words_a
        words_b = in_quotation_marks(words_b) if isinstance(b, str) else words_b
    return words_a, words_b


def quoted_difference(a: str, b: str, limit: int) -> tuple[str, str]:
    """Return two texts in quotation marks, at most `limit` characters of each; a difference behind them is shown."""
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = (
        max(0, at - _CHARACTERS_BEFORE_DIFFERENCE)
        if max(len(a), len(b)) > limit and at >= limit - _CHARACTERS_BEFORE_DIFFERENCE
        else 0
    )
    lead = "…" if start else ""
    return quoted(lead + a[start:], limit), quoted(lead + b[start:], limit)


def argument_words(path: str) -> str:
    """Return the name of an argument: ``flights[1].number``."""
    name = unescape_token(path[1:])
    if path.count("/") == 1 and not name.isdigit():
        return one_line(name, _MAX_NAME)  # without the quotation marks, which distinguish it from a path
    return one_line(pointer_text(path), _MAX_NAME) if path else tr("its input")


def input_words(call: ToolCall, limit: int = _MAX_CALL, first: Collection[str] = ()) -> str:
    """Return the input of a call in a few words: its command, or ``amount 150, user_id raj``.

    `first`: JSON Pointers of the arguments whose values come first, without their names, after the files that it
    changes.
    """
    if runs_code(call.tool):
        code = code_of(call.input)[1]
        if code:
            return one_line(_without_cd(code) if len(code) > limit else code, limit)
    leaves = input_leaves(call.input)
    if len(leaves) == 1:
        return one_line(_plain(leaves[0][1]), limit)
    files = [path_text(value) for _, value in leaves if isinstance(value, str) and value in call.targets]
    leaves = [(path, value) for path, value in leaves if value not in call.targets]
    values = [_plain(value) for path, value in leaves if path in first]
    named = [f"{pointer_text(path)} {_plain(value)}" for path, value in leaves if path not in first]
    return one_line(", ".join((*files, *values, *named)), limit)


def after_change_of_folder(code: str) -> str:
    """Return a command without the change of folder before it, which most commands of some agents begin with."""
    match = _CHANGE_OF_FOLDER.match(code)
    return code if match is None else code[match.end() :]


def _without_cd(code: str) -> str:
    rest = after_change_of_folder(code)
    return code if rest == code else f"… {rest}"


def tool_words(call: ToolCall) -> str:
    """Return the name of a call's tool as one visible line."""
    return one_line(call.tool, _MAX_NAME) or tr("a tool without a name")


def call_words(call: ToolCall, limit: int = _MAX_CALL) -> str:
    """Return ``cancel_reservation(reservation_id Z7GOZK)``."""
    return f"{tool_words(call)}({input_words(call, limit)})"


def past_action_words(call: ToolCall) -> str:
    """Return the action of a call, in the past tense: ``cancelled reservation Z7GOZK``.

    Only English verbs are known: in another language it is ``called cancel_reservation(reservation_id Z7GOZK)``.
    """
    member, code = code_of(call.input)
    if code and (runs_code(call.tool) or member in ("command", "cmd")):
        return tr("ran {code}", code=quoted(_without_cd(code) if len(code) > _MAX_CALL else code, _MAX_CALL))
    verb = _verb(call)
    if verb is None:
        return tr("called {call}", call=call_words(call))
    words = name_words(call.tool)
    rest = " ".join(words[words.index(verb) + 1 :])
    leaves = input_leaves(call.input)
    if len(leaves) == 1 and not isinstance(leaves[0][1], dict | list) and not is_content(*leaves[0]):
        about = _plain(leaves[0][1])
    elif call.targets:
        about = call.targets[0]
    else:
        about = f"({_subject_words(leaves, frozenset(words))})" if leaves else ""
    return " ".join(part for part in (past_tense(verb), rest, one_line(about, _MAX_CALL + 2)) if part)


def is_content(path: str, value: Any) -> bool:
    """Whether an argument is the written content, and not the name of its target."""
    return path.strip("/") in _CONTENT_MEMBERS or (isinstance(value, str) and "\n" in value.strip())


def _subject_words(leaves: list[tuple[str, Any]], nouns: frozenset[str]) -> str:
    """Return the first arguments of a call, beginning with those that identify its object."""
    ordered = sorted(
        leaves,
        key=lambda leaf: (leaf[0].count("/") > 1, nouns.isdisjoint(name_words(leaf[0])), _weight(leaf[1])),
    )
    shown = [f"{pointer_text(path)} {one_line(_plain(value), _MAX_VALUE)}" for path, value in ordered[:_MAX_ARGUMENTS]]
    return ", ".join(shown) + (", …" if len(ordered) > _MAX_ARGUMENTS else "")


def _weight(value: Any) -> int:
    """Return a sort key by how well a value identifies an object: 0 for names with digits, 1 for numbers, else 2."""
    if is_name(value):
        return 0
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return 1 if is_number or (is_rare_value(value) and str(value).isdigit()) else 2


def past_tool_words(call: ToolCall) -> str:
    """Return the action of a call without its arguments: ``updated reservation flights``."""
    verb = _verb(call)
    if verb is None:
        return tr("called {call}", call=tool_words(call))
    words = name_words(call.tool)
    return " ".join((past_tense(verb), *words[words.index(verb) + 1 :]))


def past_tense(verb: str) -> str:
    """Return the simple past of an English verb."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}ed"


def _verb(call: ToolCall) -> str | None:
    """Return the verb of the tool's name if it means a change, and the name begins or ends with it.

    In other places a word may be no verb: in ``ship_order`` it is an order. None if sentences are not in English.
    """
    if language() != SOURCE_LANGUAGE or effect_of_name(call.tool).effect not in (Effect.CHANGES, Effect.SUBMITS):
        return None
    verb, words = verb_of_name(call.tool), name_words(call.tool)
    return verb if verb not in _NEVER_IN_SENTENCES and verb in (words[0], words[-1]) else None


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return in_quotation_marks(value) if _has_blanks_around(value) else value
    return answer_text(value) or "null"


def _has_blanks_around(text: str) -> bool:
    """Whether a text of one line begins or ends with a blank, which is seen between quotation marks only."""
    return text != text.strip() and "\n" not in text


def file_words(path: str) -> str:
    """Return a path; for a long path its last parts."""
    parts = path.replace("\\", "/").split("/")
    long = len(path) > _MAX_PATH and len(parts) > _PARTS_SHOWN
    return one_line("…/" + "/".join(parts[-_PARTS_SHOWN:]) if long else path, 2 * _MAX_PATH)
