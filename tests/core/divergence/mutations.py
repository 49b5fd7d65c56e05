"""Pairs of runs that differ in known ways, each with its true causes. The seeds are fixed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from replay_gui.core.divergence.comparison import CauseKind
from replay_gui.core.divergence.rules.presets import PRESETS
from replay_gui.core.divergence.rules.rules import Action, Rule
from tests.core.divergence.runs import Agent, Ev, Run, Style, Turn, clocked

SEED = "where two runs part"


@dataclass(frozen=True)
class Expected:
    """A true cause, and the contents of the events that it may be reported at."""

    kind: CauseKind
    tool: str | None
    contents: frozenset[bytes]


@dataclass
class Case:
    """Two runs, their true causes, and the rules to compare them by."""

    name: str
    style: Style
    a: list[Ev]
    b: list[Ev]
    expected: list[Expected] = field(default_factory=list)
    rules: tuple[Rule, ...] = ()


class Bench:
    """A run and its copy, which mutations change."""

    def __init__(self, number: int, name: str, turns: int = 9) -> None:
        seed = f"{SEED} {name} {number}"
        self.dice = dice = Random(seed)
        parents = dice.choice(("none", "none", "answers", "all", "all"))
        style = Style(parents, dice.choice((0, 0, 1, 1, 4)), dice.choice((3, 8, 40)), dice.randrange(turns, 30))
        self.style = style
        self.agent = Agent(seed, style)
        self.before: Run = self.agent.run()
        self.after: Run = copy.deepcopy(self.before)
        self.expected: list[Expected] = []
        self.rules: tuple[Rule, ...] = ()

    def case(self, name: str) -> Case:
        a, b = self.before.events, self.after.events
        if self.dice.random() < 0.5:
            turned = {CauseKind.MISSING: CauseKind.EXTRA, CauseKind.EXTRA: CauseKind.MISSING}
            self.expected = [Expected(turned.get(e.kind, e.kind), e.tool, e.contents) for e in self.expected]
            a, b = b, a
        return Case(name, self.style, a, b, self.expected, self.rules)

    def put_in(self, kind: CauseKind, tool: str | None, *events: Ev) -> None:
        self.expected.append(Expected(kind, tool, frozenset(event.content for event in events)))

    # ---- changes of one event -----------------------------------------------------------------------
    def answer_otherwise(self, at: int) -> None:
        """Change the answer of a tool to one request, in one of several ways."""
        turn = self.after.turns[at]
        _, answer = self.dice.choice(turn.calls)
        old = answer.copy()
        output = answer.payload["output"]
        match self.dice.randrange(4):
            case 0:
                output["hits"].pop()
            case 1:
                output["hits"].append({"id": 0, "text": self.agent.words()})
            case 2:
                output["hits"][-1]["text"] = self.agent.words()
            case _:
                answer.payload |= {"output": None, "success": False, "error": self.agent.words()}
        self.put_in(CauseKind.TOOL, answer.tool, old, answer)

    def decide_otherwise(self, at: int) -> None:
        decision = self.after.turns[at].decision
        old = decision.copy()
        self._redecide(decision)
        self.put_in(CauseKind.DECISION, None, old, decision)

    def reword(self, at: int) -> None:
        """Add an observation to the turn in both runs, with another text in the copy."""
        told = self.agent.observation("message")
        same = told.copy()
        if self.style.parents == "all":
            told.parent = self._before(self.before, at)
            same.parent = self._before(self.after, at)
        self.before.turns[at].events.insert(0, told)
        self.after.turns[at].events.insert(0, same)
        same.payload["data"] = "Put otherwise: " + same.payload["data"]
        self.put_in(CauseKind.OBSERVATION, None, told, same)

    def remember_otherwise(self, at: int) -> None:
        kept = self.agent.memory()
        other = kept.copy()
        for run, event in ((self.before, kept), (self.after, other)):
            turn = run.turns[at]
            turn.events.append(event)
            if self.style.parents == "all":
                event.parent = turn.calls[-1][1]
        other.payload["value"] = {"seen": self.agent.words()}
        self.put_in(CauseKind.MEMORY, None, kept, other)

    def configure(self) -> None:
        init = self.after.lead[0]
        init.payload["config"] = {"model": self.dice.choice(("m-1", "m-2")), "tries": 4}
        self.put_in(CauseKind.CONFIG, None, self.before.lead[0], init)

    def follow(self, at: int) -> None:
        """What comes of a difference: the turns right after it go otherwise for a while, then all is as before."""
        n = self.dice.randrange(1, 5)
        turn = at
        for step in range(n):
            turn = at + 1 + step
            if turn >= len(self.after.turns) - 1:
                return
            self._stray(self.after.turns[turn])
        if self.dice.random() < 0.5:
            self._insert_turn(turn)
        elif self.dice.random() < 0.3 and turn + 1 < len(self.after.turns) - 1:
            del self.after.turns[turn + 1]

    def _stray(self, turn: Turn) -> None:
        """The turn's decision, and perhaps what it asked and what it kept, are others."""
        self._redecide(turn.decision)
        for i, (asked, answered) in enumerate(turn.calls):
            if self.dice.random() < 0.5:
                tool, input = asked.payload["tool_name"], {"q": self.agent.words()}
                if self.dice.random() < 0.2:
                    tool = "grep"
                new_asked, new_answered = self.agent.asked(tool, input, self.agent.output())
                asked.payload, answered.payload = new_asked.payload, new_answered.payload
                turn.calls[i] = asked, answered
        for event in turn.events:
            if event.kind == "MemoryWrite" and self.dice.random() < 0.5:
                event.payload["value"] = {"seen": self.agent.words()}
        if self.dice.random() < 0.3:
            self._call_once_more(turn)

    def _call_once_more(self, turn: Turn) -> None:
        asked, answered = self.agent.asked("search", {"q": self.agent.words()}, self.agent.output())
        if self.style.parents == "all":
            asked.parent = turn.decision
        turn.events += [asked, answered]

    def _insert_turn(self, after: int) -> None:
        self.agent.last = self.after.turns[after].calls[-1][1]
        extra = self.agent.turn()
        following = self.after.turns[after + 1]
        if self.style.parents == "all":
            following.decision.parent = extra.calls[-1][1]
        self.after.turns.insert(after + 1, extra)

    def _redecide(self, decision: Ev) -> None:
        decision.payload["data"] = {"next": self.agent.words()}
        if self.dice.random() < 0.7:
            decision.payload["reasoning"] = self.agent.words(9)

    def _before(self, run: Run, at: int) -> Ev:
        return run.turns[at - 1].calls[-1][1] if at else run.lead[-1]

    def some_turn(self, low: int = 1, high: int = 3) -> int:
        """A turn that has `low` turns before it and `high` after it."""
        return self.dice.randrange(low, len(self.after.turns) - high)


