"""The search interface that the widgets use, shared by one run and by a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from replay_gui.core.numpy_on_demand import np
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number

if TYPE_CHECKING:
    from numpy.typing import NDArray


class EventSearchModel(QObject):
    """A search that can be started, cancelled, and stepped through from hit to hit.

    Attributes:
        text: the text to find, or "". match_case: whether the search is case-sensitive.
        count: number of hits so far. is_lower_bound: whether there are more than `count`.
        searching: whether the search continues. fraction_done: of the data searched so far, 0 … 1.
        problem: why the search failed, or "".

    Signals:
        started(): another search began or the search ended; earlier hits are void. Also: `ready` changed.
        progressed(): there are more hits, more progress, or the search is complete.
        moved(): another hit, or none, is the current one.
    """

    started = Signal()
    progressed = Signal()
    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text, self.match_case, self.problem = "", False, ""
        self.count, self.is_lower_bound = 0, False
        self.fraction_done, self.searching = 0.0, False

    @property
    def title(self) -> str:
        """The placeholder of the field in which the text is typed."""
        raise NotImplementedError

    @property
    def ready(self) -> bool:
        """Whether there is anything to search."""
        raise NotImplementedError

    @property
    def number(self) -> int:
        """The number of the shown hit, from 1; 0 for none."""
        raise NotImplementedError

    def find(self, text: str, match_case: bool = False) -> None:
        """Search for `text`, unless that is under way or done already; "" ends the search."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Prepare for a search: starting its worker takes longer than the search."""
        raise NotImplementedError

    def cancel(self) -> None:
        """End the search and keep its hits."""
        raise NotImplementedError

    def step(self, forward: bool) -> None:
        """Go to the next or previous hit; wrap around at the ends."""
        raise NotImplementedError

    @property
    def status_text(self) -> str:
        """Return ``12 of 340``, or ``340 hits`` if none is shown; before it the progress of the search."""
        if self.problem or not self.text:
            return tr("search failed") if self.problem else ""
        if self.number:
            message = (
                translatable("{number} of over {count}") if self.is_lower_bound else translatable("{number} of {count}")
            )
            status = tr(message, number=whole_number(self.number), count=whole_number(self.count))
        elif self.is_lower_bound and self.count:
            status = trn("over {n} hit", "over {n} hits", self.count)
        else:
            status = trn("{n} hit", "{n} hits", self.count) if self.count else tr("no hits")
        return tr("{share:.0%} · {status}", share=self.fraction_done, status=status) if self.searching else status

    @property
    def empty_text(self) -> str:
        """The text shown in the place of the hits while there are none."""
        if self.problem:
            return tr("The search failed: {reason}.", reason=one_line(self.problem))
        return tr("Searching…") if self.searching else tr("None of these events holds the text.")


def ordinal(values: NDArray[np.integer], value: int) -> int:
    """Return the number, from 1, of a value among ascending values; 0 if it is none of them."""
    at = int(np.searchsorted(values, value))
    return at + 1 if at < len(values) and values[at] == value else 0
