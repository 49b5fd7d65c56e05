"""The program's own patterns, against texts made to backtrack: their time grows with the text and no faster."""

from __future__ import annotations

import time

import pytest

from replay_gui.core.divergence.rules.presets import PRESETS as RULE_PRESETS
from replay_gui.core.report.redaction_profile import PRESETS as REDACTION_PRESETS
from replay_gui.core.text.patterns import OwnPattern
from tests.helpers.effort import tries

LENGTH = 20_000  # characters
UNITS = (
    "1", "1:", "1.", "12:12:12.", "a", "a-", "a_", "-", " ", "\t", "\n", "\\", "/", "=", ":", '"', "“", "é", "0x",
    "0xf", "sk-", "sk_a", "pk-a-", "ghp_", "eyJ", "eyJa.", "eyJ-", "eyJaaaaaaaa.", "AKIA", "xoxb-", "-----BEGIN ",
    "-----BEGIN PRIVATE KEY-----", "-----END", "bearer ", "basic", "token", "token ", "api_key", "secret_",
    "password:", "authorization", "authorization: ", "cookie\n", "a@", "a@a.", "@", "a.a@a-", "://", "://a:",
    "://a", "/home/", "/home/a", "/home/a/", "/Users/", "/mnt/a/Users/", "C:\\", "C:\\\\Users", "C:\\Users\\",
    "C:\\a b", "~", "~a", "/tmp", "/tmp/", "/var/folders/", "C:\\a\\Temp\\", "msg_", "msg_a", "call_", "toolu_-",
    "run-a", "01A", "01", "Mon ", "Monday, ", "Jan ", "Jan 1 ", "1 Jan ", "2026-", "2026-01-01 ", "2026-01-01T1",
    "1e-", "1.1", "1 m", "a-f0", "ab12-",
)  # fmt: skip
SHORT = 0.02  # seconds that nobody has to look at
PATTERNS = {f"rules: {name}": text for name, text in RULE_PRESETS.items()} | {
    f"redaction: {name}": text for name, text in REDACTION_PRESETS.items()
}


def seconds(pattern: OwnPattern, text: str) -> float:
    """Processor time of one try; where that is long, of the faster of two."""
    times: list[float] = []
    while not times or (len(times) < 2 and times[0] > SHORT):
        begun = time.thread_time()
        pattern.replace_each(text, lambda _: "x")
        pattern.covers(text)
        times.append(time.thread_time() - begun)
    return min(times)


@pytest.mark.parametrize("name", PATTERNS)
def test_no_preset_backtracks(name: str) -> None:
    """Four times the text takes about four times as long; sixteen times would be quadratic.

    By default with the end that stops a match; with --long also with others.
    """
    pattern, slow = OwnPattern(PATTERNS[name]), []
    for unit in UNITS:
        for tail in ("!", "\n", "")[: tries(1, long=3)]:
            once = seconds(pattern, (unit * LENGTH)[:LENGTH] + tail)
            if once > SHORT:
                four_times = seconds(pattern, (unit * LENGTH * 4)[: 4 * LENGTH] + tail)
                if four_times > 9 * once:
                    slow.append((unit, tail, once, four_times))
            assert once < 3, unit
    assert slow == []