# ---- the mutations ------------------------------------------------------------------------------------
def tool_once(number: int) -> Case:
    bench = Bench(number, "tool once")
    bench.answer_otherwise(bench.some_turn(0, 0))
    return bench.case("tool once")


def tool_with_consequences(number: int) -> Case:
    bench = Bench(number, "tool with consequences")
    at = bench.some_turn()
    bench.answer_otherwise(at)
    if bench.style.parents == "all":  # the differing answer is the one that the next decision names
        _name_the_answer(bench, at)
    bench.follow(at)
    return bench.case("tool with consequences")


def _name_the_answer(bench: Bench, at: int) -> None:
    changed = bench.expected[-1].contents
    for run in (bench.before, bench.after):
        answer = next(answer for _, answer in run.turns[at].calls if answer.content in changed)
        run.turns[at + 1].decision.parent = answer


def retry(number: int) -> Case:
    """Make a call twice: the first answer is an error, or both answers are equal."""
    bench = Bench(number, "retry")
    turn = bench.after.turns[bench.some_turn(0, 0)]
    i = bench.dice.randrange(len(turn.calls))
    asked, answered = turn.calls[i]
    fails = bench.dice.random() < 0.6
    output, error = (None, bench.agent.words()) if fails else (answered.payload["output"], None)
    again = bench.agent.asked(asked.payload["tool_name"], asked.payload["input"], output, error)
    again[0].parent = asked.parent
    place = turn.events.index(asked)
    turn.events[place:place] = list(again)
    bench.put_in(CauseKind.EXTRA, asked.tool, asked, answered, *again)
    return bench.case("retry")


def dropped(number: int) -> Case:
    """Remove one event, or one call with its answer."""
    bench = Bench(number, "dropped")
    turn = bench.after.turns[bench.some_turn(0, 0)]
    event = bench.dice.choice(turn.events)
    if event.kind in ("ToolRequest", "ToolResponse"):
        asked, answered = next(call for call in turn.calls if event in call)
        gone = [answered] if bench.dice.random() < 0.3 else [asked, answered]
    else:
        gone = [event]
    for one in gone:
        turn.events.remove(one)
    bench.put_in(CauseKind.MISSING, event.tool, *gone)
    return bench.case("dropped")


def _parallel(number: int, name: str) -> Bench:
    """Return a bench with a turn of parallel calls."""
    benches = (Bench(number, f"{name} {again}") for again in range(100))
    return next(bench for bench in benches if any(turn.parallel for turn in bench.after.turns))


def swapped(number: int) -> Case:
    """Swap two parallel calls: their requests, their answers, or both."""
    bench = _parallel(number, "swapped")
    turn = bench.dice.choice([turn for turn in bench.after.turns if turn.parallel])
    i = bench.dice.randrange(len(turn.calls) - 1)
    sides = bench.dice.choice(((0,), (1,), (0, 1)))
    for side in sides:
        one, other = (turn.events.index(turn.calls[i + k][side]) for k in (0, 1))
        turn.events[one], turn.events[other] = turn.events[other], turn.events[one]
    bench.put_in(CauseKind.ORDER, None, *(event for call in turn.calls for event in call))
    return bench.case("swapped")


def config(number: int) -> Case:
    bench = Bench(number, "config")
    bench.configure()
    if bench.dice.random() < 0.5 and bench.style.parents != "all":
        bench.follow(-1)
    return bench.case("config")


