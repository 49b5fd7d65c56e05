"""The actions of both runs side by side, in order: common actions share a row, equal neighbours are folded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from replay_gui.core.effects.call_values import differing_leaves
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.reasons.evidence.matching import MatchedCalls, match_calls
from replay_gui.core.reasons.evidence.run_account import RunAccount
from replay_gui.core.reasons.phrases import input_words
from replay_gui.core.reasons.why_result import ActionRow, Shared

_SHOWN_EFFECTS = (Effect.CHANGES, Effect.SUBMITS, Effect.HANDS_OVER, Effect.UNKNOWN)
_MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class _SharedCall:
    """A call of A with its counterpart in B, or a call of one side."""

    a: ToolCall | None
    b: ToolCall | None
    shared: Shared


def action_rows(a: RunAccount, b: RunAccount) -> tuple[tuple[ActionRow, ...], int]:
    """Return (the first rows, the number of further ones); reads, checks and notes are left out."""
    calls_a, calls_b = ([call for call in run.calls if call.effect in _SHOWN_EFFECTS] for run in (a, b))
    pairs: list[_SharedCall] = []
    for took_effect in (True, False):
        pairs += _pairs(
            match_calls(
                [call for call in calls_a if call.took_effect is took_effect],
                [call for call in calls_b if call.took_effect is took_effect],
            )
        )
    rows: list[ActionRow] = []
    for pair in _in_order(pairs):
        row = _row(pair)
        if rows and _folds(rows[-1], row):
            rows[-1] = replace(
                rows[-1],
                requests_a=(*rows[-1].requests_a, *row.requests_a),
                requests_b=(*rows[-1].requests_b, *row.requests_b),
            )
        else:
            rows.append(row)
    return tuple(rows[:_MAX_ROWS]), max(0, len(rows) - _MAX_ROWS)


def _pairs(matched: MatchedCalls) -> list[_SharedCall]:
    return [
        *(_SharedCall(first, second, Shared.BOTH) for first, second in matched.equal),
        *(_SharedCall(first, second, Shared.ARGUMENTS) for first, second in (*matched.same_effect, *matched.changed)),
        *(_SharedCall(call, None, Shared.ONLY_A) for call in matched.missing),
        *(_SharedCall(None, call, Shared.ONLY_B) for call in matched.extra),
    ]


def _in_order(pairs: list[_SharedCall]) -> list[_SharedCall]:
    """Return the rows in the order of A; actions of B alone come before the next row that B did later."""
    in_a = sorted((pair for pair in pairs if pair.a is not None), key=lambda pair: pair.a.request if pair.a else 0)
    only_b = sorted((pair for pair in pairs if pair.a is None), key=lambda pair: pair.b.request if pair.b else 0)
    rows: list[_SharedCall] = []
    waiting = iter(only_b)
    following = next(waiting, None)
    for pair in in_a:
        while following is not None and following.b is not None and pair.b is not None:
            if following.b.request > pair.b.request:
                break
            rows.append(following)
            following = next(waiting, None)
        rows.append(pair)
    return [*rows, *([following] if following is not None else []), *waiting]


def _row(pair: _SharedCall) -> ActionRow:
    call = pair.a or pair.b
    assert call is not None
    differing: list[str] = []
    if pair.a is not None and pair.b is not None and pair.shared is Shared.ARGUMENTS:
        differing = [path for path, *_ in differing_leaves(pair.a.input, pair.b.input)]
    return ActionRow(
        effect=call.effect,
        tool=call.tool,
        text_a="" if pair.a is None else input_words(pair.a, first=differing),
        text_b="" if pair.b is None else input_words(pair.b, first=differing),
        requests_a=() if pair.a is None else (pair.a.request,),
        requests_b=() if pair.b is None else (pair.b.request,),
        shared=pair.shared,
        failed_a=pair.a is not None and pair.a.ok is False,
        failed_b=pair.b is not None and pair.b.ok is False,
        reason=call.reason,
    )


def _folds(first: ActionRow, second: ActionRow) -> bool:
    """Whether two neighbouring rows have the same text."""
    return replace(first, requests_a=(), requests_b=()) == replace(second, requests_a=(), requests_b=())
