"""Where the agent does things: each is done in the world and recorded, with what caused it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from replay_gui.core.recorder.recorder import RecordedPatch, Recorder
from tests.samples_maker.dice import Dice
from tests.samples_maker.remedies import Change
from tests.samples_maker.tools import VERSIONS, Answer, World

MS = 1_000_000

GRANTED = ("search", "db:read", "files:read", "files:write:app", "files:write:ops", "tests", "clock")


class Host:
    """The machine that a run was recorded on: its clock and its numbering, which no two runs share."""

    def __init__(self, name: str, started: int) -> None:
        self.name = name
        self.now = started
        self._dice = Dice(name)

    def later(self, low: int, high: int) -> int:
        """The time after low to high ms, in ns."""
        self.now += self._dice.skewed(low * 1000, high * 1000) * (MS // 1000)
        return self.now

    def takes(self, millis: int) -> int:
        """How long this machine needs for what takes so many ms, in ns."""
        return millis * self._dice.between(85 * MS // 100, 125 * MS // 100)

    def call_id(self) -> str:
        return f"call_{self._dice.between(0, 2**40):010x}"


@dataclass(frozen=True, slots=True)
class Denied:
    """A call that the gate refused, and so was not made."""

    capability: str


class Desk:
    """Binds the agent to its world, its recorder and the machine it runs on.

    Attributes:
        memory: what the agent remembers, as recorded.
    """

    def __init__(self, run: Recorder, world: World, host: Host) -> None:
        self.memory: dict[str, Any] = {}
        self._run, self._world, self._host = run, world, host
        self._cause = 0

    @property
    def clock(self) -> str:
        """Minutes and seconds since the start, by the world's clock."""
        return "{}:{:02}".format(*divmod(self._world.millis // 1000, 60))

    def phase(self, name: str) -> None:
        self._run.state_transition("phase", name, time=self._host.later(1, 8), parent=self._cause)

    def hear(self, obs_type: str, source: str, data: Any) -> None:
        """Something comes in; nothing that the agent did caused it."""
        self._cause = self._run.observation(obs_type, source, data, time=self._host.later(60, 2600))

    def decide(self, what: str, data: Any, why: str | None = None) -> None:
        self._world.millis += 300
        took = self._host.takes(90 + 3 * len(why or str(data)))
        self._host.now += took
        self._cause = self._run.decision(what, data, why, time=self._host.now, duration=took, parent=self._cause)

    def tell(self, text: str) -> None:
        """A message to the people at the other end."""
        self.decide("message", text)

    # ---- tools ----------------------------------------------------------------------------------
    def call(self, tool: str, **asked: Any) -> Answer:
        return self.together((tool, asked))[0]

    def together(self, *calls: tuple[str, dict[str, Any]]) -> list[Answer]:
        """Calls that run side by side: the answers are recorded as they come in, and returned in the order asked."""
        opened, answers = [], []
        cause = self._cause
        for tool, asked in calls:
            request = self._run.tool_request(
                tool,
                asked,
                tool_version=VERSIONS[tool],
                capabilities=[_capability(tool, asked)],
                time=self._host.later(1, 6),
                parent=cause,
                call_id=self._host.call_id(),
            )
            opened.append(request)
            answers.append(self._world.call(tool, asked))
        for call, answer in sorted(zip(opened, answers, strict=True), key=lambda pair: pair[1].millis):
            self._host.now = max(self._host.now + MS // 10, call.time + self._host.takes(answer.millis))
            self._cause = self._run.tool_response(
                call, answer.output, success=answer.error is None, error=answer.error, time=self._host.now
            )
            if answer.error is not None:
                kind = "Timeout" if "no answer in" in answer.error else "ToolError"
                self._cause = self._run.error(
                    kind, answer.error, call.tool_name, time=self._host.later(1, 4), parent=self._cause
                )
        self._world.millis += max(answer.millis for answer in answers)
        return answers

    def attempt(self, tool: str, **asked: Any) -> Answer | Denied:
        """A call that the gate may refuse."""
        needed = _capability(tool, asked)
        if needed in GRANTED:
            return self.call(tool, **asked)
        reason = f"{needed} is not among what this agent was granted"
        self._cause = self._run.capability_denied(
            needed, tool, reason, time=self._host.later(1, 5), parent=self._cause, asked=str(asked)[:120]
        )
        return Denied(needed)

    # ---- memory ---------------------------------------------------------------------------------
    def remember(self, key: str, value: Any) -> None:
        self.memory[key] = value
        self._run.memory_write(key, value, time=self._host.later(1, 9), parent=self._cause)

    def recall(self, key: str) -> Any:
        value = self.memory.get(key)
        self._run.memory_read(key, value, time=self._host.later(1, 6), parent=self._cause)
        return value

    def forget(self, key: str) -> None:
        del self.memory[key]
        self._run.memory_delete(key, time=self._host.later(1, 6), parent=self._cause)

    # ---- patches --------------------------------------------------------------------------------
    def propose(self, change: Change, why: str) -> RecordedPatch:
        patch = self._run.patch_proposal(
            change.kind, change.path, change.diff, why, time=self._host.later(10, 120), parent=self._cause
        )
        self._cause = patch.seq
        self.call("write_file", path=change.path, content=change.after or None)
        return patch

    def accept(self, patch: RecordedPatch) -> None:
        self._run.patch_applied(patch, time=self._host.later(2, 20), parent=self._cause)

    def reject(self, patch: RecordedPatch, change: Change, reason: str) -> None:
        """Records why, and brings the file back to what it was."""
        self._cause = self._run.patch_rejected(patch, reason, "check", time=self._host.later(2, 20), parent=self._cause)
        self.call("write_file", path=change.path, content=change.before or None)

    def snapshot(self, snapshot_type: str) -> None:
        self._run.snapshot(snapshot_type, time=self._host.later(2, 10), parent=self._cause)


def _capability(tool: str, asked: dict[str, Any]) -> str:
    """What a call needs to be allowed to."""
    match tool:
        case "query_db":
            verb = str(asked["sql"]).split()[0].upper()
            return "db:read" if verb in ("SELECT", "EXPLAIN") else f"db:{'drop' if verb == 'DROP' else 'write'}"
        case "write_file":
            return "files:write:" + str(asked["path"]).partition("/")[0]
        case "read_file" | "list_dir":
            return "files:read"
    return {"run_tests": "tests", "read_clock": "clock"}.get(tool, tool)
