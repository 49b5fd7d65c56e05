"""The answers of the engine about many runs: see EvaluateRuns, QueryCatalogue and LocateRuns."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:  # the first window does not need it
    from replay_gui.engine.jobs.evaluation.evaluation_messages import EvaluationPart


class RunsAnswer(msgspec.Struct, frozen=True):
    """The base of the answers about many runs."""


class EvaluationProgress(RunsAnswer, frozen=True, kw_only=True):
    """The progress of evaluation `number`. `done`, `total`: in any unit; total 0 = unknown."""

    number: int
    done: int
    total: int


class EvaluationFound(RunsAnswer, frozen=True, kw_only=True):
    """The findings of evaluation `number` since the last ones. `ended`: whether this is the last answer."""

    number: int
    part: EvaluationPart
    ended: bool = False


class EvaluationFailed(RunsAnswer, frozen=True, kw_only=True):
    """Why evaluation `number` failed; the last answer."""

    number: int
    problem: str


Evaluation: TypeAlias = EvaluationProgress | EvaluationFound | EvaluationFailed


class CatalogueAnswer(RunsAnswer, frozen=True, kw_only=True):
    """The answer to query `number` over a catalogue.

    Attributes:
        columns: their names. numeric: for each column, whether it has only numbers. rows: cells as texts, long ones
            cut; None for null. more: whether there are rows beyond these. problem: why there is no answer.
    """

    number: int
    columns: tuple[str, ...] = ()
    numeric: tuple[bool, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    more: bool = False
    problem: str = ""


class RunsLocated(RunsAnswer, frozen=True, kw_only=True):
    """The paths at which runs of a catalogue can be opened: the answer to request `number`.

    Attributes:
        places: for each run the path that opens it, and a note for the user, or "".
        problem: why there is no answer.
    """

    number: int
    places: tuple[tuple[str, str], ...] = ()
    problem: str = ""
