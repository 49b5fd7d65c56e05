"""The features of runs: properties that can differ between runs, with names that all runs share."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from replay_gui.core.log.positions import EventIndex

MAX_VALUE_LENGTH = 200  # characters of a value


class FeatureKind(StrEnum):
    """The kind of property that a feature states."""

    DID = "did"  # exactly this call changed something; `number` counts its repeats
    CHANGED_WITH = "changed with"  # a tool that changed something, with this value of an argument
    CHANGED = "changed"  # the tool changed something
    CHANGED_ANY = "changed any"  # some call changed something
    NET = "net"  # exactly these changes
    PATCHED = "patched"  # the file in `path`
    WROTE_NAME = "wrote name"  # the name in `value`, in the file in `path`
    REMOVED = "removed"  # the definition in `value`, from the file in `path`
    NO_PATCH = "no patch"
    END = "end"
    SUBMITTED = "submitted"
    ANSWERED = "answered"
    HANDED_OVER = "handed over"
    CALLED = "called"  # a call whose effect is unknown
    CALLED_TOOL = "called tool"
    UNRECOVERED = "unrecovered"  # the tool failed and never succeeded after
    LOOP = "loop"  # equal calls with equal answers
    FAILED = "failed"  # the tool answered with this error
    CHECKED = "checked"
    CHECKED_LAST = "checked last"  # after the last change
    CHECK_PASSED = "check passed"  # the last change or answer
    BEFORE = "before"  # `tool` before the tool in `value`
    READ = "read"  # exactly this question was asked
    READ_TOOL = "read tool"
    TOLD = "told"  # the agent stated this number
    AT_LEAST = "at least"  # at least `number` of what `path` names
    NOTED = "noted"  # a tool that serves the agent alone
    SET_UP = "set-up"  # a member of the configuration


NO_INDEX = EventIndex(-1)
"""The index of a feature that is at no event."""


class Feature(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A property that a run can have. All its members together identify it.

    Attributes:
        kind: a FeatureKind. tool: "" if it is not about a tool.
        path: of a file, a member of the set-up, or an argument, there without the numbers of list items.
        value: canonical JSON or text, at most MAX_VALUE_LENGTH characters.
        number: of DID and AT_LEAST; else 0.
        request: hex of the call's key, which distinguishes calls with equal beginnings; "" if it is not about one call.
    """

    kind: str
    tool: str = ""
    path: str = ""
    value: str = ""
    number: int = 0
    request: str = ""


class HeldFeature(msgspec.Struct, frozen=True):
    """A feature that holds for a run.

    Attributes:
        index: of the event at which it is first true; NO_INDEX if it is at no event.
        calls: for a value, the number of calls of the run with it as an argument; else 1.
    """

    feature: Feature
    index: EventIndex = NO_INDEX
    calls: int = 1


TIERS: dict[str, int] = {
    FeatureKind.DID: 1,
    FeatureKind.CHANGED_WITH: 1,
    FeatureKind.CHANGED: 1,
    FeatureKind.CHANGED_ANY: 1,
    FeatureKind.NET: 1,
    FeatureKind.PATCHED: 1,
    FeatureKind.WROTE_NAME: 1,
    FeatureKind.REMOVED: 1,
    FeatureKind.NO_PATCH: 2,
    FeatureKind.END: 2,
    FeatureKind.SUBMITTED: 2,
    FeatureKind.ANSWERED: 2,
    FeatureKind.HANDED_OVER: 3,
    FeatureKind.CALLED: 3,
    FeatureKind.CALLED_TOOL: 3,
    FeatureKind.UNRECOVERED: 4,
    FeatureKind.LOOP: 4,
    FeatureKind.FAILED: 5,
    FeatureKind.CHECKED: 5,
    FeatureKind.CHECKED_LAST: 5,
    FeatureKind.CHECK_PASSED: 5,
    FeatureKind.BEFORE: 5,
    FeatureKind.READ: 6,
    FeatureKind.READ_TOOL: 6,
    FeatureKind.TOLD: 7,
    FeatureKind.AT_LEAST: 7,
    FeatureKind.NOTED: 8,
    FeatureKind.SET_UP: 8,
}
"""How far a kind of feature is from a consequence: 1 are actions, 8 is the set-up."""

CHANGES = frozenset(
    (FeatureKind.DID, FeatureKind.CHANGED_WITH, FeatureKind.CHANGED, FeatureKind.CHANGED_ANY, FeatureKind.NET)
)
CHANGES_ON_THE_WAY = 7
"""The tier of changes where patches were handed in: they are work, and the patch is what counts."""

WEIGHTS = {1: 1.0, 2: 0.9, 3: 0.8, 4: 0.75, 5: 0.65, 6: 0.6, 7: 0.45, 8: 0.4}
"""How much a tier counts against how clearly a feature separates: a habit of reading is not an action."""

CONSEQUENTIAL = 1  # the tier for which separations by chance are counted
