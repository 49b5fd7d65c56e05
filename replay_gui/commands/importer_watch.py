"""Report that an importer of another package ended the process of a command, for example by a segmentation fault."""

from __future__ import annotations

import contextlib
import os
import signal
import warnings
from collections.abc import Iterator
from typing import NoReturn

from replay_gui.core.importers.plugins import importer_at_work, offered_importers

_SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


@contextlib.contextmanager
def watched_importers() -> Iterator[None]:
    """Watch this process from a second one, which reports if this one ends in an importer of another package.

    There is no second process if no package offers importers, nor on Windows.
    """
    if not hasattr(os, "fork") or not offered_importers():
        yield
        return
    reader, writer = os.pipe()
    with warnings.catch_warnings():  # the new process runs only the few lines below, whatever threads there are
        warnings.simplefilter("ignore", DeprecationWarning)
        watcher = os.fork()
    if not watcher:
        os.close(writer)
        _watch(reader)
    os.close(reader)
    try:
        yield
    finally:
        os.write(writer, b".")
        os.close(writer)
        os.waitpid(watcher, 0)


def _watch(reader: int) -> NoReturn:
    """Wait until the other process has left the block, or has ended; then end this one."""
    try:
        for number in _SIGNALS:  # a terminal sends them to both
            signal.signal(number, signal.SIG_IGN)
        os.close(1)  # a reader of the output waits until every process has closed it
        if not os.read(reader, 1) and (name := importer_at_work()):
            os.write(2, f"replay-gui: the importer {name} of another package ended the program\n".encode())
    finally:
        os._exit(0)
