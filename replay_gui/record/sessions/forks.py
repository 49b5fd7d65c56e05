"""Forks of this process.

A forked process has copies of its parent's locks: one that another thread held at the time of the fork stays held for
ever. So a process must recognise what is its parent's before it waits for a lock; also in the agent's hooks of forks
(``os.register_at_fork``), which run before this one in the child if they were registered before it.
"""

from __future__ import annotations

import os

FORKS: list[int] = []
"""The forks in progress in this process, by its pid; never empty in a forked process. Its methods are atomic."""

if hasattr(os, "register_at_fork"):  # not where processes are never forked
    os.register_at_fork(
        before=lambda: FORKS.append(os.getpid()),
        after_in_parent=FORKS.pop,
        after_in_child=lambda: FORKS.append(os.getpid()),  # also for programs that do not run the hooks before a fork
    )
