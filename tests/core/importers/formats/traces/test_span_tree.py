"""In which order what happens in a trace is told."""

from __future__ import annotations

from replay_gui.core.importers.formats.traces.spans import Span, SpanTree
from replay_gui.core.importers.import_notes import ImportNotes


def span(name: str, parent: str | None, start: int, end: int) -> Span:
    return Span(id=name, parent=parent, role="step", name=name, start=start, end=end)


def order(*spans: Span) -> str:
    """Beginnings and ends, such as "+a -a"."""
    tree = SpanTree(spans, ImportNotes())
    moments = [(tree.begin(one), f"+{one.name}") for one in spans] + [(tree.end(one), f"-{one.name}") for one in spans]
    return " ".join(name for _, name in sorted(moments))


def test_what_ends_at_the_same_time_ends_from_the_inside() -> None:
    assert order(span("a", None, 0, 9), span("b", "a", 1, 9), span("c", "b", 2, 9)) == "+a +b +c -c -b -a"


def test_spans_without_a_length_hold_what_is_in_them() -> None:
    assert order(span("a", None, 5, 5), span("b", "a", 5, 5), span("c", "a", 5, 5)) == "+a +b -b +c -c -a"


def test_ends_stand_before_begins() -> None:
    assert order(span("a", None, 0, 9), span("b", "a", 1, 4), span("c", "a", 4, 6)) == "+a +b -b +c -c -a"
