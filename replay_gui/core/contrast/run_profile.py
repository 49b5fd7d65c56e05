"""The profile of a run: the data that are needed to contrast it with 100,000 others without reading its log again."""

from __future__ import annotations

import msgspec

from replay_gui.core.contrast.features.feature import HeldFeature
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.facts.run_outcome import RunResult
from replay_gui.core.log.positions import EventIndex


class EvaluatedRun(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one run; None if the log does not record one.

    Attributes:
        given: the path, with ``#n`` for run n of several in a file; it can be opened. name: for people. run_id: the
            source's id. format: "rlog", or the importer's name. content: BLAKE3 of the file, hex.
        identity: its task, trial, agent and model. result: outcomes and end, as recorded in the log.
        set_by_hand: the outcome in the user's notes; it replaces the log's outcomes, and is marked as such.
        unused_notes: path of notes beside the log that do not count, or ""; unknown in a catalogue.
        events, calls, failures: numbers of them. failures: failed calls, denials and errors.
        tokens: input and output. cost: dollars. duration: ns. started: the earliest time, ns since 1970.
        submitted: whether it submitted a patch. left_out: calls of a very long run that were not examined.
        companions: digest of the files that a catalogue read with it; "" if there are none.
        kept_log: BLAKE3 of its log in a catalogue, hex; "" if it is not kept.
        problem: why it could not be read; "" if it could.
    """

    given: str
    name: str
    run_id: str = ""
    format: str = ""
    content: str = ""
    identity: RunIdentity = RunIdentity()
    result: RunResult = RunResult()
    set_by_hand: bool = False
    unused_notes: str = ""
    events: int = 0
    calls: int = 0
    failures: int = 0
    tokens: int | None = None
    cost: float | None = None
    duration: int | None = None
    started: int | None = None
    submitted: bool = False
    left_out: int = 0
    companions: str = ""
    kept_log: str = ""
    problem: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether it passed, according to the first grader with a verdict; None if no grader has one."""
        return next((outcome.passed for outcome in self.result.outcomes if outcome.passed is not None), None)

    @property
    def score(self) -> float | None:
        """The score of the first grader that gives one."""
        return next((outcome.score for outcome in self.result.outcomes if outcome.score is not None), None)


class RunStep(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a run.

    Attributes:
        index: of the request. tool: its name. effect: an Effect. ok: None if it was not answered.
        request: hex, equal for equal calls of one tool. answer: hex, equal if answers differ only in clocks and ids;
            "" without an answer. answer_size: characters of the answer.
        label: the input in a few words. input: as JSON; None if it is long. leaves: see leaf_hashes.
    """

    index: EventIndex
    tool: str
    effect: str
    ok: bool | None
    request: str
    answer: str
    answer_size: int
    label: str
    input: str | None
    leaves: bytes = b""


class RunProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A run with its calls in order, and its features."""

    run: EvaluatedRun
    steps: tuple[RunStep, ...] = ()
    features: tuple[HeldFeature, ...] = ()
