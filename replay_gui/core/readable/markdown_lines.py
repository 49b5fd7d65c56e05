"""Markdown as lines with styles. No link is opened or fetched: links and HTML become text, a picture becomes a word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from replay_gui.core.readable.code_spans import code_spans, language_named
from replay_gui.core.readable.markdown_sections import MarkdownSection, sections
from replay_gui.core.readable.reading_line import LetterStyle, LineKind, ReadingLine, StyledText, TextStyle, shown_text
from replay_gui.core.translation.messages import tr, translatable

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

PICTURE = translatable("(picture)")
_MAX_NESTING = 20  # levels of lists, quotations and forms
_MAX_BRACKETS, _MAX_STARS = 100, 400  # in a paragraph that is read for links and emphasis; more take too long
_MAX_COLUMNS = 12  # columns of a table
_MAX_LINK_CHARACTERS = 200
# A text without any of these characters is plain.
_SIGNS = re.compile(r"[*_`#>\[|~\\&<]|^[ \t]*+(?:[-+=]|\d++[.)])|^(?: {4}|\t)", re.MULTILINE)
_FORMS = {"strong": LetterStyle.BOLD, "em": LetterStyle.ITALIC, "s": LetterStyle.STRUCK}


def markdown_lines(text: str) -> Iterator[ReadingLine]:
    """Yield the lines of a text, parsing lazily. Never raises an exception."""
    for section in sections(text):
        source = "\n".join(section.lines)
        if section.fence or _SIGNS.search(source):
            yield from _SectionReader(section).lines()
        else:
            yield from _plain(section.lines)


def _plain(lines: Sequence[str]) -> Iterator[ReadingLine]:
    begins = True
    for line in lines:
        if line.strip():
            shown = shown_text(line)
            yield ReadingLine((StyledText(shown.strip()),), LineKind.PROSE, begins=begins, source=shown)
        begins = not line.strip()


def _parse(text: str) -> list[Token]:
    from markdown_it import MarkdownIt  # takes a tenth of a second, and many runs do not need it

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough"]).disable("reference")  # the target of a reference would be invisible
    parser.core.ruler.at("inline", _read_inline)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005  no link is followed
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser.parse(text)


def _read_inline(state: StateCore) -> None:
    """Read links and emphasis, except in a text that would take too long."""
    for token in state.tokens:
        if token.type == "inline":
            stars = sum(map(token.content.count, "*_~`"))
            if token.content.count("[") <= _MAX_BRACKETS and stars <= _MAX_STARS:
                token.children = []
                state.md.inline.parse(token.content, state.md, state.env, token.children)
            else:
                token.children = None


@dataclass(slots=True)
class _List:
    number: int | None  # of the next item; None in a list without numbers


@dataclass(slots=True)
class _SectionReader:
    """Reads the tokens of one section."""

    section: MarkdownSection
    lists: list[_List] = field(init=False, default_factory=list)
    quotes: int = field(init=False, default=0)
    marker: str = field(init=False, default="")
    heading: int = field(init=False, default=0)
    is_tight: bool = field(init=False, default=False)  # a paragraph in a list without empty lines

    def lines(self) -> Iterator[ReadingLine]:
        """Yield the lines; the first line of each block has the source up to the next block."""
        opening = (self.section.fence,) if self.section.fence else ()
        tokens = _parse("\n".join((*opening, *self.section.lines)))
        leaves = [number for number, token in enumerate(tokens) if self._is_leaf(tokens, number)]
        if not leaves:
            yield from _plain(self.section.lines)
            return
        starts = [max(0, (tokens[number].map or [0])[0] - len(opening)) for number in leaves]
        ends = [*starts[1:], len(self.section.lines)]
        sources = {
            leaf: self.section.lines[begin:end] for leaf, begin, end in zip(leaves, [0, *starts[1:]], ends, strict=True)
        }
        number = 0
        while number < len(tokens):
            token = tokens[number]
            source = sources.get(number, ())
            if token.type == "table_open":
                end = next(i for i in range(number, len(tokens)) if tokens[i].type == "table_close")
                yield from self._table(tokens[number:end], source)
                number = end
            else:
                yield from self._block(token, source)
            number += 1

    @staticmethod
    def _is_leaf(tokens: list[Token], number: int) -> bool:
        token = tokens[number]
        if token.type == "inline":
            return tokens[number - 1].type in ("paragraph_open", "heading_open")
        return token.type in ("fence", "code_block", "hr", "table_open")

    def _block(self, token: Token, source: Sequence[str]) -> Iterator[ReadingLine]:
        match token.type:
            case "bullet_list_open":
                self.lists.append(_List(None))
            case "ordered_list_open":
                self.lists.append(_List(int(token.attrs.get("start", 1))))
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.marker = self._next_marker()
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "paragraph_open":
                self.is_tight = token.hidden
            case "heading_open":
                self.heading, self.is_tight = int(token.tag[1:]), False
            case "heading_close":
                self.heading = 0
            case "inline":
                yield from self._paragraph(token, source)
            case "fence" | "code_block":
                yield from self._code(token, source)
            case "hr":
                yield self._placed(ReadingLine((), LineKind.RULE, source=_joined(source)))

    def _next_marker(self) -> str:
        inner = self.lists[-1]
        if inner.number is None:
            return "•"
        inner.number += 1
        return f"{inner.number - 1}."

    def _placed(self, line: ReadingLine) -> ReadingLine:
        marker, self.marker = self.marker, ""
        return replace(line, indent=len(self.lists), quotes=self.quotes, marker=marker)

    def _paragraph(self, token: Token, source: Sequence[str]) -> Iterator[ReadingLine]:
        kind = LineKind.HEADING if self.heading else LineKind.PROSE
        rows = _inline_rows(token)
        written = [shown_text(line) for line in source]
        while len(written) > len(rows) and not written[-1].strip():
            written[-2:] = [f"{written[-2]}\n"]
        for number, spans in enumerate(rows):
            own = written[number] if len(written) == len(rows) else "\n".join(written)
            line = ReadingLine(
                spans,
                kind,
                level=self.heading,
                begins=number == 0 and not self.is_tight,
                source=own,
                goes_on=number > 0 and len(written) != len(rows),
            )
            yield self._placed(line)

    def _code(self, token: Token, _source: Sequence[str]) -> Iterator[ReadingLine]:
        lines = [shown_text(line) for line in token.content.removesuffix("\n").split("\n")]
        language = language_named((token.info.split() or [""])[0])
        for number, spans in enumerate(code_spans(lines, language)):
            yield self._placed(ReadingLine(spans, LineKind.CODE, begins=number == 0, source=lines[number]))

    def _table(self, tokens: Sequence[Token], source: Sequence[str]) -> Iterator[ReadingLine]:
        rows: list[list[tuple[StyledText, ...]]] = []
        for number, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "inline" and len(rows[-1]) < _MAX_COLUMNS:
                spans = _inline_rows(token)[0]
                if tokens[number - 1].type == "th_open":
                    spans = tuple(span._replace(form=span.form | LetterStyle.BOLD) for span in spans)
                rows[-1].append(spans)
            elif token.type == "inline" and len(rows[-1]) == _MAX_COLUMNS:
                rows[-1].append((StyledText("…", TextStyle.QUIET),))
        written = [shown_text(line) for line in source]
        written[:2] = ["\n".join(written[:2])]  # the names, and the line below them
        for number, row in enumerate(rows):
            own = "\n".join(written[number:]) if number == len(rows) - 1 else "".join(written[number : number + 1])
            yield self._placed(ReadingLine((), LineKind.TABLE, cells=tuple(row), begins=number == 0, source=own))


def _joined(lines: Sequence[str]) -> str:
    return "\n".join(map(shown_text, lines))


def _inline_rows(token: Token) -> list[tuple[StyledText, ...]]:
    """Return the spans of each line of a paragraph; at least one line."""
    rows: list[list[StyledText]] = [[]]
    if token.children is None:
        return [(StyledText(shown_text(line)),) for line in token.content.split("\n")]
    form, links, words = LetterStyle(0), list[str](), 0
    for child in token.children:
        name, _, end = child.type.rpartition("_")
        if child.type in ("softbreak", "hardbreak"):
            rows.append([])
        elif name in _FORMS:
            form = form | _FORMS[name] if end == "open" else form & ~_FORMS[name]
        elif child.type == "link_open":
            links.append(str(child.attrs.get("href", "")))
            form, words = form | LetterStyle.LINK, len(rows[-1])
        elif child.type == "link_close":
            form &= ~LetterStyle.LINK
            shown, target = "".join(span.text for span in rows[-1][words:]), shown_text(links.pop())
            if target and target not in (shown, f"mailto:{shown}"):
                cut = target if len(target) <= _MAX_LINK_CHARACTERS else f"{target[: _MAX_LINK_CHARACTERS - 1]}…"
                rows[-1].append(StyledText(f" ({cut})", TextStyle.QUIET))
        elif child.type == "image":
            shown = " ".join(shown_text(child.content).split())
            rows[-1].append(StyledText(f"{tr(PICTURE)} {shown}".strip(), TextStyle.QUIET))
        elif child.type == "code_inline":
            rows[-1].append(StyledText(shown_text(child.content), TextStyle.VALUE, form | LetterStyle.MONO))
        elif child.content:
            rows[-1].append(StyledText(shown_text(child.content), TextStyle.VALUE, form))
    return [tuple(row) for row in rows]
