"""Find the lines of a Claude Code session that belong to the run, and their order.

The lines form a tree by `parentUuid`. It has forks at rewinds of the user, and also elsewhere: at the lines of one
message, at parallel calls, at retries, at lines that are written late. Only a later prompt of the user that replaces
earlier lines is a rewind; the lines of all other forks belong to the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MAX_PASSES = 8  # passes over the tree; more than one only if children come before their parents


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A line of the tree.

    Attributes:
        parent: uuid of the line before it. talks: whether the user or the assistant speaks.
        prompt: whether it is a prompt of the user. goes_on: whether it continues after a compaction, without a parent.
        requests, results: ids of the tool calls in it, and of the results in it.
    """

    number: int
    uuid: str
    parent: str | None
    talks: bool
    prompt: bool
    sidechain: bool
    goes_on: bool
    message_id: str | None
    requests: tuple[str, ...]
    results: tuple[str, ...]


@dataclass(slots=True)
class Rewinds:
    """The lines that the user rewound.

    Attributes:
        left_out: numbers of the lines that no longer belong to the run. branches: the number of rewound sequences.
        prompts: numbers of the prompts with which the user went back.
    """

    left_out: set[int]
    branches: int
    prompts: list[int]


def find_rewinds(nodes: Iterable[Node]) -> Rewinds:
    """Return the lines that later prompts of the user replaced. `nodes`: those of one conversation, in file order."""
    main = list(nodes)
    by_uuid = {node.uuid: node for node in main}
    children: dict[str, list[Node]] = {}
    for node in main:
        if node.parent in by_uuid:
            children.setdefault(str(node.parent), []).append(node)
    last = _last_lines(main, by_uuid)
    rewound, starts, prompts = dict[str, Node](), set[str](), list[int]()
    for siblings in children.values():
        if len(siblings) < 2:
            continue
        for prompt in siblings:
            before = [] if not prompt.prompt else [sibling for sibling in siblings if sibling.number < prompt.number]
            replaced = [sibling for sibling in before if 0 < last[sibling.uuid] < prompt.number]
            for sibling in replaced:
                if sibling.uuid not in rewound:
                    starts.add(sibling.uuid)
                    _add_lines_below(sibling, children, rewound)
            if replaced:
                prompts.append(prompt.number)
    kept = [node for node in main if node.uuid not in rewound]
    messages = {node.message_id for node in kept if node.message_id}
    calls = {call for node in kept for call in node.requests}
    for node in list(rewound.values()):  # other lines of the same message, and results of its calls, are not a rewind
        if node.message_id in messages or not calls.isdisjoint(node.results):
            del rewound[node.uuid]
    starts &= rewound.keys()
    nested = {uuid for uuid in starts if rewound[uuid].parent in rewound}
    return Rewinds({node.number for node in rewound.values()}, len(starts - nested), sorted(prompts))


def _last_lines(nodes: list[Node], by_uuid: dict[str, Node]) -> dict[str, int]:
    """Return the number of the last conversation line at or below each node; 0 if there is none."""
    last = {node.uuid: node.number if node.talks else 0 for node in nodes}
    for _ in range(_MAX_PASSES):
        changed = False
        for node in reversed(nodes):
            parent = by_uuid.get(node.parent or "")
            if parent is not None and last[parent.uuid] < last[node.uuid]:
                last[parent.uuid] = last[node.uuid]
                changed = changed or parent.number > node.number
        if not changed:
            break
    return last


def _add_lines_below(top: Node, children: dict[str, list[Node]], taken: dict[str, Node]) -> None:
    rest = [top]
    while rest:
        node = rest.pop()
        if node.uuid not in taken:
            taken[node.uuid] = node
            rest.extend(children.get(node.uuid, ()))


def count_joined(nodes: Iterable[Node], known: dict[str, Node]) -> int:
    """Return how many conversation lines have a parent that is not in the file, without the first line."""
    talk = [node for node in nodes if node.talks]
    return sum(bool(node.parent) and node.parent not in known and not node.goes_on for node in talk[1:])


def find_late_causes(nodes: Iterable[Node]) -> dict[int, int]:
    """Return the lines that come before the line that they follow: by line number, the number of the later line.

    A result follows its request, even if the request's line comes later in the file. Every other line follows its
    parent, unless the parent waits for it. Lines that wait for each other are not moved.
    """
    every = list(nodes)
    by_uuid = {node.uuid: node for node in every}
    by_number = {node.number: node for node in every}
    requests = {call: node for node in reversed(every) for call in node.requests}
    causes: dict[int, int] = {}
    written = set[int]()
    waiting: dict[int, list[int]] = {}
    for node in every:
        asked = {line.number for call in node.results if (line := requests.get(call)) is not None}
        above = by_uuid.get(node.parent or "")
        late = {*asked, *(() if above is None else (above.number,))} - {node.number} - written
        late = {number for number in late if not _depends_on(number, node.number, causes)}
        if late and (max(late) in asked or not _waits_for(by_number[max(late)], node, by_uuid)):
            causes[node.number] = max(late)
            waiting.setdefault(max(late), []).append(node.number)
            continue
        done = [node.number]
        while done:
            number = done.pop()
            written.add(number)
            done.extend(waiting.pop(number, ()))
    return causes


def _depends_on(number: int, cause: int, causes: dict[int, int]) -> bool:
    """Return whether a line waits for another line, directly or through others."""
    visited = set[int]()
    while number in causes and number not in visited:
        visited.add(number)
        number = causes[number]
        if number == cause:
            return True
    return False


def _waits_for(late: Node, node: Node, by_uuid: dict[str, Node]) -> bool:
    """Return whether the line `late` is below the line `node` in the tree."""
    here: Node | None = late
    visited = set[str]()
    while here is not None and here.uuid not in visited:
        if here is node:
            return True
        visited.add(here.uuid)
        here = by_uuid.get(here.parent or "")
    return False
