"""What an event changed in the state, prepared for the rows of a tree."""

from __future__ import annotations

from functools import cached_property

from replay_gui.core.state.bounded_equality import BoundedEquality
from replay_gui.core.state.state import Path, StateChange

_MAX_COMPARED_MEMBERS = 200  # compared members of a replaced map or list


class StateChanges(tuple[StateChange, ...]):
    """The changes of an event. `replaced` and `touched` take up to 20 ms, and are cached.

    The engine calls `prepare`, so that the window's thread does not wait for them.
    """

    @cached_property
    def replaced(self) -> dict[Path, StateChange]:
        """The changes to a different value, by path; changes to an equal value are left out."""
        equality = BoundedEquality()
        return {
            change.path: change for change in self if not equality.equal(change.old, change.new, _MAX_COMPARED_MEMBERS)
        }

    @cached_property
    def touched(self) -> dict[Path, set[str | int]]:
        """The maps and lists in which something was replaced, by path, and the keys of the members that lead there."""
        touched: dict[Path, set[str | int]] = {}
        for path in self.replaced:
            for i in range(len(path) - 1, -1, -1):
                keys = touched.setdefault(path[:i], set())
                if path[i] in keys:
                    break
                keys.add(path[i])
        return touched

    def prepare(self) -> StateChanges:
        """Compute `replaced` and `touched` now; return the changes."""
        _ = self.replaced, self.touched
        return self
