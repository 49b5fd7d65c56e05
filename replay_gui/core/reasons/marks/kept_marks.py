"""The cache of a run's marks, in the folder of its index.

Finding the effects of calls takes several times as long as the index itself, so it is not a part of that pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from replay_gui.core.cache_budget import is_own
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_effects import ToolEffects
from replay_gui.core.index.hashed_file import read_hashed, write_hashed
from replay_gui.core.index.index_cache import indexed_content
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.reasons.marks.run_mark import RunMark
from replay_gui.core.translation.messages import language
from replay_gui.core.translation.numbers import number_signs
from replay_gui.version import VERSION

MARKS_FILE = "marks"
_FORM = f"{VERSION}/15"  # raise it when marks, or the effects of calls, are defined differently


class MarksOfRun(msgspec.Struct, frozen=True):
    """Marks, and the effects of each tool's calls; `gave_up`: both are empty, because the run is too long."""

    marks: tuple[RunMark, ...] = ()
    effects: dict[str, ToolEffects] = {}
    gave_up: bool = False


class _KeptMarks(msgspec.Struct, frozen=True):
    """`content`: BLAKE3 of the log, in hex. `corrected`: the effects from rules. `language`: of the sentences."""

    form: str
    language: str
    content: str
    corrected: dict[str, Effect]
    found: MarksOfRun


def keep_marks(folder: Path, log: EventLog, corrected: Mapping[str, Effect], found: MarksOfRun) -> None:
    """Store the result beside the index in a folder, if that is the index of this log in its current state.

    Raises OSError if the file cannot be written, UnicodeEncodeError if a text cannot be encoded.
    """
    content = indexed_content(folder)
    if content is None or content != log.source.blake3():
        return
    write_hashed(folder / MARKS_FILE, _KeptMarks(_FORM, _language(), content, dict(corrected), found))


def read_kept_marks(folder: Path, corrected: Mapping[str, Effect]) -> MarksOfRun | None:
    """Return the result for these effects; None if it is not kept, damaged, of another log, or in another language."""
    try:
        if not is_own(folder):
            return None
        kept = read_hashed(folder / MARKS_FILE, _KeptMarks)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    key = kept.form, kept.language, kept.corrected, kept.content
    return kept.found if key == (_FORM, _language(), dict(corrected), indexed_content(folder)) else None


def _language() -> str:
    """Return the language of sentences, and the signs of the numbers in them."""
    return f"{language()} {number_signs()}"
