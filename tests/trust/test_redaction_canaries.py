"""Secrets planted wherever a text can stand in a run: none of them reaches a redacted report, in any form."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from PySide6.QtWidgets import QApplication

from replay_gui.cli import main
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.scanner import Ending
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.layout import layout_document
from replay_gui.printout import pdf
from tests.helpers.evaluations.evaluation_logs import LOOK, MadeCall, write_run

FORMS = (".json", ".html", ".md", ".xml", ".sarif", ".pdf")
PROFILE = """
presets = ["keys", "e-mail", "home folders"]
patterns = ["CANARY[A-Za-z0-9]+", "[0-9a-f]{32}"]
keys = ["customer"]
paths = [
    "/private", "/output/private", "/input/private", "/data/private", "/config/private", "/value/private",
    "/patch/private",
]
"""
_RUN_ID = "deadbeef" * 4  # looks like a hash, and the profile names it


Pair: TypeAlias = tuple[Path, Path, list[str]]


class Canaries:
    """Makes secrets that are told apart, and hides them in the ways in which a secret is hidden."""

    def __init__(self, side: str) -> None:
        self._side, self._numbers = side, count(1)
        self.planted: list[str] = []

    def new(self) -> str:
        """A secret that no preset knows by its form."""
        self.planted.append(f"Zq{self._side}{next(self._numbers)}xW")
        return self.planted[-1]

    def members(self) -> dict[str, Any]:
        """Members of a payload under keys, below paths, and as texts that patterns know."""
        return {
            "password": self.new(),
            "api_key": self.new(),
            "Token": {"deep": [self.new()]},
            "customer": f"He said ”{self.new()}” and left; “{self.new()}”",
            "private": {"a": self.new(), "list": [self.new(), f"x\n{self.new()}\ty"]},
            "text": f"Authorization: Token {self.new()}\nthen sk-{self.new()}abcdefgh12345 and token={self.new()}",
            "long": "x" * 150 + f" aaask-proj-{self.new()}abcdefghijkl" + "y" * 100,
            "json": json.dumps({"password": self.new(), "n": 1}),
            "url": f"https://user:{self.new()}@host/x",
            "mail": f"{self.new()}@example.org",
            "home": f"/home/{self.new()}/notes.txt",
            f"CANARY{self.new()}": 1,
            "own": f"CANARY{self.new()}",
            "headers": [["Authorization", self.new()], {"name": "X-Api-Key", "value": self.new()}],
            "settings": {"env": [{"Name": "DB_PASSWORD", "Value": self.new(), "type": "text"}]},
        }

    def record(self, path: Path) -> None:
        """A run with all of it, in each kind of event."""
        with Recorder(path, f"agent CANARY{self.new()}", "1", config=self.members(), run_id=_RUN_ID) as run:
            run.state_transition("phase", f"CANARY{self.new()}")
            run.observation("message", "user", self.members())
            run.observation("message", "user", f"He said ”CANARY{self.new()}” and left: password: {self.new()}")
            for name in ("search", f"CANARY{self.new()}"):
                call = run.tool_request(name, self.members())
                run.tool_response(call, self.members())
                call = run.tool_request(name, {"private": self.new()})
                run.tool_response(call, None, success=False, error=f"no access with token={self.new()}")
                run.capability_denied(f"CANARY{self.new()}", name, f"password={self.new()}")
            run.memory_write("password", self.new())
            run.memory_write(f"CANARY{self.new()}", self.members())
            run.decision("plan", self.members(), reasoning=f"I use api_key={self.new()} now")
            run.error("auth", f"Bearer {self.new()}abcdef", f"CANARY{self.new()}")
            patch = run.patch_proposal(
                "author", f"CANARY{self.new()}", {"private": self.new(), "text": f"+password = {self.new()}"}
            )
            run.patch_applied(patch)
            run.append(f"x:CANARY{self.new()}", self.members())
            run.outcome(
                passed=False,
                score=0.5,
                by=f"CANARY{self.new()}",
                answer={"password": self.new()},
                expected=f"token={self.new()}",
                parts=[{"name": "a", "why": f"password={self.new()}"}],
            )


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    home = tmp_path / "home" / "JaneQDoe"
    home.mkdir(parents=True)
    planted: list[str] = ["JaneQDoe", _RUN_ID]
    paths = []
    for side in "AB":
        canaries = Canaries(side)
        path = home / f"run-CANARY{canaries.new()}.rlog"
        canaries.record(path)
        planted += canaries.planted
        paths.append(path)
    return paths[0], paths[1], planted


def texts_of(path: Path) -> str:
    """All that a reader of the file finds."""
    return path.read_bytes().decode("utf-8", "replace")


def leaked(planted: list[str], text: str) -> list[str]:
    return [secret for secret in planted if secret in text]


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "profile.toml"
    path.write_text(PROFILE)
    return str(path)


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> list[str]:
    """The texts of pages: a PDF holds glyphs, not letters, so what is drawn is looked at before."""
    documents: list[str] = []
    lay_out = layout_document

    def noted(report: Any) -> Any:
        document = lay_out(report)
        documents.append(repr(document))
        return document

    monkeypatch.setattr(pdf, "layout_document", noted)
    return documents


@pytest.mark.parametrize("suffix", FORMS)
def test_of_two_runs(pair: Pair, tmp_path: Path, profile: str, suffix: str, laid_out: list[str]) -> None:
    a, b, planted = pair
    report = tmp_path / f"report{suffix}"
    assert main(["diff", str(a), str(b), "--report", str(report)]) == 1
    whole = texts_of(report) + "".join(laid_out)
    assert len(leaked(planted, whole)) > 10, "without a profile, they are there to be found"
    laid_out.clear()
    assert main(["diff", str(a), str(b), "--report", str(report), "--redact", profile]) == 1
    text = texts_of(report) + "".join(laid_out)
    assert leaked(planted, text) == []
    assert "redacted" in text
    assert "DIVERGED" in text or suffix in (".sarif", ".xml"), "the verdict stays"


ONE_PLACE: dict[str, Callable[[Recorder, str], object]] = {
    "config": lambda run, secret: run.append(
        "AgentInit", {"agent_type": "t", "agent_version": "1", "config": {"private": secret}}
    ),
    "input": lambda run, secret: run.tool_request("search", {"private": secret}),
    "output": lambda run, secret: run.tool_response(run.tool_request("search", {}), {"private": secret}),
    "data": lambda run, secret: run.observation("message", "user", {"private": secret}),
    "decision": lambda run, secret: run.decision("plan", {"private": secret}),
    "memory": lambda run, secret: run.memory_write("password", secret),
    "patch": lambda run, secret: run.patch_proposal("author", "file", {"private": secret}),
    "key": lambda run, secret: run.append("x:seen", {"customer": secret}),
    "operation": lambda run, secret: run.append(
        "x:ops", {"ops": [{"op": "add", "path": "/customer", "value": {"customer": secret}}]}
    ),
}


def test_of_two_runs_that_part_in_one_place(tmp_path: Path, profile: str) -> None:
    """Then the causes quote it: no quotation mark in a value ends what is hidden of it."""
    quoting = 0
    for number, (name, say) in enumerate(ONE_PLACE.items()):
        paths = [str(tmp_path / f"{name}-{side}.rlog") for side in "AB"]
        for path, side in zip(paths, "AB", strict=True):
            with Recorder(path, "t", "1", run_id="r") as run:
                say(run, f"He said ”Zq{number}{side}” and left, “Zq{number}{side}” too; then Zq{number}{side}")
        report = tmp_path / f"{name}.json"
        assert main(["diff", *paths, "--report", str(report), "--redact", profile]) == 1
        text = report.read_text("utf-8")
        assert f"Zq{number}" not in text, name
        quoting += any("[redacted" in f"{cause['headline']} {cause['details']}" for cause in causes_of(text))
    assert quoting >= 5


def causes_of(report: str) -> list[dict[str, Any]]:
    causes: list[dict[str, Any]] = json.loads(report)["comparison"]["causes"]
    return causes


@pytest.mark.parametrize("suffix", FORMS)
def test_of_every_broken_event(pair: Pair, tmp_path: Path, profile: str, suffix: str, laid_out: list[str]) -> None:
    path, _, planted = pair
    with EventLog.open(path) as log:
        places = [(event.offset, event.size) for event in log.events() if not isinstance(event, Ending)]
    original = path.read_bytes()
    report = tmp_path / f"report{suffix}"
    for offset, size in places if suffix == ".json" else places[:: max(1, len(places) // 4)]:
        data = bytearray(original)
        data[offset + size - 3] ^= 1  # its hash
        path.write_bytes(data)
        main(["verify", str(path), "--report", str(report), "--redact", profile])
        text = texts_of(report) + "".join(laid_out)
        laid_out.clear()
        assert leaked(planted, text) == [], offset


def test_the_offered_profile_hides_keys_and_what_looks_like_secrets(tmp_path: Path) -> None:
    """Without a profile of one's own: what stands under the usual keys, and behind the usual labels."""
    report = tmp_path / "report.json"
    paths = []
    planted = []
    for side in "AB":
        path = tmp_path / f"{side}.rlog"
        canaries = Canaries(side)
        with Recorder(path, "t", "1", config={"password": canaries.new(), "token": canaries.new()}) as run:
            call = run.tool_request("login", {"user": "u", "api_key": canaries.new()})
            run.tool_response(call, {"Authorization": f"Token {canaries.new()}", "set-cookie": canaries.new()})
            run.memory_write("password", canaries.new())
        planted += canaries.planted
        paths.append(str(path))
    assert main(["diff", *paths, "--report", str(report), "--redact", "share"]) == 1
    assert leaked(planted, texts_of(report)) == []


