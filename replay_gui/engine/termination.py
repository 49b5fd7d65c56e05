"""SIGTERM as an exception, so that incomplete files and folders of unpacked files are removed."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator


class Terminated(BaseException):
    """The process received SIGTERM."""


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Raise Terminated in the block when SIGTERM arrives; on the main thread only, which alone gets signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received = False

    def raise_terminated(*_: object) -> None:
        nonlocal received
        received = True
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a second one ends the process at once
        raise Terminated

    before = signal.signal(signal.SIGTERM, raise_terminated)
    try:
        yield
    except KeyboardInterrupt:
        if received:  # SQLite loses the exception, and reports only that there was a signal
            raise Terminated from None
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def held_signals() -> Iterator[list[int]]:
    """Delay SIGINT and SIGTERM until the end of the block: exceptions during the import of Qt would break it."""
    held: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda received, _: held.append(received)) for number in numbers]
    try:
        yield held
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
