"""Commands in processes of their own that are forked from one: importing the program takes longer than most of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

_ENDED = "ended with "
_FORKED = f"""
import contextlib, gc, io, json, os, sys
from replay_gui.__main__ import main
commands, user = json.loads(sys.argv[1])
nothing = io.StringIO()
with contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
    for words in {{words[0]: words for words in reversed(commands)}}.values():
        main(words)  # imports what the command needs
gc.freeze()  # a fork that ends need not search what was imported
for words in commands:
    child = os.fork()
    if not child:
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        sys.exit(main(words))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print("{_ENDED}%d" % code, file=sys.stderr or sys.stdout, flush=True)
"""


def forked_commands(commands: Sequence[Sequence[str]], user: int | None = None) -> list[str]:
    """Return the arguments with which Python runs these commands, each in a fork of a process that has imported it.

    Standard output and errors are those that the first process is started with. The first command of each name is run
    once before, with its output thrown away. What is said of how each ended is read by `endings`.

    `user`: the user and group that the forks become, which root may; None: the same.
    """
    return ["-c", _FORKED, json.dumps([commands, user])]


def endings(words: str) -> list[tuple[str, int]]:
    """Return (what it said, exit code) of each command, from the errors of the first process.

    From its output, where its errors were closed.
    """
    found = re.split(rf"{_ENDED}(-?\d+)\n", words)
    assert found[-1] == "", words
    return [(text, int(code)) for text, code in zip(found[:-1:2], found[1::2], strict=True)]