def evaluation(folder: Path, canaries: Canaries, tasks: int) -> list[str]:
    """Record runs of which those that pass do what those that fail do not, with secrets wherever it is told."""
    paths = []
    for task in range(tasks):
        shared, others = [canaries.new() for _ in range(8)], iter([canaries.new() for _ in range(40)])
        for trial in range(4):
            passed = trial < 2
            card = {"holder": "shown", "number": shared[0], "marks": [{"name": shared[1]}, {"name": next(others)}]}
            secrets: dict[str, Any] = {"card": card, "customer": shared[2], "note": f"token={shared[3]}"}
            secrets["auth"] = ["Authorization", shared[6]]
            secrets["env"] = [{"Name": "DB_PASSWORD", "Value": shared[7]}]
            pay = MadeCall("pay", secrets, {"private": shared[4]})
            code = MadeCall("bash", {"command": f"pay --password={shared[5]}", "private": next(others)})
            fails = MadeCall("check", {"card": {"number": next(others)}}, error=f"no access: password={next(others)}")
            calls = [LOOK, pay, code] if passed else [LOOK, fails]
            config: dict[str, Any] = {"password": shared[5] if passed else shared[6]}
            config["private"] = {"a": shared[0] if passed else "x"}
            config["env"] = [{"name": "api_key", "value": shared[0] if passed else next(others)}]
            own = iter([canaries.new() if passed else next(others) for _ in range(5)])
            config |= {"auth": ["token", next(own)], "deep": ["api_key", {"a": next(own)}]}
            config["pairs"] = [["api_key", next(own)], ["password", [next(own)]]]
            config["made"] = {"name": "password", "value": {"a": [next(own)]}}
            config["tools"] = ["kept tool" if passed else "other tool"]
            path = folder / f"{task}-{trial}.rlog"
            write_run(path, calls, task=f"task {task}", trial=trial, passed=passed, config=config)
            paths.append(str(path))
    return paths


