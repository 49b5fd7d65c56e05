"""Threads that are started inside a call belong to that call, which is the parent of their calls."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import current_session
from replay_gui.record.sessions.open_call import ThreadBegin

_BEGUN = "_replay_gui_begun"


def follow_threads() -> None:
    """Patch the starting of threads and of jobs in pools of threads."""
    patch(threading.Thread, "start", _start_hook)
    patch(threading.Thread, "run", _run_hook)
    patch(ThreadPoolExecutor, "submit", _submit_hook)


def _start_hook(original: Any) -> Any:
    def start(self: threading.Thread) -> None:
        if current_session() is not None:
            setattr(self, _BEGUN, ThreadBegin.here())
        original(self)

    return start


def _run_hook(original: Any) -> Any:
    def run(self: threading.Thread) -> None:
        begun: ThreadBegin | None = self.__dict__.pop(_BEGUN, None)
        if begun is None:
            original(self)
        else:
            with begun.inside():
                original(self)

    return run


def _submit_hook(original: Any) -> Any:
    def submit(self: ThreadPoolExecutor, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if current_session() is None:
            return original(self, function, *args, **kwargs)
        begun = ThreadBegin.here()

        def run_inside() -> Any:
            with begun.inside():
                return function(*args, **kwargs)

        return original(self, run_inside)

    return submit
