"""The reasons of effects in the user's language.

A reason is kept in files, compared and printed for programs, so it is in English: a few words, with the names of
programs and files in them. Here it is found again which message it was made of.
"""

from __future__ import annotations

from replay_gui.core.translation.messages import translatable
from replay_gui.core.translation.recognition import Recogniser

_MESSAGES = (
    translatable("a rule says so"),
    translatable("seen: in other runs"),
    translatable("declared read-only"),
    translatable("declared destructive"),
    translatable('declared "{name}"'),
    translatable("its capabilities include writing"),
    translatable("its capabilities are to read"),
    translatable("a note for the agent itself"),
    translatable("a list for the agent itself"),
    translatable("a question to the user"),
    translatable("a message to the user"),
    translatable("the name does not show it"),
    translatable('the name says "{text}"'),
    translatable('{name} is "{text}"'),
    translatable("observed: the same answers before and after it"),
    translatable("observed: {reason}"),
    translatable("an equal call was answered differently after it"),
    translatable("it returns what was read before, changed as requested"),
    translatable("it returns what was read before, changed"),
    translatable("only reads"),
    translatable("says that it submits"),
    translatable("shells inside shells"),
    translatable("runs a script"),
    translatable("it may be SQL that changes something"),
    translatable("Python that cannot be parsed"),
    translatable("Python that runs {reason}"),
    translatable("Python that calls {name}"),
    translatable("writes to {text}"),
    translatable("SQL that only reads"),
    translatable("SQL whose effect is not clear"),
    translatable("SQL that is too long"),
    translatable("SQL with a part that the shell fills in"),
    translatable("SQL with a command that writes"),
    translatable("SQL for a temporary table"),
    translatable("SQL with EXPLAIN ANALYZE, which runs it: {text}"),
    translatable("{sql}, which is rolled back"),
    translatable("{sql}, in a transaction that is left open"),
    translatable("{sql} in a database in memory"),
    translatable("{sql}, which may change something"),
    translatable("SQL with a function that is not known"),
    translatable("SQL with a function"),
    translatable("SQL with the function {name}"),
    translatable("SQL with {text}"),
    translatable("what {name} does here is not known"),
    translatable("{name} runs SQL that the command does not show"),
    translatable("{name} writes to {text}"),
    translatable("{name} changes files"),
    translatable("{name} -i changes a file"),
    translatable("{name} -i changes {text}"),
    translatable("{name} without -i"),
    translatable("{name} sends data"),
    translatable("{name} fetches"),
    translatable("{name} lists"),
    translatable("{name} is not known"),
    translatable("{name} {command} reads"),
    translatable("{name} reads"),
    translatable("runs {name}"),
    translatable("{name} -readonly: {reason}"),
    translatable("{name}: {reason}"),
)
"""In the order in which they are tried: of two that fit, the first is the more exact."""

_PATTERNS = {"name": r"\S+", "command": r"\S+", "sql": r"SQL .+"}
"""What fields can be."""

_RECOGNISER = Recogniser(_MESSAGES, _PATTERNS, within=("sql", "reason"))


def reason_words(reason: str) -> str:
    """Return a reason in the user's language; in English if it is made of no known message, as names of commands are.

    In English it is returned unchanged.
    """
    return _RECOGNISER.text(reason)
