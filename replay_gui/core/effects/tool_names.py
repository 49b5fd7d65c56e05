"""The effect of a tool according to its name: the first known verb among its words.

English verbs only. The effect of another tool is unknown, unless a declaration or observations show it.
"""

from __future__ import annotations

import re

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.word_lists import word_set

_READS = word_set(
    "get list search find read fetch view show look lookup query describe count browse retrieve inspect grep glob ls"
    " cat head tail stat status diff log scan resolve validate verify explore peek scroll screenshot load download"
    " visit go goto navigate open page watch poll preview compare check estimate quote recommend suggest detect"
    " analyze analyse snapshot summarize summarise extract parse classify translate convert is has can"
)
_CHANGES = word_set(
    "rm mv cp mkdir touch unlink kill create update set add insert put post write edit modify delete remove"
    " cancel send book reserve order buy purchase pay refund transfer move rename copy upload commit push merge"
    " apply patch install uninstall start stop restart enable disable reset assign unassign close reopen approve"
    " reject publish deploy exchange return process issue grant revoke schedule reschedule invite archive toggle"
    " register subscribe unsubscribe save store append replace mark attach change make click type press fill drag"
    " upgrade downgrade adjust activate deactivate lock unlock charge withdraw deposit redeem generate"
    " sell ship place rent hire rotate restore rollback undo switch swap migrate forward suspend resume reboot reseat"
    " refuel renew extend drop truncate purge wipe clear flush erase destroy drain scale promote share import sync"
    " trigger launch invoke pause freeze unfreeze block unblock ban mute increase decrease notify alert"
)
_NOUNS = word_set(
    "issue order book process exchange charge message log page view plan note store return transfer schedule patch"
    " change status stat query count build quote mark refund purchase deposit review comment"
)
"""Verbs that are as often nouns: a name that begins with one may end with its verb, as ``issue_read`` does."""
_MATTERS = word_set("order refund transfer return purchase deposit schedule store page charge exchange book quote")
_FACTS = word_set("status detail details history info summary")
"""A matter and a fact make the name of a read: ``order_status``, ``refund_history``."""
_CHECKS = word_set("test tests pytest lint typecheck build compile benchmark")
_SUBMITS = word_set("submit finish complete done final answer terminate exit end")
_NOTES = word_set("think thought reason reflect plan todo note scratchpad calculate calc math compute remember")
_ASKS = word_set("ask respond reply say tell message clarify confirm")
_EFFECTS = {
    **dict.fromkeys(_ASKS, Effect.ASKS),
    **dict.fromkeys(_CHANGES, Effect.CHANGES),
    **dict.fromkeys(_SUBMITS, Effect.SUBMITS),
    **dict.fromkeys(_CHECKS, Effect.CHECKS),
    **dict.fromkeys(_READS, Effect.READS),
    **dict.fromkeys(_NOTES, Effect.NOTES),
}
_LISTS_FOR_ITSELF = frozenset({"todo write", "todowrite", "update plan", "write todos", "save plan"})
_THINKING = frozenset({"reasoning", "thinking", "scratchpad"})  # create_reasoning_plan of CrewAI
_QUESTIONS = frozenset(
    {"ask user question", "ask user", "ask human", "user input", "request user input", "exit plan mode"}
)
_TELLS_USER = re.compile(r"(?:notify|alert)\b.*\b(?:user|customer|human)\b")
_HANDS_OVER = re.compile(
    r"(?:transfer|hand|handoff|handover|delegate|escalate|route)\b.*\b(?:human|agent|agents|operator|support|supervisor"
    r"|person)\b|(?:transfer|hand off|hand over) to\b|escalate\b|handoff\b|handover\b"
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_CODE_WORDS = word_set(
    "bash shell sh zsh terminal exec execute run python ipython jupyter command cmd powershell console code interpreter"
)
QUERY_WORDS = word_set("sql query db database sqlite postgres mysql duckdb")
"""Words in the names of tools that query a database."""


def name_words(tool: str) -> list[str]:
    """Return the words of a name in lower case, without a server's name before ``__``, ``/`` or a dot."""
    last = re.split(r"__|/|\.", tool)[-1]
    return [word.lower() for word in _WORD.findall(last or tool)]


def runs_code(tool: str) -> bool:
    """Whether the name shows that the tool runs commands or code; a query of a database is neither."""
    words = name_words(tool)
    return not _CODE_WORDS.isdisjoint(words) and QUERY_WORDS.isdisjoint(words)


def runs_python(tool: str) -> bool:
    """Whether the name shows that the tool runs Python."""
    return not {"python", "ipython", "jupyter", "interpreter"}.isdisjoint(name_words(tool))


def effect_of_name(tool: str) -> EffectFinding:
    """Return the effect according to the name; UNKNOWN if the name shows none."""
    words = name_words(tool)
    phrase = " ".join(words)
    if _HANDS_OVER.match(phrase):
        return EffectFinding(Effect.HANDS_OVER, f'the name says "{phrase}"')
    if phrase in _LISTS_FOR_ITSELF or not _THINKING.isdisjoint(words):
        return EffectFinding(Effect.NOTES, "a list for the agent itself")
    if phrase in _QUESTIONS:
        return EffectFinding(Effect.ASKS, "a question to the user")
    if _TELLS_USER.match(phrase):
        return EffectFinding(Effect.ASKS, "a message to the user")
    if len(words) > 1 and words[0] in _MATTERS and words[-1] in _FACTS:
        return EffectFinding(Effect.READS, f'the name says "{words[-1]}"')
    verb = verb_of_name(tool)
    if verb is None:
        return EffectFinding(Effect.UNKNOWN, "the name does not show it")
    return EffectFinding(_EFFECTS[verb], f'the name says "{verb}"')


def verb_of_name(tool: str) -> str | None:
    """Return the verb of a name: its first known one, or the one at its end; None if it has none."""
    words = name_words(tool)
    verb = next((word for word in words if word in _EFFECTS), None)
    ends_with_verb = verb in _NOUNS and words[-1] in _EFFECTS and words[-1] not in _NOUNS
    return words[-1] if ends_with_verb else verb
