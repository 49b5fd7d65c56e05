"""Finds the recorded call for a new one: by its key, within its parent, in the recorded order."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TypeAlias

from replay_gui.core.divergence.rules.rules import Rules
from replay_gui.record.calls.call import CallKind, CallRequest
from replay_gui.record.matcher.past_run import PastCall, PastRun
from replay_gui.record.matcher.request_differences import equal_by_rules, request_differences

_Place: TypeAlias = tuple[CallKind, str, str, int]
"""Kind, name and version of a call, and the number of its parent (-1: none)."""

_MAX_COMPARED_REQUESTS = 200  # recorded requests that are compared in full to find the nearest


class CallMatcher:
    """The recorded calls that were not claimed yet."""

    def __init__(self, run: PastRun, rules: Rules) -> None:
        self._run = run
        self._rules = rules if len(rules) else None
        self._taken: set[int] = set()
        self._by_key: dict[tuple[_Place, bytes], deque[PastCall]] = defaultdict(deque)
        self._by_place: dict[_Place, list[PastCall]] = defaultdict(list)
        for call in run.calls:
            place = _place(call.request, call.parent)
            self._by_key[place, call.key].append(call)
            self._by_place[place].append(call)

    def claim_call(self, request: CallRequest, key: bytes, parent: PastCall | None) -> PastCall | None:
        """Return the recorded call for this request, each call once; None if there is none left.

        Of several equal calls, the first one. If there is no equal one, the first that is equal by the rules.

        Args:
            request: without secrets and ids. key: of the request. parent: the recorded call inside which it is made.
        """
        place = _place(request, parent)
        equal = self._by_key.get((place, key), deque())
        while equal:
            call = equal.popleft()
            if call.number not in self._taken:
                return self._claim(call)
        if self._rules is not None:
            for call in self._by_place[place]:
                if call.number not in self._taken and equal_by_rules(call.request, request, self._rules):
                    return self._claim(call)
        return None

    def take_call(self, call: PastCall) -> None:
        """Mark a call as claimed, because it is inside one that is answered from the log."""
        self._taken.add(call.number)

    def is_taken(self, call: PastCall) -> bool:
        """Return whether a call was claimed."""
        return call.number in self._taken

    def left(self) -> list[PastCall]:
        """Return the calls that were not claimed."""
        return [call for call in self._run.calls if call.number not in self._taken]

    def nearest(self, request: CallRequest, parent: PastCall | None, expected: PastCall | None) -> PastCall | None:
        """Return the recorded call whose request is nearest to this one; None if there is none of its kind.

        An equal one within the same parent, claimed already, is nearest. Else these count, in order: the same name;
        not claimed yet; the same parent; fewer differences; nearer to `expected`, the next call of the recorded
        run.
        """
        at = len(self._run.calls) if expected is None else expected.number
        alike = [call for call in self._run.calls if call.request.kind is request.kind]
        named = [call for call in alike if call.request.name == request.name] or alike
        named.sort(key=lambda call: (call.number in self._taken, abs(call.number - at)))
        candidates = named[:_MAX_COMPARED_REQUESTS]

        def distance(call: PastCall) -> tuple[bool, bool, bool, int, int]:
            differing = len(request_differences(call.request, request))
            is_other = differing > 0 or call.parent is not parent
            return is_other, call.number in self._taken, call.parent is not parent, differing, abs(call.number - at)

        return min(candidates, key=distance, default=None)

    def _claim(self, call: PastCall) -> PastCall:
        self._taken.add(call.number)
        return call


def _place(request: CallRequest, parent: PastCall | None) -> _Place:
    return request.kind, request.name, request.version, -1 if parent is None else parent.number
