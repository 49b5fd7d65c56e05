"""The content of one window, as a value that is kept until the next start. Stored data may be broken or hostile."""

from __future__ import annotations

import json
import math
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from replay_gui.core.log.positions import EventIndex

MAX_CHARACTERS = 1 << 20  # of the stored text
_MAX_EXPANDED = 1_000  # paths
_MAX_NAMES = 1_000

_Place: TypeAlias = Annotated[int, Meta(ge=0, le=(1 << 31) - 1)]  # the largest value of a scroll bar
_Event: TypeAlias = Annotated[EventIndex, Meta(ge=-1, le=(1 << 31) - 1)]  # -1: none
_Text: TypeAlias = Annotated[str, Meta(max_length=8192)]
_Names: TypeAlias = Annotated[tuple[_Text, ...], Meta(max_length=_MAX_NAMES)]
_Path: TypeAlias = Annotated[tuple[_Text | Annotated[int, Meta(ge=0, le=(1 << 53))], ...], Meta(max_length=1_000)]


class ShownComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison: run B, the events of the chosen step, the anchors set by hand, and the shown page."""

    path: Annotated[str, Meta(min_length=1, max_length=8192)]
    step: tuple[_Event, _Event] | None = None
    anchors: Annotated[tuple[tuple[_Event, _Event], ...], Meta(max_length=_MAX_NAMES)] = ()
    shows_why: bool = True


class ShownFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of the event list; see EventFilter."""

    kinds: _Names = ()
    tools: _Names = ()
    without_kinds: _Names = ()
    without_tools: _Names = ()
    failed: bool = False


class ShownState(msgspec.Struct, frozen=True, kw_only=True):
    """The panel of the state: expanded and collapsed paths, the chosen value, and the scroll position."""

    expanded: Annotated[tuple[_Path, ...], Meta(max_length=_MAX_EXPANDED)] = ()
    collapsed: Annotated[tuple[_Path, ...], Meta(max_length=_MAX_EXPANDED)] = ()
    chosen: _Path | None = None
    changed_only: bool = False
    facts: bool = False
    top: _Place = 0


class ShownRuns(msgspec.Struct, frozen=True, kw_only=True):
    """The page of many runs: files and folders, whether it was in front, and its choices (see RunsSession)."""

    sources: _Names = ()
    shown: bool = True
    passed: _Text = ""
    group_by: _Text = ""
    filter: _Text = ""


class ShownSearch(msgspec.Struct, frozen=True, kw_only=True):
    """The search in the events of the run, and whether the list shows only its hits."""

    text: Annotated[str, Meta(max_length=1_000)] = ""
    match_case: bool = False
    hits_only: bool = True


class WindowState(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a window when it was closed; the position in each run is kept elsewhere (see LastPositions).

    Attributes:
        path: run A, as it is opened again; "" for none. format: the importer that the user had chosen.
        runs: the page of many runs. comparison: with run B. search: in the run.
        axis, view: of the timeline. bookkeeping: whether such lines were shown. folded: subagents, by number.
        rows: the first visible row of the list. tab, detail: of the event, and its scroll position.
    """

    path: _Text = ""
    format: _Text | None = None
    runs: ShownRuns = ShownRuns()
    search: ShownSearch = ShownSearch()
    comparison: ShownComparison | None = None
    axis: Literal["number", "time"] = "number"
    view: tuple[float, float] | None = None
    bookkeeping: bool = False
    filter: ShownFilter = ShownFilter()
    folded: Annotated[tuple[_Place, ...], Meta(max_length=100_000)] = ()
    rows: _Place = 0
    tab: Annotated[int, Meta(ge=0, le=2)] = 0
    detail: _Place = 0
    state: ShownState = ShownState()

    def save(self) -> str:
        """Return the state as JSON, without the parts that make it too long for `restored`."""
        text = _as_json(self)
        if len(text) > MAX_CHARACTERS:
            text = _as_json(msgspec.structs.replace(self, folded=(), filter=ShownFilter(), state=ShownState()))
        return text

    @classmethod
    def restored(cls, saved: object) -> WindowState | None:
        """Return the state that `save` wrote; None if it is missing or invalid."""
        if not isinstance(saved, str) or len(saved) > MAX_CHARACTERS:
            return None
        try:
            state = msgspec.convert(json.loads(saved), cls)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        view = state.view
        if view is not None and not (all(map(math.isfinite, view)) and view[0] < view[1]):
            return msgspec.structs.replace(state, view=None)
        return state


def _as_json(state: WindowState) -> str:
    """Return the state as ASCII, because names of files need not be Unicode."""
    return json.dumps(msgspec.to_builtins(state))


def short_paths(paths: set[tuple[str | int, ...]]) -> tuple[tuple[str | int, ...], ...]:
    """Return the paths that can be kept, the shortest first."""
    kept = [path for path in paths if len(path) <= 1_000 and all(_fits(key) for key in path)]
    return tuple(sorted(kept, key=len)[:_MAX_EXPANDED])


def _fits(key: str | int) -> bool:
    return len(key) <= 8192 if isinstance(key, str) else 0 <= key <= 1 << 53
