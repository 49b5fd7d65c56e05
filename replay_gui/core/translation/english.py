"""English for what programs read, in a process of any language.

A thread that writes such a file uses English within a block; other threads, and so the window, keep their language.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_IN_ENGLISH = ContextVar("in_english", default=False)


@contextmanager
def in_english() -> Iterator[None]:
    """Use English messages, and its numbers and days, in this thread within a block."""
    before = _IN_ENGLISH.set(True)
    try:
        yield
    finally:
        _IN_ENGLISH.reset(before)


is_in_english = _IN_ENGLISH.get
"""Return whether this thread is within such a block."""
