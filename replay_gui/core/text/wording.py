"""Numbers in words: counts with their noun, durations and costs; and the ends of runs."""

from __future__ import annotations

import re
from math import floor, log10

from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import decimal_number, whole_number

_MICROSECOND, _MILLISECOND, _SECOND = 10**3, 10**6, 10**9  # ns
_LARGE_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))  # seconds

_CODE_NAME = re.compile(
    r"[a-z][a-z0-9]*(?:_[a-z0-9]+){1,12}|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){1,12}|[a-z]+(?:[A-Z][a-z0-9]+){1,12}"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BY_USER = {
    "user stop": translatable("the user ended it"),
    **dict.fromkeys(("user cancel", "user cancelled", "user canceled"), translatable("the user cancelled it")),
    **dict.fromkeys(("user abort", "user aborted"), translatable("the user aborted it")),
    **dict.fromkeys(("user interrupt", "user interrupted"), translatable("the user interrupted it")),
}
_SAID = {
    **_BY_USER,
    "agent stop": translatable("the agent ended it"),
    "rewind marker": translatable("went back to an earlier message"),
}
"""Names in programs' code, already divided into words, whose words say too little."""

_ENDS = {
    "answered": translatable("answered"),
    "submitted": translatable("submitted"),
    "handed over": translatable("handed over"),
    "stopped by user": translatable("stopped by user"),
    "limit": translatable("limit"),
    "timeout": translatable("timeout"),
    "crash": translatable("crash"),
    "open": translatable("no end recorded"),
}
"""How a run ended, by the format's words."""

_MIN_COST_DOLLARS = 1e-9  # smaller costs are shown as 0


def cost_text(dollars: float) -> str:
    """Return ``$12.34`` or ``$0.0042``: cents, or as many digits as a small cost needs."""
    if abs(dollars) >= 0.1 or abs(dollars) < _MIN_COST_DOLLARS:
        amount = decimal_number(dollars, 2)
    else:
        amount = decimal_number(dollars, 1 - floor(log10(abs(dollars)))).rstrip("0")
    return tr("${amount}", amount=amount)


def end_text(how: str) -> str:
    """Return how a run ended, one of the format's words, in words of the window: of an open run no end is recorded."""
    return tr(_ENDS[how]) if how in _ENDS else how


def is_verdict_name(grader: str) -> bool:
    """Whether a grader's name is only that of the member with the verdict, which says nothing beside the verdict."""
    return grader.casefold() in ("success", "passed", "resolved", "correct", "is_correct")


def adds_label(label: str, passed: bool | None) -> bool:
    """Whether a grader's label says more than the verdict; Inspect's C and I mean correct and incorrect."""
    words = {True: ("c", "correct", "pass", "passed", "true"), False: ("i", "incorrect", "fail", "failed", "false")}
    return passed is None or label.strip().casefold() not in words[passed]


def adds_reason(how: str, why: str) -> bool:
    """Whether the reason of an end says more than how the run ended ("submitted", as SWE-agent says it, does not)."""
    words = _reason_words(why).strip().replace("_", " ").casefold()
    is_told = how == "stopped by user" and words in (*_BY_USER, *_BY_USER.values())
    return not is_told and words not in ("", how.casefold())


def reason_text(why: str) -> str:
    """Return a reason in words: one that is only a name in a program's code is read out, others are unchanged.

    Names of classes ("TimeoutError"), of modules and of files stay as they are.
    """
    words = _reason_words(why)
    return tr(_SAID[words]) if words in _SAID else words


def english_reason(why: str) -> str:
    """Return what `reason_text` does in English: it is kept, so that equal reasons are the same in each language."""
    words = _reason_words(why)
    return _SAID.get(words, words)


def kept_reason_text(why: str) -> str:
    """Return what `english_reason` returned in the user's language; texts of a log are unchanged."""
    return tr(why) if why in _SAID.values() else why


def _reason_words(why: str) -> str:
    name = why.strip()
    return _HUMP.sub(" ", name).replace("_", " ").casefold() if _CODE_NAME.fullmatch(name) else why


def capitalised(text: str) -> str:
    """Return a text with a capital letter at its beginning; its other letters stay."""
    return text[:1].upper() + text[1:]


def plural(number: int, singular: str, many: str | None = None) -> str:
    """Return ``1 event`` or ``1,200 events``; `many` is the plural if it is not `singular` with an s."""
    return f"{number:,} {singular if number == 1 else many or singular + 's'}"


def bytes_text(size: int) -> str:
    """Return ``812 bytes``, ``14.2 kB`` or ``3.1 MB`` for a number of bytes."""
    if size < 1000:
        return trn("{n} byte", "{n} bytes", size)
    if size < 999_950:
        return f"{decimal_number(size / 10**3, 1)} kB"
    if size < 999_950_000:
        return f"{decimal_number(size / 10**6, 1)} MB"
    return (
        f"{decimal_number(size / 10**9, 1)} GB" if size < 999_950_000_000 else f"{decimal_number(size / 10**12, 1)} TB"
    )


def duration_text(duration: int | None, *, whole_seconds: bool = False) -> str:
    """Return ``33 ms``, ``2.39 s`` or ``2 h 5 min`` for a duration in ns: two units at most.

    Args:
        duration: ns, not negative; None gives "".
        whole_seconds: for a duration that is only estimated: seconds without decimals, and at least 1 s.
    """
    if duration is None:
        return ""
    if whole_seconds:
        duration = max(round(duration / _SECOND), 1) * _SECOND
    if not duration:
        return "0 s"  # as written by sources that round to tenths or whole seconds; "0 µs" would claim a measurement
    if duration < 1000 * _MICROSECOND:
        return f"{duration / _MICROSECOND:.0f} µs"
    if duration < 1000 * _MILLISECOND:
        return f"{duration / _MILLISECOND:.0f} ms"
    if duration < 60 * _SECOND:
        return f"{decimal_number(duration / _SECOND, 0 if whole_seconds else 2)} s"
    left, parts = duration // _SECOND, []
    for size, name in _LARGE_UNITS:
        if left >= size:
            parts.append(f"{whole_number(left // size)} {name}")
            left %= size
    return " ".join(parts[:2])
