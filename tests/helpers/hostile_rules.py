"""Files of rules as somebody else may put them beside a log, by what they try; each is made at a path."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

IGNORE_ALL = "".join(f'[[rule]]\naction = "ignore"\nkind = "{kind}"\n' for kind in ("Decision", "ToolResponse"))
BACKTRACKING = '[[rule]]\naction = "ignore"\npattern = "(a+)+$"\n'


def make_link(path: Path) -> None:
    other = path.with_name("other")
    other.write_text("a = 1")
    path.symlink_to(other)


HOSTILE: dict[str, Callable[[Path], object]] = {
    "silencing": lambda path: path.write_text(IGNORE_ALL),
    "backtracking": lambda path: path.write_text(BACKTRACKING),
    "look-around": lambda path: path.write_text('[[rule]]\naction = "ignore"\npattern = "(?=a)"\n'),
    "many": lambda path: path.write_text(IGNORE_ALL * 6000),
    "deep": lambda path: path.write_text("a" + ".a" * 400_000 + " = 1"),
    "nested": lambda path: path.write_text("a = " + "[" * 500_000),
    "no TOML": lambda path: path.write_bytes(os.urandom(1000)),
    "huge": lambda path: path.write_bytes(bytes(5_000_000)),
    "fifo": os.mkfifo,
    "folder": lambda path: path.mkdir(),
    "link": make_link,
    "link to itself": lambda path: path.symlink_to(path),
    "link to zeros": lambda path: path.symlink_to("/dev/zero"),
}
