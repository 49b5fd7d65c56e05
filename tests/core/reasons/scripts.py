"""Made runs of an agent that reads and changes things for a user: scripts that can be varied, and their logs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder

CHANGING = ("cancel_order", "update_address", "send_refund", "book_flight", "assign_ticket")
READING = ("get_user", "get_order", "search_items", "list_tickets")


@dataclass(frozen=True)
class Step:
    """A message (`who` says `text`), or a call with its answer, or without any, where `tool` is given."""

    who: str = "agent"
    text: str = ""
    tool: str = ""
    input: Any = None
    answer: Any = None
    error: str | None = None
    is_answered: bool = True

    @property
    def is_change(self) -> bool:
        return self.tool in CHANGING


def made_script(chance: Random) -> list[Step]:
    """A conversation: the user names ids, the agent reads about them and changes several."""
    user = f"user_{chance.randrange(10**6)}"
    orders = [f"#W{chance.randrange(10**7, 10**8)}" for _ in range(chance.randint(2, 4))]
    steps = [
        Step("user", f"Hello, I am {user}, it is about {', '.join(orders)}."),
        Step(tool="get_user", input={"user_id": user}, answer={"name": user, "orders": orders, "city": "Bern"}),
    ]
    for order in orders:
        answer = {"id": order, "status": "pending", "total": chance.randrange(100, 900), "items": [f"i{order[2:6]}"]}
        steps.append(Step(tool="get_order", input={"order_id": order}, answer=answer))
        steps.append(Step("agent", f"I have looked at {order}, shall I go on?"))
        steps.append(Step("user", chance.choice(("Yes, please.", "Go on.", "Please do."))))
        steps += made_changes(chance, user, order)
    steps.append(Step("agent", "All is done. Is there anything else?"))
    steps.append(Step("user", "No, thank you."))
    return steps


def made_changes(chance: Random, user: str, order: str) -> list[Step]:
    """One to three different changes of an order."""
    amount = chance.randrange(1000, 9000)
    inputs: dict[str, Any] = {
        "cancel_order": {"order_id": order, "reason": "no longer needed"},
        "update_address": {"order_id": order, "address": {"street": f"Road {amount}", "zip": f"{amount}1"}},
        "send_refund": {"user_id": user, "order_id": order, "amount": amount},
        "book_flight": {"order_id": order, "flights": [f"HAT{amount}", f"HAT{amount + 7}"]},
    }
    chosen = chance.sample(sorted(inputs), chance.randint(1, 3))
    return [
        Step(tool=tool, input=inputs[tool], answer={"done": tool, "order": order, "at": f"2026-01-01T10:{amount % 60}"})
        for tool in chosen
    ]


def with_noise(steps: list[Step], chance: Random) -> list[Step]:
    """The same in other words, with reads in another order and made twice; what is changed stays."""
    noisy: list[Step] = []
    for step in steps:
        if not step.tool and step.who == "agent":
            step = replace(step, text=f"{chance.choice(('Well', 'So', 'Now'))}: {step.text}")
        elif not step.tool and chance.random() < 0.5 and not noisy:
            step = replace(step, text=f"Good day. {step.text}")
        elif step.is_change and step.error is None:
            step = replace(step, answer={**step.answer, "at": f"2026-02-03T11:{chance.randrange(10, 60)}"})
        noisy.append(step)
        if step.tool in READING and chance.random() < 0.4:
            noisy.append(step)
    for _ in range(2):
        reads = [at for at, step in enumerate(noisy) if step.tool in READING]
        at, other = chance.choice(reads), chance.choice(reads)
        noisy[at], noisy[other] = noisy[other], noisy[at]
    return noisy


def write_run(
    path: Path, steps: list[Step], passed: bool | None, run_id: str, start: int = 1, agent: str = "made"
) -> Path:
    """Record a run; times and ids differ with `start`."""
    with Recorder(path, agent, "1", config={"model": "m"}, run_id=run_id, created=start, state_hash_every=0) as run:
        for number, step in enumerate(steps):
            time = start + 1000 * number
            if not step.tool:
                if step.who == "user":
                    run.observation("message", "user", step.text, time=time)
                else:
                    run.decision("message", step.text, time=time)
            else:
                call = run.tool_request(step.tool, step.input, time=time, call_id=f"call_{start}_{number}")
                if step.is_answered:
                    run.tool_response(call, step.answer, success=step.error is None, error=step.error, time=time + 5)
        if passed is not None:
            run.outcome(passed=passed, score=float(passed), by="made", time=start + 10**6)
    return path


def side_of(path: Path) -> ComparedSide:
    """The indexed run."""
    folder = path.with_suffix(".index")
    folder.mkdir()
    return ComparedSide.build(EventLog.open(path), folder)


def canonical(value: Any) -> str:
    """A value as text, for comparisons."""
    return json.dumps(value, sort_keys=True)
