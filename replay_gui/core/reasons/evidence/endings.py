"""Describe how a run ended, for sentences."""

from __future__ import annotations

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.log.kinds import Kind
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import reason_text
from replay_gui.core.translation.messages import tr, translatable

_GOOD_ENDS = frozenset({"answered", "submitted", "handed over"})
_WORDS = {
    "limit": translatable("ended at a limit"),
    "timeout": translatable("ended with a timeout"),
    "crash": translatable("crashed"),
    "stopped by user": translatable("was stopped by the user"),
    "open": translatable("has no recorded end"),
}
_CLOSING = (Effect.SUBMITS, Effect.HANDS_OVER)


def incomplete_end_words(run: RunAccount, second: RunAccount) -> str | None:
    """Return how a run ended before it was done, to follow its name; None if it was completed.

    For example ``ended at a limit (max steps)``.

    Also None if the log does not record the end, unless its last step is a call, or the answer to a call while the run
    of `second` ended with a message of the agent.
    """
    end = run.result.end
    if end is not None:
        if end.how in _GOOD_ENDS:
            return None
        why = f" ({one_line(reason_text(end.why), 60)})" if end.why else ""
        known = _WORDS.get(end.how)
        return f"{tr('ended: {how}', how=one_line(end.how, 40)) if known is None else tr(known)}{why}"
    call = _last_call(run)
    if call is None:
        return None
    if call.response is None:
        return tr("ended in the middle of a call")
    if not has_last_word(second):
        return None
    return tr("ended after the answer to a call, with no further word of the agent")


def _last_call(run: RunAccount) -> ToolCall | None:
    """Return the call of a run's last step; None if that is not a call, or the call ends a run."""
    last = run.last_step
    call = None if last is None else run.call_at(last[0])
    return None if call is None or call.effect in _CLOSING else call


def has_last_word(run: RunAccount) -> bool:
    """Return whether a run was completed, or its last step is a message of the agent."""
    if run.result.end is not None:
        return run.result.end.how in _GOOD_ENDS
    last = run.last_step
    return last is not None and last[1].kind == Kind.DECISION.value