def observation(number: int) -> Case:
    bench = Bench(number, "observation")
    at = bench.some_turn()
    bench.reword(at)
    if bench.dice.random() < 0.5:
        if bench.style.parents == "all":
            for run in (bench.before, bench.after):
                run.turns[at].decision.parent = run.turns[at].events[0]
        bench.follow(at - 1)
    return bench.case("observation")


def decision(number: int) -> Case:
    bench = Bench(number, "decision")
    at = bench.some_turn()
    bench.decide_otherwise(at)
    if bench.dice.random() < 0.5:
        bench.follow(at)
    return bench.case("decision")


def memory(number: int) -> Case:
    """Write another value to memory, and sometimes read it much later."""
    bench = Bench(number, "memory")
    at = bench.some_turn(1, 5)
    bench.remember_otherwise(at)
    if bench.dice.random() < 0.5:
        later = bench.dice.randrange(at + 1, len(bench.after.turns))
        for run in (bench.before, bench.after):
            kept = run.turns[at].events[-1]
            key = f"kept {number}"
            kept.payload["key"] = key
            read = Ev("MemoryRead", {"key": key, "value": kept.payload["value"]})
            read.parent = run.turns[later].decision if bench.style.parents == "all" else None
            run.turns[later].events.append(read)
        bench.expected.clear()
        bench.put_in(CauseKind.MEMORY, None, bench.before.turns[at].events[-1], bench.after.turns[at].events[-1])
    return bench.case("memory")


def hidden_state(number: int) -> Case:
    bench = Bench(number, "hidden state")
    bench.style = Style(bench.style.parents, bench.dice.choice((1, 1, 4)), bench.style.vocabulary, bench.style.turns)
    events = bench.after.events
    event = events[bench.dice.randrange(len(events) - bench.style.hashes)]
    event.hidden = True
    place = events.index(event)  # the state is recorded there or a few events later
    bench.put_in(CauseKind.STATE, None, *events[place : place + bench.style.hashes])
    return bench.case("hidden state")


def clocks_and_ids(number: int) -> Case:
    """Change the times and ids in all texts; in half of the cases also the answer of a tool."""
    bench = Bench(number, "clocks and ids")
    if number % 2:
        bench.answer_otherwise(bench.some_turn(0, 0))
    case = bench.case("clocks and ids")
    tool = [(e.kind, e.tool) for e in case.expected]
    places = [i for i, (a, b) in enumerate(zip(case.a, case.b, strict=True)) if a.content != b.content]
    case.a, case.b = clocked(case.a, Random(f"a {number}")), clocked(case.b, Random(f"b {number}"))
    case.expected = [
        Expected(kind, name, frozenset((case.a[place].content, case.b[place].content)))
        for (kind, name), place in zip(tool, places, strict=True)
    ]
    case.rules = tuple(Rule(Action.IGNORE, pattern=name) for name in PRESETS)
    return case


def two_causes(number: int) -> Case:
    """Make two changes, each with or without consequences, with turns between them in which the runs agree."""
    bench = Bench(number, "two causes", 18)
    kinds = (bench.answer_otherwise, bench.decide_otherwise, bench.reword, bench.remember_otherwise)
    second = bench.dice.randrange(13, len(bench.after.turns) - 2)
    first = bench.dice.randrange(1, 5)
    for at in (second, first):  # the later one first: consequences may change the number of turns
        do = bench.dice.choice(kinds)
        do(at)
        if bench.dice.random() < 0.6 and do in (bench.answer_otherwise, bench.decide_otherwise):
            if bench.style.parents == "all" and do == bench.answer_otherwise:
                _name_the_answer(bench, at)
            bench.follow(at)
    return bench.case("two causes")


def two_at_once(number: int) -> Case:
    """Change the answers to two calls of one turn."""
    bench = _parallel(number, "two at once")
    turn = bench.dice.choice([turn for turn in bench.after.turns if turn.parallel])
    for _, answer in turn.calls[:2]:
        old = answer.copy()
        answer.payload["output"] = bench.agent.output()
        bench.put_in(CauseKind.TOOL, answer.tool, old, answer)
    return bench.case("two at once")


def marked_tool(number: int) -> Case:
    """Change every answer of a tool, and mark the tool as non-deterministic."""
    bench = Bench(number, "marked tool")
    tool = bench.dice.choice([answer.tool for turn in bench.after.turns for _, answer in turn.calls])
    for turn in bench.after.turns:
        for _, answer in turn.calls:
            if answer.tool == tool:
                answer.payload["output"] = bench.agent.output()
    bench.rules = (Rule(Action.NONDETERMINISTIC, tool=tool),)
    return bench.case("marked tool")


def alike(number: int) -> Case:
    """Record the same events at other times."""
    return Bench(number, "alike").case("alike")


MUTATIONS: tuple[Callable[[int], Case], ...] = (
    tool_once,
    tool_with_consequences,
    retry,
    dropped,
    swapped,
    config,
    observation,
    decision,
    memory,
    hidden_state,
    clocks_and_ids,
    two_causes,
    two_at_once,
    marked_tool,
    alike,
)
