"""Redaction: what must not be carried to others is not, in any form; what a report is good for stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from replay_gui.core.errors import ProfileRefused
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.model import Report
from replay_gui.core.report.redaction import redact_report
from replay_gui.core.report.redaction_profile import SHARING_PROFILE, RedactionProfile, read_profile
from replay_gui.core.report.redactor import Redactor
from replay_gui.core.verification.verify_log import verify

KEY, MAIL, HOME = "sk-abcdefghijklmnop1234", "alice@example.org", "/home/alice"


Make = Callable[[RedactionProfile | None], Report]


@pytest.fixture
def report(tmp_path: Path) -> Make:
    """Of a log whose broken event holds secrets; made without what a profile hides."""
    path = tmp_path / "run.rlog"
    # Of moments and a name that are fixed: no hash of it happens to hold the pin.
    with Recorder(path, agent_type="t", agent_version="1", config={}, run_id="run", created=1) as run:
        run.observation("message", "user", f"{KEY} of {MAIL} in {HOME}/notes, pin 4711", time=2)
        run.observation("note", "user", {"pin": 4711, "open": "yes"}, time=3)
    data = bytearray(path.read_bytes())
    data[data.index(b" of ")] ^= 1
    path.write_bytes(data)

    def make(profile: RedactionProfile | None) -> Report:
        redactor = None if profile is None else Redactor(profile)
        with EventLog.open(path) as log:
            part = run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None, redactor=redactor)
        whole = Report(version="1", made=0, command=f"replay-gui verify {HOME}/run.rlog", runs=(part,))
        return whole if redactor is None else redact_report(whole, redactor)

    return make


def shown(text: str, profile: RedactionProfile = SHARING_PROFILE) -> str:
    """The text as a redaction leaves it."""
    return re.sub(r"\[redacted \d+\]", "[redacted]", Redactor(profile).text(text))


@pytest.mark.parametrize("suffix", list(FORMS))
def test_presets_hide_keys_mail_and_homes_and_keep_hashes(report: Make, suffix: str) -> None:
    whole = FORMS[suffix](report(SHARING_PROFILE)).decode()
    for secret in (KEY, MAIL, HOME):
        assert secret not in whole
    if suffix in (".html", ".md", ".json"):
        plain = report(None)
        assert MAIL in FORMS[suffix](plain).decode().replace("&#64;", "@")
        found = plain.runs[0].verification
        assert found.file_blake3 in whole
        assert (found.head or "?") in whole
        assert (found.failures[0].expected or "?") in whole
        assert "redacted" in whole.lower()
        assert "for sharing" in whole


def test_a_path_hides_the_value_and_what_may_quote_it(report: Make) -> None:
    hidden = report(RedactionProfile("mine", paths=("/data",)))
    whole = FORMS[".json"](hidden).decode()
    assert "4711" not in whole
    assert MAIL not in whole
    assert hidden.redaction is not None
    assert hidden.redaction.changed >= 1


def test_a_pattern_of_ones_own(report: Make) -> None:
    assert "4711" not in FORMS[".html"](report(RedactionProfile("mine", patterns=(r"\b\d{4}\b",)))).decode()


def test_a_pattern_of_ones_own_counts_for_what_looks_like_a_hash() -> None:
    name = "0123456789abcdef" * 2
    assert shown(name, RedactionProfile("mine", patterns=("0123[0-9a-f]+",))) == "[redacted]"


@pytest.mark.parametrize(
    "name", ["api_key", "API-Key", "x-api-key", "apiKey", "accessToken", "Set-Cookie", "db_password", "PIN"]
)
def test_keys_decide_in_every_spelling(name: str) -> None:
    redactor = Redactor(SHARING_PROFILE)
    assert redactor.value({"a": [{name: "x", "b": 1}]}) == {"a": [{name: "[redacted 1]", "b": 1}]}
    assert redactor.value({name: {"deep": ["x"]}})[name].startswith("[redacted")
    assert redactor.value({name: None, "b": {name: True}}) == {name: None, "b": {name: True}}, "nothing to hide"


@pytest.mark.parametrize("name", ["tokens", "max_tokens", "token_count", "author", "spinner", "keyboard", "cookbook"])
def test_other_keys_stay(name: str) -> None:
    assert Redactor(SHARING_PROFILE).value({name: "x"}) == {name: "x"}


def test_keys_of_ones_own() -> None:
    profile = RedactionProfile("mine", keys=("Customer-Name",))
    assert Redactor(profile).value({"customer_name": "Jane", "password": "x"}) == {
        "customer_name": "[redacted 1]",
        "password": "x",
    }


def test_equal_values_are_hidden_equally_and_others_otherwise() -> None:
    redactor = Redactor(SHARING_PROFILE)
    first, second, third = (redactor.value(text, "/password") for text in ("a", "b", "a"))
    assert first == third != second


def test_what_is_nested_too_deeply_is_hidden_whole() -> None:
    value: object = "secret"
    for _ in range(1000):
        value = {"a": [value]}
    assert "secret" not in str(Redactor(SHARING_PROFILE).value(value))


def test_a_profile_is_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "share.toml"
    file.write_text('presets = ["e-mail"]\npatterns = ["x+"]\npaths = ["/a/*"]\nkeys = ["pin"]\n', "utf-8")
    assert read_profile(file) == RedactionProfile("share", ("e-mail",), ("x+",), ("/a/*",), ("pin",))


@pytest.mark.parametrize(
    "text",
    [
        "presets = 1",
        'presets = ["nope"]',
        'patterns = ["("]',
        'patterns = ["x*"]',
        'patterns = ["(a)\\\\1"]',
        'paths = ["a"]',
        "keys = 1",
        "x = 1",
        "[",
        "a = " + "[" * 100_000,
        "a" + ".a" * 100_000 + " = 1",
        "#" * (1 << 20) + "\npatterns = []",
    ],
    ids=range(12),
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
    assert secret[-6:] not in shown(f"it is {secret} there") or secret.startswith("C:")
    assert "bob" not in shown(secret)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see /var/home/alice/x", "see [redacted]/x"),
        ("see /mnt/c/Users/carol/x", "see [redacted]/x"),
        ("see /export/home/alice/x", "see [redacted]/x"),
        ("see /home/Jane Doe/x", "see [redacted]/x"),
        ("cd ~alice && ls", "cd [redacted] && ls"),
        ("AWS_SECRET_ACCESS_KEY=abcdef12345", "[redacted]"),
        ("Authorization: Basic abcdef12345", "[redacted]"),
        ("Authorization: Token abc", "[redacted]"),
        ('{"Cookie": "a=1; b=2", "n": 3}', '{"[redacted]", "n": 3}'),
        ("see xsk-abcdefghijklmnop1234", "see x[redacted]"),
        ("aaaask-proj-SECRET14abcdefgh", "aaaa[redacted]"),
        ("https://joe:pw@host/x", "https://[redacted]host/x"),
        ('{"password": "x"}', '{"[redacted]"}'),
        ("password=x", "[redacted]"),
        ("my password hunter22", "my [redacted]"),
        ("token usage: 5", "token usage: 5"),
        ("the secret of it", "the secret of it"),
        ("npm_0123456789abcdef", "[redacted]"),
        ("task-force-is-skilled-at-everything", "task-force-is-skilled-at-everything"),
    ],
)
def test_presets_take_what_they_should_and_no_more(text: str, left: str) -> None:
    assert shown(text) == left
