"""The lanes of the timeline that the user wants to see, as a value that can be saved."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

TOOLS, REST = "tools", "rest"  # groups that can be folded into one lane: all tools; memory, patches, errors and others
SPENDING = "spending"  # the plot of tokens and cost: key and group in one
SUBAGENTS = "subagents"
BOOKKEEPING = "bookkeeping"  # the lane of events that are not steps of the agent, shown only if the list shows them
GROUPS = (TOOLS, REST, SPENDING, SUBAGENTS)
_MAX_SAVED_NAMES = 1_000  # names at most that are remembered


@dataclass(frozen=True, slots=True)
class LaneChoice:
    """`folded`: groups shown as one lane. `hidden`: keys of lanes not shown (see Lane.key). `many_tools`: whether more
    tools than usual have a separate lane.
    """

    folded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    many_tools: bool = False

    def toggled(self, group: str) -> LaneChoice:
        """Return the choice with a group folded, or unfolded if it was folded."""
        return replace(self, folded=self.folded ^ {group})

    def without(self, key: str) -> LaneChoice:
        """Return the choice with one lane hidden."""
        return replace(self, hidden=self.hidden | {key})

    def with_lane(self, key: str) -> LaneChoice:
        """Return the choice with one lane shown."""
        return replace(self, hidden=self.hidden - {key})

    def with_all(self) -> LaneChoice:
        """Return the choice with all lanes shown; folded groups stay folded."""
        return replace(self, hidden=frozenset())

    def save(self) -> str:
        """Return the choice as JSON."""
        hidden = sorted(self.hidden)[:_MAX_SAVED_NAMES]
        return json.dumps({"folded": sorted(self.folded), "hidden": hidden, "many_tools": self.many_tools})

    @classmethod
    def restored(cls, saved: object) -> LaneChoice:
        """Return the choice that `save` wrote; invalid data is ignored."""
        try:
            choice = json.loads(saved) if isinstance(saved, str) else None
        except (ValueError, RecursionError):
            choice = None
        many_tools = isinstance(choice, dict) and choice.get("many_tools") is True
        return cls(_names(choice, "folded") & set(GROUPS), _names(choice, "hidden"), many_tools)


def _names(choice: object, key: str) -> frozenset[str]:
    names = choice.get(key) if isinstance(choice, dict) else None
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


ALL_LANES = LaneChoice()
