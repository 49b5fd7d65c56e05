"""The events of a run in groups, as a picture of the run has one line for each: by kind, and the calls of each tool.

The events of a group are ascending positions: how many of them are in each column of a picture is found by bisection,
however long the run is. The engine sorts the events into groups, a few at a time while a run is read; those of a whole
run are a file of its index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from replay_gui.core.log.kinds import KINDS
from replay_gui.core.numpy_on_demand import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Positions: TypeAlias = "NDArray[np.int32]"
GroupNumber: TypeAlias = int
"""A Group, or FIRST_TOOL_GROUP + the number of a tool, or OTHER_TOOLS_GROUP."""


class Group(IntEnum):
    """The groups that are not calls. The calls of tool t are the group FIRST_TOOL_GROUP + t, if t < MAX_TOOL_GROUPS."""

    AGENT = 0
    OBSERVATIONS = 1
    DECISIONS = 2
    MEMORY = 3
    PATCHES = 4
    ERRORS = 5
    OTHER = 6
    BOOKKEEPING = 7


FIRST_TOOL_GROUP = len(Group)
MAX_TOOL_GROUPS = 1000  # the first tools of a run have groups of their own
OTHER_TOOLS_GROUP = FIRST_TOOL_GROUP + MAX_TOOL_GROUPS  # the calls of all other tools


def _no_positions() -> Positions:
    return np.zeros(0, np.int32)


def _no_events(of: int = 0) -> NDArray[np.int64]:
    return np.zeros(of, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class EventGroups:
    """The first `count` events of a run by group; position 1 is the run's first event.

    A call is in its tool's group at the position of its request; a response only if its request is not known. A failed
    response is among the errors. An error that repeats the failed response before it is in no group, and one by which
    the user stopped the agent is among OTHER.

    Attributes:
        count: of the events.
        positions: int32, ascending, of the events of each group that has any.
        failed: int32, ascending, for each group of calls that has any: of the responses of failed calls.
        kinds: int64, of each kind by its number in the index: how many events concern no tool.
        tools: int64, of each tool by its number in the index: how many events concern it.
    """

    count: int = 0
    positions: Mapping[GroupNumber, Positions] = field(default_factory=lambda: MappingProxyType({}))
    failed: Mapping[GroupNumber, Positions] = field(default_factory=lambda: MappingProxyType({}))
    kinds: NDArray[np.int64] = field(default_factory=lambda: _no_events(len(KINDS)))
    tools: NDArray[np.int64] = field(default_factory=_no_events)

    @property
    def failures(self) -> Positions:
        """The positions of errors, denials and responses of failed calls, ascending."""
        return self.positions.get(Group.ERRORS, _no_positions())
