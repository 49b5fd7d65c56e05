"""A report as one HTML file: no script, nothing from outside, and a policy that would forbid either.

Every text is made visible, then escaped; the style sheet is allowed by its hash, so nothing else can bring one in.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from string import Template

from replay_gui.core.report.document import Block, Command, Document, Fact, Facts, Paragraph, Picture, Section, Table
from replay_gui.core.report.timeline_svg import timeline_svg
from replay_gui.core.text.plain_text import visible
from replay_gui.resource_paths import resources

_MARKS = {"good": "✓", "bad": "✗", "warn": "–", "plain": ""}


def html(document: Document) -> str:
    """The whole file."""
    folder = resources() / "report"
    style = (folder / "report.css").read_text("utf-8")
    return Template((folder / "report.html").read_text("utf-8")).substitute(
        style=style,
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        title=_text(document.title),
        verdict=_text(document.verdict),
        tone=document.tone,
        words=_text(document.words),
        made=_text(document.made),
        lines="".join(f'<p class="line">{_text(line)}</p>\n' for line in document.lines),
        sections=_sections(document.sections),
    )


def _text(text: str) -> str:
    return escape(visible(text))


def _sections(sections: tuple[Section, ...]) -> str:
    """Those of level 2 lie within the one of level 1 before them."""
    said, open_ = [], False
    for section in sections:
        if section.level == 1:
            said.append("</section>\n" if open_ else "")
            said.append("<section>\n")
            open_ = True
        head = f"h{section.level + 1}"
        said.append(f"<{head}>{_text(section.title)}</{head}>\n")
        said += map(_block, section.blocks)
    return "".join(said) + ("</section>\n" if open_ else "")


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f'<p class="tone-{block.tone}">{_text(block.text)}</p>\n'
        case Facts():
            return f"<dl>\n{''.join(map(_fact, block.rows))}</dl>\n"
        case Table():
            return _table(block)
        case Picture():
            picture = timeline_svg(block.timeline, visible(block.words))
            return f"<figure>\n{picture}\n<figcaption>{_text(block.words)}</figcaption>\n</figure>\n"
        case Command():
            return f"<pre>{_text(block.text)}</pre>\n"


def _fact(fact: Fact) -> str:
    kinds = [*(["data"] if fact.data else []), *([f"tone-{fact.tone}"] if fact.tone != "plain" else [])]
    return f'<dt>{_text(fact.name)}</dt><dd class="{" ".join(kinds)}">{_text(fact.value)}</dd>\n'


def _table(table: Table) -> str:
    marked = bool(table.tones)
    shares = sum(column.share for column in table.columns)
    # Widths as attributes: the policy allows no style attribute, which is what CSS widths would need.
    columns = "".join(f'<col width="{100 * column.share / shares:.1f}%">' for column in table.columns)
    head = "".join(
        f'<th scope="col"{_kinds(number=column.number)}>{_text(column.title)}</th>' for column in table.columns
    )
    rows = []
    for at, row in enumerate(table.rows):
        tone = table.tones[at] if marked else "plain"
        mark = f'<span class="mark-{tone}">{_MARKS[tone]}</span> ' if tone != "plain" else ""
        cells = [
            f"<td{_kinds(column.number, column.data)}>{mark if not number else ''}{_text(cell)}</td>"
            for number, (column, cell) in enumerate(zip(table.columns, row, strict=True))
        ]
        rows.append(f"<tr>{''.join(cells)}</tr>\n")
    more = f'<p class="more">{_text(table.more)}</p>\n' if table.more else ""
    body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{''.join(rows)}</tbody>"
    kind = ' class="narrow"' if table.narrow else ""
    return f"<table{kind}>\n<colgroup>{columns}</colgroup>\n{body}</table>\n{more}"


def _kinds(number: bool = False, data: bool = False) -> str:
    kinds = [name for name, on in (("number", number), ("data", data)) if on]
    return f' class="{" ".join(kinds)}"' if kinds else ""
