"""Describe how a run ended, for sentences."""

from __future__ import annotations

from replay_gui.core.effects.effect import Effect
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.text.plain_text import one_line

_GOOD_ENDS = frozenset({"answered", "submitted", "handed over"})
_WORDS = {
    "limit": "ended at a limit",
    "timeout": "ended with a timeout",
    "crash": "crashed",
    "stopped by user": "was stopped by the user",
    "open": "has no recorded end",
}
_CLOSING = (Effect.SUBMITS, Effect.HANDS_OVER)


def bad_end_words(run: RunAccount) -> str | None:
    """Return how a run ended before it was done: ``ended at a limit (max_steps)``; None if it was completed.

    Also None if the log does not record the end, except for a last call without an answer.
    """
    end = run.result.end
    if end is not None:
        if end.how in _GOOD_ENDS:
            return None
        why = f" ({one_line(end.why, 60)})" if end.why else ""
        return f"{_WORDS.get(end.how, f'ended: {one_line(end.how, 40)}')}{why}"
    last = run.last_step
    if last is None or last[1].kind != Kind.TOOL_REQUEST.value:
        return None
    call = run.call_at(last[0])
    return None if call is None or call.effect in _CLOSING else "ended in the middle of a call"
