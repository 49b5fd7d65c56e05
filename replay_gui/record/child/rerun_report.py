"""The result of a re-run, in the form of the command's JSON report."""

from __future__ import annotations

import msgspec

from replay_gui.record.matcher.first_difference import DifferenceForm


class RerunReport(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict of a re-run.

    Attributes:
        status: the agent's exit status. difference: the first request that is not as recorded; None: there is none.
        problems: why the run could not be answered; empty if it could.
        answered, made, given: calls answered from the log, made for real, and answered with a value of the user.
        is_edited: whether an edit was made.
        unseen: the number of actions of each sort that no hook covers. log: path of the new log, or None.
    """

    status: int
    difference: DifferenceForm | None
    problems: list[str]
    answered: int
    made: int
    given: int
    is_edited: bool
    unseen: dict[str, int]
    log: str | None
