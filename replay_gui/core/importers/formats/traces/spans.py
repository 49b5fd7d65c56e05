"""Spans of a trace, whatever wrote them, as a tree and in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in

SKEWED = "spans that begin before their parent or end before they begin: clocks of two processes disagree"

Role: TypeAlias = Literal["agent", "model", "tool", "retriever", "guardrail", "step", "plumbing"]

ANSWER_NOT_RECORDED = "(answer, not recorded)"
OUTPUT_NOT_RECORDED = "(output, not recorded)"
NOTHING: tuple[Any, ...] = (None, {}, [], "")
"""Inputs and outputs that say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span.

    Attributes:
        id, parent: within the trace; parent None for a root.
        role: what it is. name: its own; of a tool, the tool's.
        start, end: ns since 1970, None where unknown.
        input, output: decoded. messages: what a model or an agent was sent, in any form that `read_message` reads.
        answers: the messages that a model answered with, in such a form; empty where `output` is all there is.
        answer_id: the provider's id of a model's answer, where the span names it.
        error: what went wrong, None where nothing did.
        is_untold: whether the source leaves out what a model or a tool answered.
        config: of an agent. call_id: of a tool's call. finish: why a model's answer ended, in the source's word.
        fields: what else the span says; it is compared.
        meta: ids, tokens, cost: what may differ between faithful runs.
        scores: what graders say of the run, as arguments of `RunBuilder.outcome`; ``{"expected": …}`` alone is what
            would have been right.
    """

    id: str
    parent: str | None
    role: Role
    name: str
    start: int | None
    end: int | None
    input: Any = None
    output: Any = None
    messages: tuple[Any, ...] = ()
    answers: tuple[Any, ...] = ()
    answer_id: str | None = None
    error: str | None = None
    is_untold: bool = False
    config: dict[str, Any] = field(default_factory=dict)
    call_id: str | None = None
    finish: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    scores: tuple[dict[str, Any], ...] = ()

    @property
    def length(self) -> int | None:
        """The duration in ns; None where a time is missing or the clock ran back."""
        known = self.start is not None and self.end is not None
        return self.end - self.start if known and self.end >= self.start else None  # type: ignore[operator]


class SpanTree:
    """The spans of one trace by their parents, each with a time that respects the tree.

    A span never begins before its parent, nor ends before it begins; where the recorded clocks say so, they are of two
    processes that disagree, and the tree is right.
    """

    def __init__(self, spans: Sequence[Span], notes: ImportNotes) -> None:
        self.spans = _without_circles(spans)
        self._by_id = {span.id: span for span in self.spans}
        self._begins: dict[str, int] = {}
        self._depths = {span.id: sum(1 for _ in self.above(span)) for span in self.spans}
        placed = sorted(self.spans, key=self._depth)
        for span in placed:
            above = self._begins.get(span.parent, 0) if span.parent is not None else 0
            recorded = span.start if span.start is not None else above
            self._begins[span.id] = max(recorded, above)
            backwards = span.end is not None and span.start is not None and span.end < span.start
            if recorded < above or backwards:
                by = above - recorded if recorded < above else (span.start or 0) - (span.end or 0)
                notes.count(SKEWED, example=f"by {by / 1e9:.3g} s")
        order = sorted(self.spans, key=lambda span: (self._begins[span.id], self._depth(span)))
        self._rank = {span.id: number for number, span in enumerate(order)}
        self._last = dict(self._rank)  # the rank of the last span within each
        for span in self.spans:
            for ancestor in self.above(span):
                self._last[ancestor.id] = max(self._last[ancestor.id], self._rank[span.id])
        self._deepest = max(self._depths.values(), default=0)

    def begin(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key for what happens at the span's begin."""
        return self._begins[span.id], 1, self._rank[span.id], 0

    def just_before(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key for what happens right before the span's begin, after all that began earlier."""
        begin = self.begin(span)
        return *begin[:3], begin[3] - 1

    def end(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key for its end.

        Of equal times ends stand before begins, but each after its own begin and after the ends of what is within it.
        """
        begun = self._begins[span.id]
        ended = max(begun, span.end if span.end is not None else begun)
        inside_first = self._deepest - self._depth(span) + 1
        if ended > begun:
            return ended, 0, inside_first, self._rank[span.id]
        return ended, 1, self._last[span.id], inside_first

    def first(self, role: Role) -> Span | None:
        """Return the outermost span of a role, the earliest of several."""
        spans = [span for span in self.spans if span.role == role]
        return min(spans, key=lambda span: (self._depth(span), self._rank[span.id]), default=None)

    def failed_root(self, agent: Span | None) -> Span | None:
        """Return the span that all others are in, where it failed and no `agent` is known that may have gone on."""
        roots = [span for span in self.spans if span.parent is None or span.parent not in self._by_id]
        return roots[0] if agent is None and len(roots) == 1 and roots[0].error is not None else None

    def above(self, span: Span) -> Iterator[Span]:
        """Yield the ancestors that are in the trace, from the inside."""
        seen = {span.id}
        while span.parent is not None and span.parent not in seen and span.parent in self._by_id:
            seen.add(span.parent)
            span = self._by_id[span.parent]
            yield span

    def _depth(self, span: Span) -> int:
        return self._depths[span.id]


def _without_circles(spans: Sequence[Span]) -> list[Span]:
    """The spans; of those that are above each other the earliest has no parent."""
    by_id = {span.id: span for span in spans}
    roots = set[str]()
    done = set[str]()
    for span in spans:
        path = dict[str, Span]()
        here: Span | None = span
        while here is not None and here.id not in done and here.id not in path and here.id not in roots:
            path[here.id] = here
            here = by_id.get(here.parent) if here.parent is not None else None
        if here is not None and here.id in path:
            circle = list(path.values())[list(path).index(here.id) :]
            roots.add(min(circle, key=lambda one: (one.start is None, one.start or 0)).id)
        done |= path.keys()
    return [replace(span, parent=None) if span.id in roots else span for span in spans]


def unfolded(value: Any) -> Any:
    """`value` with the JSON decoded that it has as text, at most twice over."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = value_in(value)
        except NotJson:
            break
    return value


def is_same(output: Any, said: Any) -> bool:
    """Return whether an agent's output is what its model said; Strands ends it with a line break."""
    is_text = isinstance(output, str) and isinstance(said, str)
    return output == said or (is_text and output.strip() == said.strip())
