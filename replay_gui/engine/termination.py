"""SIGTERM as an exception, so that incomplete files and folders of unpacked files are removed."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from os import _exit  # not os._exit, which is another function while a plug-in runs
from types import FrameType


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
def ended_by_second_signal() -> Iterator[None]:
    """End the process at once, with 128 + its number, at the second SIGINT or SIGTERM in the block.

    For work that is ended at the first one, and may take long to notice. Nothing else is cleaned up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, _: FrameType | None) -> None:
        _exit(128 + number)

    def raise_first(number: int, frame: FrameType | None) -> None:
        handler = handlers[signal.Signals(number)]
        try:
            if callable(handler):
                handler(number, frame)
        finally:
            for each in taken:
                signal.signal(each, end)

    taken = [number for number, handler in handlers.items() if callable(handler)]  # not if the process ignores it
    for number in taken:
        signal.signal(number, raise_first)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, handlers[number])


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
