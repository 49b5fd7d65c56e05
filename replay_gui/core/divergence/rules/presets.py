"""Named text patterns for values that usually differ between two runs without any meaning: times, ids, paths.

Logs may contain hostile texts, so no pattern nests one quantifier in another over the same characters: matching is
linear in the length of the text. These patterns look ahead, which RE2 cannot, so they are on the standard library.
"""

from __future__ import annotations

from replay_gui.core.text.patterns import ForeignPattern, OwnPattern, TextPattern
from replay_gui.core.translation.messages import translatable

_DAY = r"\d{4}-\d\d-\d\d"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|AM|PM|am|pm)\b| ?[+-]\d\d:?\d\d\b)?"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? "

PRESETS: dict[str, str] = {
    translatable("clock times"): "|".join(
        (
            rf"\b{_DAY}(?:[T _]{_CLOCK}{_ZONE})?",
            rf"(?:{_WEEKDAY})?\b{_MONTH} {{1,2}}\d{{1,2}}(?:,? \d{{4}})?(?: {_CLOCK}{_ZONE}(?: \d{{4}})?)?",
            rf"(?:{_WEEKDAY})?\b\d{{1,2}} {_MONTH} \d{{4}}(?: {_CLOCK}{_ZONE})?",
            rf"\b{_CLOCK}{_ZONE}",
            r"\b1[5-9]\d{8}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?\b",  # seconds … nanoseconds since 1970
        )
    ),
    translatable("durations"): (
        r"\b\d{1,12}(?:\.\d{1,12})?(?:e-?\d\d?)? ?"
        r"(?:ns|µs|μs|us|ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b"
    ),
    translatable("uuids"): r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
    translatable("ids"): (
        r"\b(?:toolu|chatcmpl|msg|resp|req|rs|fc|srvtoolu|batch)[-_](?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9_-]{6,64}\b"
        r"|\b(?:call|run|item|thread|task|trace|span)[-_](?=[A-Za-z_-]{0,64}\d)[A-Za-z0-9]{16,64}\b"
        r"|\b(?=[a-f]{0,31}\d)(?:[0-9a-f]{32}|[0-9a-f]{16})\b"
        r"|\b01[0-9A-HJKMNP-TV-Z]{24}\b"  # ULIDs of our time
    ),
    translatable("addresses"): r"\b0x[0-9a-fA-F]{4,16}\b|\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0):\d{2,5}\b",
    translatable("temporary paths"): (
        r"(?:/private)?(?:/var)?/tmp/[\w.+@~-]+|/var/folders/[\w.+/-]+|/dev/shm/[\w.+-]+"
        r"|[A-Za-z]:\\(?:[\w .~-]+\\)?(?:[\w .~-]+\\)?(?:[\w .~-]+\\)?(?:[\w .~-]+\\)?[Tt]e?mp\\[\w.+-]+"
    ),
}
"""Regular expressions by name; the names are messages, to be translated where they are shown."""


def compile_pattern(pattern: str) -> TextPattern:
    """Return the preset of this name, or else the text as a regular expression; raise PatternRefused if invalid."""
    return OwnPattern(PRESETS[pattern]) if pattern in PRESETS else ForeignPattern(pattern)
