"""Trace the values of a call back through its run, and find the first link that the other run lacks.

This is a dynamic backward slice by value: the values of a call come from the user, from an answer, or from the agent;
those of an answer come from the values of its request, and so on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from replay_gui.core.effects.call_values import input_leaves, is_name, is_rare_value, value_text
from replay_gui.core.effects.classifier import code_of
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.origin import Origin, OriginRole
from replay_gui.core.translation.messages import translatable

_MAX_DEPTH = 6  # answers in one chain
_MAX_VALUES = 60  # values that are traced for one call
_MAX_VALUES_AT_ONCE = 2_000  # values that are searched before their calls are explained

_WORKING_FOLDERS = frozenset({"cwd", "Cwd", "workdir", "working_directory", "workingDirectory"})
"""Arguments whose values the agent knows from where it was started, although no event may have them."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a chain: the first event with a value, and the call whose response it is, if any."""

    index: EventIndex
    role: OriginRole
    value: str
    call: ToolCall | None


class MissingLinkKind(StrEnum):
    """The way in which the other run lacks a link."""

    INPUT = translatable("input")  # the user never named the value
    LOOKING = translatable("looking")  # it never made the call whose answer has the value
    WORLD = translatable("world")  # it made the call, and got another answer
    AGENT = translatable("agent")  # the agent itself was the first to name the value


@dataclass(frozen=True, slots=True)
class MissingLink:
    """The first link that the other run lacks; `equal_call`: its equal call with another answer."""

    kind: MissingLinkKind
    link: Link
    equal_call: ToolCall | None = None


def rare_values(call: ToolCall) -> list[str]:
    """Return the values of a call that can be traced, as text.

    Of what is given beside a command, such as a time-out or a description, only names and paths count.
    """
    member = code_of(call.input)[0] if runs_code(call.tool) else ""
    values = [
        value_text(value)
        for path, value in input_leaves(call.input)
        if is_rare_value(value)
        and path.rpartition("/")[2] not in _WORKING_FOLDERS
        and (not member or path.split("/")[1] == member or _is_name_or_path(value))
    ]
    return list(dict.fromkeys(values))[:_MAX_VALUES]


def _is_name_or_path(value: object) -> bool:
    return is_name(value) or (isinstance(value, str) and "/" in value and len(value.split(maxsplit=1)) == 1)


def find_places(runs: Sequence[RunAccount], calls: Sequence[tuple[RunAccount, ToolCall]]) -> None:
    """Find the first places of all values that `chain` needs for these calls, each of a run, in all runs.

    So a log is read once for each step of the chains, and not once for each call and value.
    """
    searched: set[str] = set()
    frontier = list(calls)
    for _ in range(_MAX_DEPTH + 1):
        values = dict.fromkeys(value for _, call in frontier for value in rare_values(call) if value not in searched)
        values = dict.fromkeys(islice(values, max(_MAX_VALUES_AT_ONCE - len(searched), 0)))
        if not values:
            return
        searched.update(values)
        for run in runs:
            run.places.find_all(values)
        sources = dict[tuple[str, EventIndex], tuple[RunAccount, ToolCall]]()
        for run, call in frontier:
            for index in (run.first_place(value, call.request) for value in rare_values(call) if value in values):
                source = None if index is None or run.role_at(index) is not OriginRole.ANSWER else run.call_at(index)
                if source is not None:
                    sources[run.side, source.request] = run, source
        frontier = list(sources.values())


def chain(run: RunAccount, call: ToolCall) -> list[Link]:
    """Return the links through which the values of a call came, earliest first, without values only in the set-up."""
    links: list[Link] = []
    searched: set[str] = set()
    pending: deque[tuple[ToolCall, int]] = deque([(call, 0)])
    while pending and len(searched) < _MAX_VALUES:
        current, depth = pending.popleft()
        values = [value for value in rare_values(current) if value not in searched]
        searched.update(values)
        run.places.find_all(values)
        for value in values:
            index = run.first_place(value, current.request)
            if index is None:
                if not run.in_setup(value) and run.first_place(value) == current.request:
                    links.append(Link(current.request, OriginRole.AGENT, value, current))
                continue
            role = run.role_at(index)
            source = run.call_at(index) if role is not OriginRole.USER else None
            links.append(Link(index, role, value, source))
            if source is not None and source is not call and role is OriginRole.ANSWER and depth < _MAX_DEPTH:
                pending.append((source, depth + 1))
    return sorted(links, key=lambda link: link.index)


def first_missing_link(other: RunAccount, links: list[Link], call: ToolCall) -> MissingLink | None:
    """Return the first link to `call` that `other` lacks; None if it had the same information."""
    for link in links:
        if not other.never_occurs(link.value):
            continue
        if link.role is OriginRole.USER:
            return MissingLink(MissingLinkKind.INPUT, link)
        if link.role is OriginRole.ANSWER:
            if link.call is None or link.call is call:
                continue
            equal = other.by_key.get(link.call.key)
            if equal is not None:
                return MissingLink(MissingLinkKind.WORLD, link, equal)
            if other.whole:
                return MissingLink(MissingLinkKind.LOOKING, link)
        elif link.index < call.request:
            return MissingLink(MissingLinkKind.AGENT, link)
    return None


def had_the_values(other: RunAccount, links: list[Link], call: ToolCall) -> bool:
    """Whether `other` certainly had all values that led to `call`, and there are such values."""
    led = [link.value for link in links if link.index < call.request]
    return bool(led) and other.whole and all(other.first_place(value) is not None for value in led)


def origins_of(run: RunAccount, links: list[Link]) -> tuple[Origin, ...]:
    """Return the chain as origins, for marks on the timeline."""
    return tuple(run.origin(link.index, link.value) for link in links)
