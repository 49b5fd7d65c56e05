"""A value as a tree of lines: maps and lists to fold, JSON inside texts unfolded, edits as diffs, code in colours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from replay_gui.core.readable.code_spans import Language, code_spans, language_named, language_of_file
from replay_gui.core.readable.patch_lines import difference_lines, edit_in, is_patch, patch_lines
from replay_gui.core.readable.reading_line import (
    Fold,
    LetterStyle,
    LineKind,
    ReadingLine,
    StyledText,
    TextStyle,
    note_line,
    shown_text,
)
from replay_gui.core.state.value_text import is_container, scalar_text
from replay_gui.core.text.plain_text import visible
from replay_gui.core.translation.messages import tr, trn

_MAX_DEPTH = 12  # levels that are shown
_MAX_MEMBERS = 200  # members of one container
_MAX_JSON_CHARACTERS = 65_536  # of a text that may be unfolded as JSON
_MAX_TEXT_CHARACTERS = 1 << 21  # of one text; the number of the others is shown
_MAX_LINE_CHARACTERS = 120
_MAX_CODE_CHARACTERS = 16_384  # longer code is not coloured
_MIN_CLOSED_MEMBERS = 50  # members of a container from which it is closed at first
HASH = re.compile("[0-9a-f]{64}")
_HASH_CHARACTERS = 16
_LINE_NUMBER = re.compile(r"\s{0,8}\d{1,7}[→\t]")  # the line number that tools put before each line of a file
_FILE_MEMBERS = ("file_path", "path", "filename", "file")
_CODE_MEMBERS = {"command": "bash", "cmd": "bash", "script": "bash", "sql": "sql", "code": "python"}
_FILE_TEXTS = ("content", "file_text", "new_string", "contents")


def field_lines(
    name: str | int, value: Any, depth: int, *, language: Language | None = None, closed: bool = False
) -> Iterator[ReadingLine]:
    """Yield the lines of a member. language: of its text, if it is code. closed: whether its contents are hidden."""
    inner = decoded_container(value)
    note = "JSON" if inner is not value else ""
    names = [visible(str(name)[:_MAX_LINE_CHARACTERS])]
    # A single member is on the line of its map.
    while isinstance(inner, Mapping) and len(inner) == 1 and len(names) < _MAX_DEPTH:
        ((member, value),) = inner.items()
        language = language or _languages(inner).get(member)
        names.append(visible(str(member)[:_MAX_LINE_CHARACTERS]))
        inner = decoded_container(value)
    joined = ".".join(names)
    key = StyledText(f"{joined} ", TextStyle.KEY)
    if is_container(inner):
        size = _size_words(inner)
        closed = closed or len(inner) > _MIN_CLOSED_MEMBERS
        fold = None if not len(inner) else Fold.CLOSED if closed else Fold.OPEN
        note_text = StyledText(f"{note} {size}".strip(), TextStyle.QUIET)
        yield ReadingLine((key, note_text), depth=depth, fold=fold, name=joined)
        if depth >= _MAX_DEPTH:
            yield note_line("…", depth + 1)
        else:
            yield from member_lines(inner, depth + 1)
    elif isinstance(value, str) and HASH.fullmatch(value):
        yield ReadingLine((key, StyledText(value[:_HASH_CHARACTERS] + "…", TextStyle.QUIET)), depth=depth)
    elif isinstance(value, str) and (len(value) > _MAX_LINE_CHARACTERS or "\n" in value):
        yield ReadingLine((key,), depth=depth, fold=Fold.CLOSED if closed else Fold.OPEN, name=joined)
        yield from text_lines(value, depth + 1, language)
    elif isinstance(value, str) and language is not None:
        ((*spans,),) = code_spans([shown_text(value)], language)
        yield ReadingLine((key, *spans), depth=depth)
    else:
        yield ReadingLine((key, StyledText(scalar_text(value), _scalar_style(value))), depth=depth)


def _size_words(value: Mapping[str, Any] | Sequence[Any]) -> str:
    if not len(value):
        return tr("(empty)")
    if isinstance(value, Mapping):
        return trn("{n} member", "{n} members", len(value))
    return trn("{n} item", "{n} items", len(value))


def member_lines(value: Mapping[str, Any] | Sequence[Any], depth: int) -> Iterator[ReadingLine]:
    """Yield the members of a map or list; the texts before and after an edit are shown as their difference."""
    edit = edit_in(value) if isinstance(value, Mapping) else None
    languages = _languages(value) if isinstance(value, Mapping) else {}
    pairs: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, Mapping) else enumerate(value)
    for name, member in islice(pairs, _MAX_MEMBERS):
        if edit is None or name not in edit:
            yield from field_lines(name, member, depth, language=languages.get(name))
    if len(value) > _MAX_MEMBERS:
        yield note_line(trn("… {n} more", "… {n} more", len(value) - _MAX_MEMBERS), depth)
    if edit is not None and isinstance(value, Mapping):
        yield from difference_lines(value[edit[0]], value[edit[1]], depth, _MAX_TEXT_CHARACTERS)


def text_lines(text: str, depth: int, language: Language | None = None) -> Iterator[ReadingLine]:
    """Yield the lines of a text: a diff, code, or plain lines."""
    lines = text[:_MAX_TEXT_CHARACTERS].splitlines()
    if is_patch(text):
        yield from patch_lines(lines, depth)
    elif language is not None and len(text) <= _MAX_CODE_CHARACTERS:
        numbers = [match[0] if (match := _LINE_NUMBER.match(line)) else "" for line in lines]
        code = [shown_text(line[len(number) :]) for number, line in zip(numbers, lines, strict=True)]
        for number, spans in zip(numbers, code_spans(code, language), strict=True):
            lead = (StyledText(shown_text(number), TextStyle.QUIET, LetterStyle.MONO),) if number else ()
            yield ReadingLine((*lead, *spans), LineKind.CODE, depth=depth)
    else:
        for line in lines:
            yield ReadingLine((StyledText(shown_text(line), form=LetterStyle.MONO),), LineKind.CODE, depth=depth)
    if len(text) > _MAX_TEXT_CHARACTERS:
        yield note_line(trn("… {n} character more", "… {n} characters more", len(text) - _MAX_TEXT_CHARACTERS), depth)


def _file_language(value: Any) -> Language | None:
    """Return the language of the file that a map names; None if it names no file, or its language is unknown."""
    if not isinstance(value, Mapping):
        return None
    paths = (value.get(name) for name in _FILE_MEMBERS)
    return next((language_of_file(path) for path in paths if isinstance(path, str) and path), None)


def result_language(asked: Any) -> Language | None:
    """Return the language of the result of a call with this input: that of the file, if it only reads one."""
    if not isinstance(asked, Mapping) or edit_in(asked) or not asked.keys().isdisjoint((*_FILE_TEXTS, *_CODE_MEMBERS)):
        return None
    return _file_language(asked)


def _languages(value: Mapping[str, Any]) -> dict[str, Language]:
    """Return the languages of the members of a map that hold code."""
    found = {name: language_named(language) for name, language in _CODE_MEMBERS.items() if name in value}
    if not value.keys().isdisjoint(_FILE_TEXTS):
        found |= dict.fromkeys(_FILE_TEXTS, _file_language(value))
    return {name: language for name, language in found.items() if language is not None}


def _scalar_style(value: Any) -> TextStyle:
    if value is None or isinstance(value, bool):
        return TextStyle.KEYWORD
    return TextStyle.NUMBER if isinstance(value, int | float) else TextStyle.VALUE


def decoded_container(value: Any) -> Any:
    """Return the value of a text that is a JSON map or list; else the value itself."""
    if not isinstance(value, str) or len(value) > _MAX_JSON_CHARACTERS or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