@pytest.mark.parametrize("tasks", [1, 3])
@pytest.mark.parametrize("suffix", [".json", ".html", ".md", ".pdf"])
def test_of_many_runs(tmp_path: Path, suffix: str, tasks: int, laid_out: list[str]) -> None:
    """Values are hidden, and nothing else: sentences, counts, names of tools and other values stay."""
    canaries, report, profile = Canaries("C"), tmp_path / f"report{suffix}", tmp_path / "profile.toml"
    paths = evaluation(tmp_path, canaries, tasks)
    profile.write_text(
        PROFILE.replace('"/input/private"', '"/input/private", "/input/card/number", "/input/card/marks/*/name"')
    )
    if suffix in (".json", ".pdf"):  # text, and what is laid out
        assert main(["contrast", *paths, "--report", str(report)]) == 0
        assert len(leaked(canaries.planted, texts_of(report) + "".join(laid_out))) > 3, "there to be found"
        laid_out.clear()
    versions = ["--versions", "set-up: password", *canaries.planted[5:7]] if suffix == ".md" else []
    if versions:  # the version itself is a secret, also by the offered profile
        assert main(["contrast", *paths, *versions, "--report", str(report), "--redact", "share"]) == 0
        assert leaked(canaries.planted[5:7], texts_of(report)) == []
    assert main(["contrast", *paths, *versions, "--report", str(report), "--redact", str(profile)]) == 0
    text = texts_of(report) + "".join(laid_out)
    assert leaked(canaries.planted, text) == []
    for kept in ("pay", "shown", "[redacted ", "passing"):
        assert kept in text, kept
