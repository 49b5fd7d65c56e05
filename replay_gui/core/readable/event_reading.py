"""An event as a turn of a conversation: speaker, time, duration, then the text; technical data come last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Any

from replay_gui.core.log.event import Event
from replay_gui.core.log.kinds import END, OUTCOME, Kind
from replay_gui.core.log.payloads import STRUCTURES
from replay_gui.core.log.positions import position_after
from replay_gui.core.readable.markdown_lines import PICTURE, markdown_lines
from replay_gui.core.readable.meta_words import meta_words
from replay_gui.core.readable.reading_line import (
    Fold,
    LetterStyle,
    LineKind,
    ReadingLine,
    StyledText,
    TextStyle,
    note_line,
    pieces,
    shaped_systems,
    utf8_size,
)
from replay_gui.core.readable.reading_page import ReadingPage
from replay_gui.core.readable.value_lines import (
    HASH,
    decoded_container,
    field_lines,
    member_lines,
    result_language,
    text_lines,
)
from replay_gui.core.state.value_text import is_container
from replay_gui.core.text.clock import clock_text, moment_text, since_start
from replay_gui.core.text.event_label import SPEAKING_KINDS, event_label, label_text
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.placeholders import shown_value
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

FIRST_PAGE_CHARACTERS = 12_288  # characters shown at first: more than fit on a screen
NEXT_PAGE_CHARACTERS = 24_576  # characters of each further page
SLICE_CHARACTERS = 8_192  # of a part of a page: it is laid out in about 8 ms
_SLICE_SLACK_CHARACTERS = SLICE_CHARACTERS // 4  # by which a part may be longer, so that it has the whole line
MORE = translatable("More")
"""The heading above ids, hashes, empty members and meta."""

_LINE_COST_CHARACTERS = 30  # layout of a line takes as long as that of this number of characters
_INVISIBLE_PER_VISIBLE = 4  # reading this many invisible characters takes as long as the layout of one
_NEW_LETTER_COST_CHARACTERS = 6  # a new letter beyond ASCII takes as long as these: Qt searches the fonts for it
_NEW_SHAPED_COST_CHARACTERS = SLICE_CHARACTERS  # Qt looks for a font for a writing system that is shaped: 20 ms
_CELL_COST_LINES = 2  # lines whose layout takes as long as that of a cell of a table
_MAX_MEMBERS = 200  # members of the payload
_MAX_NAME_CHARACTERS = 60  # of a model's name
_IN_HEAD = ("source", "tool_name")  # members of the payload
_TYPES_IN_HEAD = {
    "obs_type": ("message", "command", "command-output", "input"),
    "decision_type": ("message", "subagent-message", "thinking", "plan", "model"),
}
_SIDE_MEMBERS = ("details", "fields")  # data of the source in addition to the answer
_EMPTY_WORDS: dict[str, str] = {
    Kind.TOOL_REQUEST: translatable("(no arguments)"),
    Kind.TOOL_RESPONSE: translatable("(no output)"),
}  # nothing is left to read
_TOLD = {OUTCOME: ("passed", "score", "by", "label"), END: ("how", "why")}
"""Kinds that a sentence tells, and the members that are in it."""
_SPOKEN = ("reasoning", "data")
_PICTURES = ("image", "image_url", "input_image")


class EventReading:
    """Reads an event page by page; later pages are not read before they are requested.

    Attributes: position: of the event. count: of the lines read.
    """

    def __init__(self, event: Event, pair: Event | None = None, since: int | None = None) -> None:
        """Begin.

        Args:
            pair: the answer to a request, or the request of an answer; it is shown after the event.
            since: ns since the run began, or None.
        """
        self._lines = (piece for line in _event_lines(event, pair, since) for piece in pieces(line))
        self._next: ReadingLine | None = next(self._lines, None)
        self.position, self.count = position_after(event.index), 0
        self._left = 0  # characters of the page that were not returned yet
        self._shaped: set[int] = set()  # met so far

    def skip(self, count: int) -> None:
        """Skip the first `count` lines."""
        while self._next is not None and self.count < count:
            self.count += 1
            self._next = next(self._lines, None)

    def next_page(self, limit: int = FIRST_PAGE_CHARACTERS) -> ReadingPage:
        """Return the next page, with about `limit` characters, or its first part.

        While the last page has further parts, return the next one of these; `limit` is ignored.
        """
        page, letters, room = list[ReadingLine](), set[str](), SLICE_CHARACTERS
        self._left = self._left if self._left > 0 else limit
        while self._next is not None and self._left > 0 and room > 0:
            line = self._next
            new = set() if line.visible_text.isascii() else set(line.visible_text) - letters
            shaped = shaped_systems("".join(new)) - self._shaped
            cost = _cost(line) + _NEW_LETTER_COST_CHARACTERS * len(new)
            taken = cost + _NEW_SHAPED_COST_CHARACTERS * len(shaped)
            if page and taken > room + _SLICE_SLACK_CHARACTERS:
                break
            page.append(line)
            letters |= new
            self._shaped |= shaped
            self._left -= cost
            room -= taken
            self._next = next(self._lines, None)
        self.count += len(page)
        whole = self._next is None
        return ReadingPage(tuple(page), whole, self._left > 0 and not whole)


def _cost(line: ReadingLine) -> int:
    """Return the number of English letters that take as long to read and to lay out as a line does."""
    letters = max(utf8_size(line.visible_text), len(line.source or "") // _INVISIBLE_PER_VISIBLE)
    return letters + _LINE_COST_CHARACTERS * (1 + _CELL_COST_LINES * len(line.cells))


def plain_event_lines(event: Event) -> Iterator[str]:
    """Yield the event as text for the clipboard; Markdown stays unchanged."""
    turn = _Turn(event)
    for name in turn.names:
        yield from (line.text for line in field_lines(name, event.payload[name], 0))
    if turn.hidden or event.meta:
        yield from (line.text for line in turn.more())


def _event_lines(event: Event, pair: Event | None, since: int | None) -> Iterator[ReadingLine]:
    turn = _Turn(event)
    yield _head(event, _time_words(event, since))
    language = None
    if pair is not None and pair.kind == Kind.TOOL_REQUEST:
        language = result_language(pair.payload.get("input"))
    yield from _all_lines(event, turn.names, language)
    if pair is not None:
        is_request = pair.kind == Kind.TOOL_REQUEST
        position = whole_number(position_after(pair.index))
        words = [
            _quiet(tr("asked in {event}", event=position) if is_request else tr("answered in {event}", event=position))
        ]
        if not is_request and pair.duration is not None:
            words.append(_quiet(tr("took {duration}", duration=duration_text(pair.duration))))
        yield _head(pair, words)
        language = None if is_request else result_language(event.payload.get("input"))
        read = _Turn(pair).names
        yield from _all_lines(pair, [name for name in ("input", "error", "output") if name in read], language)
    yield from turn.more()


def _all_lines(event: Event, names: Sequence[str], language: Any) -> Iterator[ReadingLine]:
    """Yield the lines of these members; for a call or its result without members, a line that states this."""
    if not names and event.kind in _EMPTY_WORDS:
        yield note_line(tr(_EMPTY_WORDS[event.kind]))
    if event.kind in _TOLD:
        yield ReadingLine((StyledText(summarize_event(event)),), LineKind.PROSE)
    for name in names:
        yield from _member_lines(event, name, language)


def _head(event: Event, words: Sequence[StyledText]) -> ReadingLine:
    head = [StyledText(label_text(event_label(event)), form=LetterStyle.BOLD)]
    for number, piece in enumerate(words):
        head += [StyledText(" · " if number else "  ", TextStyle.QUIET), piece]
    return ReadingLine(tuple(head), LineKind.HEAD)


def _time_words(event: Event, since: int | None) -> list[StyledText]:
    words = []
    model = event.meta.get("model")
    if isinstance(model, str) and model:
        words.append(_quiet(one_line(model, _MAX_NAME_CHARACTERS)))
    if clock := clock_text(event.time):
        words.append(StyledText(clock, TextStyle.QUIET, time=event.time))
    if since is not None:
        words.append(_quiet(since_start(since)))
    if event.duration is not None:
        words.append(_quiet(tr("took {duration}", duration=duration_text(event.duration))))
    return words


def _fact(name: str, words: str, meta: Mapping[str, Any]) -> StyledText:
    """Return a member of meta in words."""
    time = meta[name] if name == "time" and words == moment_text(meta[name], milliseconds=True) else None
    return StyledText(words, time=time)


def _quiet(words: str) -> StyledText:
    return StyledText(words, TextStyle.QUIET)


@dataclass(frozen=True, slots=True)
class _Turn:
    """The members of an event, by whether people read them. names: readable ones. hidden: ids, hashes, nulls."""

    event: Event

    @property
    def _all(self) -> list[str]:
        fields = STRUCTURES[self.event.kind].__struct_fields__ if self.event.kind in STRUCTURES else ()
        first = [name for name in fields if name in self.event.payload and name != "ops"]
        ordered = chain(first, (name for name in self.event.payload if name not in first))
        names = [name for name in islice(ordered, _MAX_MEMBERS) if not self._is_in_head(name)]
        if self.event.kind in SPEAKING_KINDS:  # reasoning comes before the text
            names.sort(key=lambda name: name != "reasoning")
        return names

    @property
    def names(self) -> list[str]:
        shown = [name for name in self._all if not self._is_for_programs(name)]
        if shown or self.event.kind in _EMPTY_WORDS or self.event.kind in _TOLD:
            return shown
        return [name for name in self._all if self.event.payload[name] is not None]

    @property
    def hidden(self) -> list[str]:
        shown = self.names
        return [name for name in self._all if name not in shown]

    def more(self) -> Iterator[ReadingLine]:
        """Yield the members for programs only; they are closed at first."""
        event = self.event
        facts = meta_words(event.meta)
        left_out = ("seq", "parent", *facts)
        rest = {name: value for name, value in event.meta.items() if name not in left_out}
        lines = chain(
            *(field_lines(name, event.payload[name], 1) for name in self.hidden),
            (
                ReadingLine((StyledText(f"{name} ", TextStyle.KEY), _fact(name, words, event.meta)), depth=1)
                for name, words in facts.items()
            ),
            member_lines(rest, 1),
        )
        first = next(lines, None)
        if first is not None:
            yield ReadingLine((StyledText(tr(MORE), TextStyle.QUIET),), fold=Fold.CLOSED, name=MORE, begins=True)
            yield first
            yield from lines

    def _is_in_head(self, name: str) -> bool:
        """Whether the head already shows this member: the speaker, the kind of message, the tool."""
        if self.event.kind not in STRUCTURES or not isinstance(self.event.payload[name], str):
            return False
        return name in _IN_HEAD or self.event.payload[name] in _TYPES_IN_HEAD.get(name, ())

    def _is_for_programs(self, name: str) -> bool:
        value = self.event.payload[name]
        if name in _TOLD.get(self.event.kind, ()):
            return True
        if value is None or (isinstance(value, str) and (not value or HASH.fullmatch(value))):
            return True
        if is_container(value) and not len(value):
            return True
        if self.event.kind in SPEAKING_KINDS and name == "fields":  # other data of the source
            return True
        if self.event.kind == Kind.TOOL_RESPONSE and name == "success":
            return value is True or self.event.payload.get("error") is not None
        return name.endswith(("_id", "_hash")) or name in ("id", "uuid", "tool_version")


def _member_lines(event: Event, name: str, language: Any) -> Iterator[ReadingLine]:
    value = shown_value(event.payload[name])
    if event.kind in SPEAKING_KINDS and name in _SPOKEN:
        is_thought = name == "reasoning" or event.payload.get("decision_type") == "thinking"
        for line in _message_lines(value):
            yield replace(line, style=TextStyle.QUIET) if is_thought and line.kind is LineKind.PROSE else line
    elif name == "input" and event.kind == Kind.TOOL_REQUEST and isinstance(value, Mapping) and value:
        yield from member_lines(value, 0)
    elif (
        name == "output"
        and event.kind == Kind.TOOL_RESPONSE
        and isinstance(value, str)
        and decoded_container(value) is value
    ):
        yield from text_lines(value, 0, language)
    elif name == "output" and event.kind == Kind.TOOL_RESPONSE and _are_parts(value):
        yield from _output_parts(value, language)
    elif name == "output" and isinstance(value, Mapping) and _are_parts(value.get("content")):
        yield from _output_parts(value["content"], language)
        rest = ((inner, member) for inner, member in value.items() if inner != "content")
        yield from member_lines({inner: member for inner, member in rest if member or type(member) is int}, 0)
    elif name == "error" and isinstance(value, str) and value:
        for line in text_lines(value, 0):
            yield replace(line, style=TextStyle.REMOVED)
    else:
        yield from field_lines(name, value, 0, closed=name in _SIDE_MEMBERS)


def _message_lines(value: Any) -> Iterator[ReadingLine]:
    """Yield a message: texts as Markdown, parts in order, pictures as a word, and other data as a tree."""
    if isinstance(value, str):
        yield from markdown_lines(value)
    elif is_container(value) and not isinstance(value, Mapping) and value and all(map(_is_part, value)):
        for part in islice(value, _MAX_MEMBERS):
            yield from _spoken_part(part)
        if len(value) > _MAX_MEMBERS:
            yield note_line(trn("… {n} more", "… {n} more", len(value) - _MAX_MEMBERS))
    elif isinstance(value, Mapping) and isinstance(value.get("content"), str | list | tuple):
        yield from _message_lines(value["content"])
        yield from member_lines({name: inner for name, inner in value.items() if name != "content"}, 0)
    elif isinstance(value, Mapping):
        yield from member_lines({name: inner for name, inner in value.items() if inner is not None}, 0)
    elif is_container(value):
        yield from member_lines(value, 0)
    else:
        yield from field_lines("data", value, 0)


def _are_parts(value: Any) -> bool:
    """Whether an output is a list of texts and pictures, as subagents and MCP servers answer."""
    is_list = is_container(value) and not isinstance(value, Mapping)
    return is_list and bool(value) and all(isinstance(part, Mapping) and _is_part(part) for part in value)


def _output_parts(parts: Sequence[Mapping[str, Any]], language: Any) -> Iterator[ReadingLine]:
    for part in islice(parts, _MAX_MEMBERS):
        text = part.get("text")
        if not isinstance(text, str):
            yield from _spoken_part(part)
        elif decoded_container(text) is text:
            yield from text_lines(text, 0, language)
        else:
            yield from field_lines(part["type"], text, 0)
    if len(parts) > _MAX_MEMBERS:
        yield note_line(trn("… {n} more", "… {n} more", len(parts) - _MAX_MEMBERS))


def _is_part(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, Mapping) and isinstance(value.get("type"), str))


def _spoken_part(part: Any) -> Iterator[ReadingLine]:
    if isinstance(part, str):
        yield from markdown_lines(part)
    elif isinstance(part.get("text"), str):
        yield from markdown_lines(part["text"])
    elif part["type"] in _PICTURES:
        yield ReadingLine((StyledText(tr(PICTURE), TextStyle.QUIET),), LineKind.PROSE, begins=True)
        yield from field_lines(part["type"], part, 0, closed=True)
    else:
        yield from field_lines(part["type"], part, 0)
