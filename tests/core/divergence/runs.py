"""Synthetic runs of an agent: lists of events that mutations can change, and the logs of them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from replay_gui.core.log.canonical import encode
from replay_gui.core.log.chain import digest, record_hash, request_hash
from replay_gui.core.log.header import encode_header
from replay_gui.core.state.draft import Draft
from replay_gui.core.state.reducer import REDUCER, apply_content
from replay_gui.core.state.state import EMPTY
from replay_gui.core.state.state_hash import StateHash

TOOLS = ("search", "read_file", "run_tests", "query_db", "list_dir", "fetch")
_NOUNS = ("orders", "users", "carts", "prices", "stock", "coupons", "refunds", "invoices", "sessions", "events")
_VERBS = ("look", "check", "compare", "count", "open", "trace", "measure", "list", "repair", "test")
_START = 1_763_630_000_000_000_000


@dataclass(eq=False)
class Ev:
    """One event, compared by identity; `hidden`: from here on, recorded state hashes differ from replayed ones."""

    kind: str
    payload: dict[str, Any]
    parent: Ev | None = None
    hidden: bool = False

    @property
    def tool(self) -> str | None:
        return self.payload.get("tool_name")

    @property
    def content(self) -> bytes:
        return encode([self.kind, self.payload])

    def copy(self) -> Ev:
        """Return a copy that can be changed on its own; the parent is shared."""
        return Ev(self.kind, copy.deepcopy(self.payload), self.parent, self.hidden)


@dataclass(eq=False)
class Turn:
    """A decision and the events that follow from it; `calls`: the (request, response) pairs among `events`."""

    events: list[Ev]
    decision: Ev
    calls: list[tuple[Ev, Ev]] = field(default_factory=list)
    parallel: bool = False


@dataclass(frozen=True)
class Style:
    """How an agent works and records; `parents`: "none", "answers" (only responses have one) or "all"."""

    parents: str
    hashes: int  # a state hash every so many events, 0: none
    vocabulary: int  # how many different things it asks about: few repeat often
    turns: int


@dataclass(eq=False)
class Run:
    """A run: the first events, then turns."""

    style: Style
    lead: list[Ev]
    turns: list[Turn]

    @property
    def events(self) -> list[Ev]:
        return self.lead + [event for turn in self.turns for event in turn.events]


class Agent:
    """Builds runs, and parts of runs for mutations; the same seed gives the same run."""

    def __init__(self, seed: str, style: Style) -> None:
        self.dice = Random(seed)
        self.style = style
        self._about = [f"{self.dice.choice(_NOUNS)} {n}" for n in range(style.vocabulary)]
        self._outputs: dict[str, Any] = {}
        self._count = 0

    def run(self) -> Run:
        """Return a new run."""
        init = Ev("AgentInit", {"agent_type": "triage", "agent_version": "1", "config": {"model": "m-1", "tries": 3}})
        phase = Ev("StateTransition", {"transition_type": "begin", "phase": "act"})
        task = self.observation("message")
        run = Run(self.style, [init, phase, task], [])
        self.last = task
        for _ in range(self.style.turns):
            run.turns.append(self.turn())
        return run

    def turn(self) -> Turn:
        """Return a decision with its calls, in sequence or in parallel; sometimes with a message and memory events."""
        dice = self.dice
        events: list[Ev] = []

        def add(event: Ev, parent: Ev | None) -> Ev:
            if self.style.parents == "all" or (self.style.parents == "answers" and event.kind == "ToolResponse"):
                event.parent = parent
            events.append(event)
            return event

        if dice.random() < 0.2:
            add(self.observation(dice.choice(("message", "metric"))), None)
        decision = add(self.decision(), self.last)
        turn = Turn(events, decision)
        if dice.random() < 0.2:
            key = dice.choice(_NOUNS)
            add(Ev("MemoryRead", {"key": key, "value": f"{key} noted"}), decision)
        calls = [self.call() for _ in range(dice.choice((1, 1, 1, 2, 2, 3)))]
        turn.parallel = len({asked.content for asked, _ in calls}) == len(calls) > 1 and dice.random() < 0.7
        if turn.parallel:
            for asked, _ in calls:
                add(asked, decision)
            for asked, answered in calls:
                add(answered, asked)
        else:
            for asked, answered in calls:
                add(asked, decision)
                add(answered, asked)
        turn.calls = calls
        last = calls[-1][1]
        if dice.random() < 0.35:
            last = add(self.memory(), last)
        self.last = last
        return turn

    # ---- pieces -------------------------------------------------------------------------------------
    def words(self, n: int = 4) -> str:
        """Return words that no other text of the run has."""
        self._count += 1
        text = " ".join(self.dice.choice(_VERBS + _NOUNS) for _ in range(n))
        return f"{text} {self._count}{self.dice.randrange(10**6)}"

    def observation(self, obs_type: str) -> Ev:
        return Ev("Observation", {"obs_type": obs_type, "source": "user", "data": self.words(8)})

    def decision(self) -> Ev:
        said = self.words() if self.dice.random() < 0.8 else self.dice.choice(_VERBS)
        return Ev("Decision", {"decision_type": "step", "data": {"next": said}, "reasoning": self.words(10)})

    def memory(self) -> Ev:
        return Ev("MemoryWrite", {"key": self.dice.choice(_NOUNS), "operation": "set", "value": {"seen": self.words()}})

    def call(self) -> tuple[Ev, Ev]:
        tool, about = self.dice.choice(TOOLS), self.dice.choice(self._about)
        name = f"{tool} {about}"
        if name not in self._outputs:
            self._outputs[name] = self.output()
        return self.asked(tool, {"q": about}, self._outputs[name])

    def asked(self, tool: str, input: Any, output: Any, error: str | None = None) -> tuple[Ev, Ev]:
        """Return a request and its response."""
        request = {"tool_name": tool, "tool_version": "1", "input": input, "capabilities": []}
        response = {
            "tool_name": tool,
            "request_hash": request_hash(tool, "1", input),
            "output": copy.deepcopy(output),
            "success": error is None,
            "error": error,
        }
        asked = Ev("ToolRequest", request)
        return asked, Ev("ToolResponse", response, asked if self.style.parents != "none" else None)

    def output(self) -> Any:
        hits = [{"id": self.dice.randrange(10**4), "text": self.words(6)} for _ in range(self.dice.choice((1, 2, 4)))]
        return {"hits": hits, "took": self.dice.choice((1, 2, 3))}


def clocked(events: list[Ev], dice: Random) -> list[Ev]:
    """Return the same events on another day, with a clock time, an id or the like in every text that can have one."""
    copies = {id(event): event.copy() for event in events}

    where = Random(7)  # the same places, whatever the day
    for event in events:
        other = copies[id(event)]
        other.parent = copies.get(id(event.parent)) if event.parent is not None else None
        form = where.randrange(5)
        if event.kind == "ToolResponse":
            other.payload["output"] = {"said": event.payload["output"], "log": _shaped(Random(form), dice)}
        elif event.kind == "Observation":
            other.payload["data"] = f"{event.payload['data']} {_shaped(Random(form), dice)}"
    return [copies[id(event)] for event in events]


def _shaped(shape: Random, dice: Random) -> str:
    """Return a text; `shape` decides its form and `dice` its numbers."""
    match shape.randrange(5):
        case 0:
            day, hour, minute = dice.randrange(1, 29), dice.randrange(24), dice.randrange(60)
            return f"done 2026-11-{day:02}T{hour:02}:{minute:02}:07Z well"
        case 1:
            return f"took {dice.randrange(1, 90)}.{dice.randrange(10)} ms"
        case 2:
            return f"id {dice.getrandbits(32):08x}-{dice.getrandbits(16):04x}-4abc-8abc-{dice.getrandbits(48):012x}"
        case 3:
            return f"<object at 0x{dice.getrandbits(43) | 1 << 43:x}>"
        case _:
            return f"wrote /tmp/tmp{dice.getrandbits(32):08x}/out"


def write_run(path: Path, events: list[Ev], hashes: int, run_id: str) -> None:
    """Write the log of these events: unsealed, with times, and a state hash every `hashes` events (0: none)."""
    raw = encode_header({"run_id": run_id, "reducer": REDUCER})
    pieces, previous = [raw], digest(raw)
    places = {id(event): place for place, event in enumerate(events)}
    draft, running, hidden = Draft(EMPTY), StateHash(), False
    for place, event in enumerate(events):
        content = event.content
        meta: dict[str, Any] = {"seq": place, "time": _START + place * 1_000_000 + len(run_id)}
        cause = event.parent
        while cause is not None and id(cause) not in places:
            cause = cause.parent  # it was dropped: what caused that
        if cause is not None and places[id(cause)] < place:
            meta["parent"] = places[id(cause)]
        state = None
        if hashes:
            apply_content(draft, content)
            running.add_changes(draft)
            hidden |= event.hidden
            if (place + 1) % hashes == 0:
                state = digest(running.digest() + b"hidden") if hidden else running.digest()
        facts = encode(meta)
        previous = record_hash(previous, content, state, facts)
        pieces.append(encode([content, state, facts, previous]))
    path.write_bytes(b"".join(pieces))
