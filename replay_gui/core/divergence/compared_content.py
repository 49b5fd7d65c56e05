"""The content of a comparison, and what it left out: events by content, members of meta by name, import notes."""

from __future__ import annotations

from dataclasses import dataclass

from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import trn

_MAX_NAMES_SHOWN = 12
_MAX_NAME_CHARACTERS = 40  # characters


@dataclass(frozen=True, slots=True)
class ComparedContent:
    """The content of a comparison.

    Attributes:
        events: of both runs together; the content of each is compared.
        members_left_out: (member of meta, events of both runs that have it), most first: clocks, ids, tokens, cost.
        gaps: import notes of either run about data of the source that is missing in the log.
    """

    events: int = 0
    members_left_out: tuple[tuple[str, int], ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether everything in the sources was compared."""
        return not self.gaps

    def left_out_words(self) -> str:
        """Return ``3 members are not compared: time, duration, tokens``; "" if everything is compared."""
        names = [one_line(name, _MAX_NAME_CHARACTERS) for name, _ in self.members_left_out]
        if not names:
            return ""
        listed, more = ", ".join(names[:_MAX_NAMES_SHOWN]), len(names) - _MAX_NAMES_SHOWN
        if more > 0:
            listed = trn("{names} and {n} more", "{names} and {n} more", more, names=listed)
        return trn(
            "{n} member is not compared: {names}", "{n} members are not compared: {names}", len(names), names=listed
        )
