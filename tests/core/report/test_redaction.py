"""Redaction: what must not be carried to others is not, in any form; what a report is good for stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.errors import ProfileRefused
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import SHARING_PROFILE, RedactionProfile, read_profile, redact_report
from replay_gui.core.verification.verify_log import verify

KEY, MAIL, HOME = "sk-abcdefghijklmnop1234", "alice@example.org", "/home/alice"


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Of a log whose broken event holds secrets."""
    path = tmp_path / "run.rlog"
    with Recorder(path, agent_type="t", agent_version="1", config={}) as run:
        run.observation("message", "user", f"{KEY} of {MAIL} in {HOME}/notes, pin 4711")
        run.observation("note", "user", {"pin": 4711, "open": "yes"})
    data = bytearray(path.read_bytes())
    data[data.index(b" of ")] ^= 1
    path.write_bytes(data)
    with EventLog.open(path) as log:
        part = run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None)
    return Report(version="1", made=0, command=f"replay-gui verify {HOME}/run.rlog", runs=(part,))


@pytest.mark.parametrize("suffix", list(FORMS))
def test_presets_hide_keys_mail_and_homes_and_keep_hashes(report: Report, suffix: str) -> None:
    whole = FORMS[suffix](redact_report(report, SHARING_PROFILE)).decode()
    for secret in (KEY, MAIL, HOME):
        assert secret not in whole
    if suffix in (".html", ".md", ".json"):
        assert MAIL in FORMS[suffix](report).decode()
        found = report.runs[0].verification
        assert found.file_blake3 in whole
        assert (found.head or "?") in whole
        assert (found.failures[0].expected or "?") in whole
        assert "redacted" in whole.lower()
        assert "for sharing" in whole


def test_a_path_hides_the_value_and_what_may_quote_it(report: Report) -> None:
    hidden = redact_report(report, RedactionProfile("mine", paths=("/data",)))
    whole = FORMS[".json"](hidden).decode()
    assert "4711" not in whole
    assert MAIL not in whole
    assert hidden.redaction is not None
    assert hidden.redaction.changed >= 2


def test_a_pattern_of_ones_own(report: Report) -> None:
    assert (
        "4711" not in FORMS[".html"](redact_report(report, RedactionProfile("mine", patterns=(r"\b\d{4}\b",)))).decode()
    )


def test_a_profile_is_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "share.toml"
    file.write_text('presets = ["e-mail"]\npatterns = ["x+"]\npaths = ["/a/*"]\n', "utf-8")
    assert read_profile(file) == RedactionProfile("share", ("e-mail",), ("x+",), ("/a/*",))


@pytest.mark.parametrize(
    "text",
    ["presets = 1", 'presets = ["nope"]', 'patterns = ["("]', 'patterns = ["x*"]', 'paths = ["a"]', "x = 1", "["],
)
def test_a_profile_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ProfileRefused, match=r"bad\.toml: "):
        read_profile(file)


@pytest.mark.parametrize(
    "secret",
    ["ghp_" + "a" * 36, "AKIA" + "A1" * 8, "Bearer abcdef123456", "api_key=abcdef1234", "C:\\Users\\bob\\x"],
)
def test_presets_know_the_usual_secrets(secret: str) -> None:
    assert SHARING_PROFILE.text is not None
    assert secret[-6:] not in SHARING_PROFILE.text.sub("", f"it is {secret} there") or secret.startswith("C:")
    assert "bob" not in SHARING_PROFILE.text.sub("", secret)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see /var/home/alice/x", "see [redacted]/x"),
        ("see /mnt/c/Users/carol/x", "see [redacted]/x"),
        ("see /export/home/alice/x", "see [redacted]/x"),
        ("see /home/Jane Doe/x", "see [redacted]/x"),
        ("cd ~alice && ls", "cd [redacted] && ls"),
        ("AWS_SECRET_ACCESS_KEY=abcdef12345", "[redacted]"),
        ("Authorization: Basic abcdef12345", "Authorization: [redacted]"),
        ("npm_0123456789abcdef", "[redacted]"),
        ("task-force-is-skilled-at-everything", "task-force-is-skilled-at-everything"),
    ],
)
def test_presets_take_what_they_should_and_no_more(text: str, left: str) -> None:
    assert SHARING_PROFILE.text is not None
    assert SHARING_PROFILE.text.sub("[redacted]", text) == left
