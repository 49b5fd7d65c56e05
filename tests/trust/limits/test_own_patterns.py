"""The program's own regular expressions, each found in its module: no text makes their time grow faster than itself."""

from __future__ import annotations

import pkgutil
import re
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import replay_gui.core as core
import replay_gui.engine as engine
import replay_gui.record as record
from replay_gui.core.importers.formats.transcripts import grok
from replay_gui.core.text.closed_tags import without_closed
from tests.helpers.effort import tries

LENGTH = 2_000  # characters
SHORT = 0.01  # seconds: a pattern that goes back needs more for LENGTH characters
UNITS = (
    " ",
    "\n",
    "a",
    "1",
    "\t\n",
    "a ",
    "<a>",
    "[",
    "```bash\n",
    "a```bash\n",
    '"',
    "\\",
    "-",
    "=",
    "(",
    "a/",
    "a=1 ",
)
SEARCHING = frozenset({"search", "finditer", "findall", "sub", "subn", "split"})
BOUNDED = {
    "replay_gui.core.contrast.passed_expression._TOKEN", "replay_gui.core.effects.call_reader._QUOTED",
    "replay_gui.core.reasons.findings.setup_reasons._MATTERS",
}  # fmt: skip
"""What they are given is cut before."""


def patterns() -> Iterator[tuple[str, re.Pattern[str], bool]]:
    """Yield (name, pattern, whether it is sought anywhere in a text) of all in modules that read logs."""
    for package in (core, engine, record):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "site" in module.name or "hooks" in module.name or module.name.endswith("__main__"):
                continue  # what runs in an agent's process replaces parts of it when it is imported
            loaded = import_module(module.name)
            source = Path(loaded.__file__ or "").read_text() if loaded.__file__ else ""
            for name, value in vars(loaded).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str) and f"{name} = " in source:
                    uses = set(re.findall(rf"\b{name}\b\.(\w+)\(", source))
                    if uses:  # others are used with a bound of their own, as by without_closed
                        yield f"{module.name}.{name}", value, not uses.isdisjoint(SEARCHING)


def seconds(pattern: re.Pattern[str], text: str, sought: bool) -> float:
    """Processor time of one try; where that is long, of the faster of two."""
    times: list[float] = []
    while not times or (len(times) < 2 and times[0] > SHORT):
        begun = time.thread_time()
        _: Any = pattern.sub("", text) if sought else pattern.match(text)
        times.append(time.thread_time() - begun)
    return min(times)


def beginnings(pattern: re.Pattern[str]) -> set[str]:
    """Texts with which what a pattern finds may begin: the fixed texts in it, one after the other."""
    fixed = re.findall(r"[<\w>`@#{}/:. -]{2,}", re.sub(r"\\[sdwb]|\(\?[:P=!<]?", "\0", pattern.pattern))
    return {"", *fixed[:4], "".join(fixed[:2])}


def test_no_pattern_goes_back() -> None:
    slow, count = [], 0
    for name, pattern, sought in patterns():
        count += 1
        if name in BOUNDED:
            continue
        for before in beginnings(pattern):
            for unit in (*UNITS, *([before] if before else [])):
                for end in ("\0", "")[: tries(1, long=2)]:
                    text = before + (unit * LENGTH)[:LENGTH] + end
                    if (once := seconds(pattern, text, sought)) > SHORT:
                        more = seconds(pattern, before + (unit * LENGTH)[: 3 * LENGTH] + end, sought)
                        if more > 6 * once:
                            slow.append((name, before, unit, once, more))
    assert count > 100
    assert slow == []


def test_tags_that_are_not_closed_are_looked_for_once() -> None:
    text, end = "<user_query>" * 30_000, grok._QUERY_END
    begun = time.thread_time()
    assert without_closed(grok._USER_QUERY, text, end) == ([], text)
    matches, around = without_closed(grok._USER_QUERY, f"a<user_query> b {end}c{text}", end)
    assert ([match[1] for match in matches], around) == ([" b "], f"ac{text}")
    assert time.thread_time() - begun < 1
