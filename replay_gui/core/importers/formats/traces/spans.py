"""The spans of a trace in a common form, as a tree and in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.json_lines import NotJson, value_in
from replay_gui.core.translation.messages import translatable

SKEWED = translatable("spans that begin before their parent or end before they begin: clocks of two processes disagree")

Role: TypeAlias = Literal["agent", "model", "tool", "retriever", "guardrail", "step", "plumbing"]

_ID_IN_NAME = re.compile(r"((?:.*\S)?)[ _:-]?\s?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
BEFORE_UPDATES = "before updates"  # the member for what updates of a record replaced
NOTHING: tuple[Any, ...] = (None, {}, [], "")
"""Empty inputs and outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One span.

    Attributes:
        id, parent: within the trace; parent None for a root.
        role: what the span stands for. name: its name; for a tool span, the tool's name.
        start, end: ns since 1970, None if unknown.
        input, output: decoded. messages: the input of a model or an agent, in a form that `read_message` reads.
        answers: the messages in a model's response, in such a form; empty if there is only `output`.
        answer_id: the provider's id of a model's response, if the span has it.
        error: the error message, None on success.
        is_output_missing: whether the source leaves out the output of a model or a tool.
        config: of an agent. call_id: of a tool call. finish: why a model's response ended, in the source's word.
        fields: other data of the span; they are compared.
        meta: ids, tokens, cost: what may differ between faithful runs.
        scores: grades of the run, as arguments of `RunBuilder.outcome`; ``{"expected": …}`` alone is the expected
            result.
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
    is_output_missing: bool = False
    config: dict[str, Any] = field(default_factory=dict)
    call_id: str | None = None
    finish: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    scores: tuple[dict[str, Any], ...] = ()

    @property
    def length(self) -> int | None:
        """The duration in ns; None if a time is missing, the clock ran backwards, or it was too coarse to tell one."""
        known = self.start is not None and self.end is not None
        return self.end - self.start if known and self.end > self.start else None  # type: ignore[operator]


class SpanTree:
    """The spans of one trace by their parents, each with a time that is consistent with the tree.

    A span never starts before its parent, and never ends before its start. If the recorded times contradict this, the
    clocks of two processes disagree, and the tree decides.
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
                notes.count(SKEWED, example=f"{by / 1e9:.3g} s")
        order = sorted(self.spans, key=lambda span: (self._begins[span.id], self._depth(span)))
        self._rank = {span.id: number for number, span in enumerate(order)}
        self._last = dict(self._rank)  # the rank of the last span within each span
        for span in self.spans:
            for ancestor in self.above(span):
                self._last[ancestor.id] = max(self._last[ancestor.id], self._rank[span.id])
        self._deepest = max(self._depths.values(), default=0)

    def begin(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key for the span's start."""
        return self._begins[span.id], 1, self._rank[span.id], 0

    def just_before(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key directly before the span's start, after all earlier starts."""
        begin = self.begin(span)
        return *begin[:3], begin[3] - 1

    def end(self, span: Span) -> tuple[int, int, int, int]:
        """Return a sort key for the span's end.

        At equal times ends come before starts, but each end comes after its own start and after the ends within it.
        """
        begun = self._begins[span.id]
        ended = max(begun, span.end if span.end is not None else begun)
        inside_first = self._deepest - self._depth(span) + 1
        if ended > begun:
            return ended, 0, inside_first, self._rank[span.id]
        return ended, 1, self._last[span.id], inside_first

    def first(self, role: Role) -> Span | None:
        """Return the outermost span with a role, the earliest of several; None if there is none."""
        spans = [span for span in self.spans if span.role == role]
        return min(spans, key=lambda span: (self._depth(span), self._rank[span.id]), default=None)

    def failed_root(self, agent: Span | None) -> Span | None:
        """Return the only root span, if it failed and there is no `agent` that may have continued; else None."""
        roots = [span for span in self.spans if span.parent is None or span.parent not in self._by_id]
        return roots[0] if agent is None and len(roots) == 1 and roots[0].error is not None else None

    def above(self, span: Span) -> Iterator[Span]:
        """Yield the ancestors in the trace, from the inside."""
        visited = {span.id}
        while span.parent is not None and span.parent not in visited and span.parent in self._by_id:
            visited.add(span.parent)
            span = self._by_id[span.parent]
            yield span

    def _depth(self, span: Span) -> int:
        return self._depths[span.id]


def _without_circles(spans: Sequence[Span]) -> list[Span]:
    """Return the spans; in a circle of parents, the earliest span loses its parent."""
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
    """Return `value` with JSON texts decoded, at most twice."""
    for _ in range(2):
        if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[", '"'):
            break
        try:
            value = value_in(value)
        except NotJson:
            break
    return value


def unfolded_or_none(value: Any) -> Any:
    """Return an input or an output, which may be JSON text; None for the text ``null``: nothing, written as JSON."""
    return None if value == "null" else unfolded(value)


def updated(value: Any, update: Any) -> Any:
    """Return a member of a record after an update: an object keeps what the update does not name."""
    if not isinstance(value, dict) or not isinstance(update, dict):
        return update
    return value | {key: updated(value.get(key), member) for key, member in update.items()}


def replaced(value: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """Return the members that an update replaces by other values, at any depth: the update says nothing of them."""
    old = {key: value[key] for key in update if value.get(key) not in NOTHING}
    pairs = {key: (member, update[key]) for key, member in old.items() if member != update[key]}
    members = {
        key: replaced(*pair) if isinstance(pair[0], dict) and isinstance(pair[1], dict) else pair[0]
        for key, pair in pairs.items()
    }
    return {key: member for key, member in members.items() if member != {}}


def without_ids(spans: Sequence[Span]) -> list[Span]:
    """Return the spans without ids in their names: "invoke_agent 171105b7-59dd-49c0-9677-0b2f5c5a2a4e" has one."""
    named = [(span, _ID_IN_NAME.fullmatch(span.name)) for span in spans]
    return [replace(span, name=found[1] or span.role) if found else span for span, found in named]


def only_member(value: Any) -> Any:
    """Return the value of an object's only member that is not empty; another value unchanged."""
    members = [member for member in value.values() if member not in NOTHING] if isinstance(value, dict) else []
    return members[0] if len(members) == 1 else value


def is_same(output: Any, text: Any) -> bool:
    """Return whether an agent's output equals its model's text; Strands adds a line break at its end."""
    is_text = isinstance(output, str) and isinstance(text, str)
    return output == text or (is_text and output.strip() == text.strip())
