"""Texts of a log that look like messages or formats: in another language they are shown as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.features.feature_words import feature_words
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_set import run_set
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.document import Document
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import RedactionNote, Report
from replay_gui.core.report.redaction_profile import SHARING_PROFILE
from replay_gui.core.report.runs.contrast_model import VersionsPart
from replay_gui.core.report.runs.contrast_part import contrast_part
from replay_gui.core.verification.verify_log import verify
from tests.core.reasons.scripts import Step, write_run
from tests.core.translation.languages import ACCENTED, in_language

_TEXTS = ("{0.__class__}", "{run}", "{", "}{", "%s %(n)d", "{n:>999999999}", "{run!r}", "{{x}}")
_LANGUAGES = ("de", ACCENTED)


def _write(folder: Path, text: str) -> list[Path]:
    """Write a run that failed and one that passed, with a text as name of tools, of members and of files."""
    look = Step(tool=text, input={text: text, "path": f"{text}.py"}, answer={text: [text, "x1234567"]})
    failed = Step(tool=text, input={text: "a"}, answer=text, error=text)
    write = Step(tool="cancel_order", input={"order_id": "x1234567", text: text}, answer={text: text})
    edit = Step(tool="edit_file", input={"path": f"{text}.py", "old_str": text, "new_str": f"x = {text}"}, answer="ok")
    say = Step("user", f"Hello, {text}.")
    return [
        write_run(folder / "a.rlog", [say, failed, Step("agent", f"FINAL ANSWER: {text} 1")], False, "run-a"),
        write_run(folder / "b.rlog", [say, look, write, edit, Step("agent", f"FINAL ANSWER: {text} 2")], True, "run-b"),
    ]


def _report(folder: Path, text: str) -> Report:
    return _report_on(_write(folder, text), folder, text)


def _report_on(paths: list[Path], folder: Path, text: str) -> Report:
    """Return a report on two runs, compared and contrasted; `text`: of rules, and what the runs are called."""
    with ExitStack() as stack:
        opened = [stack.enter_context(EventLog.open(path)) for path in paths]
        parts = [run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None) for log in opened]
        for name in "ab":
            (folder / name).mkdir()
        a, b = (ComparedSide.build(log, folder / name) for name, log in zip("ab", opened, strict=True))
        rules = Rules([Rule(Action.IGNORE, tool=text, path="/x", note=text)])
        why = WhyFinder(a, b, (text, text)).find(rules)
        comparer = Comparer(a, b, gaps=(text,))
        comparison = comparison_part(comparer, comparer.compare(rules), rules, why)
    runs = run_set(list(profiles([file for path in paths for file in run_files(str(path), str(folder))])))
    contrast = contrast_part(runs, contrast_runs(runs))
    return Report(
        version="1",
        made=1_700_000_000 * 10**9,
        command="replay-gui",
        runs=tuple(parts),
        comparison=comparison,
        contrast=contrast,
    )


def _texts(document: Document) -> Iterator[str]:
    found: list[Any] = [astuple(document)]
    while found:
        value = found.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | tuple):
            found += value


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("text", _TEXTS)
def test_braces_and_signs_stay(tmp_path: Path, language: str, text: str) -> None:
    with in_language(language):
        report = _report(tmp_path, text)
        shown = [each for each in _texts(layout_document(report)) if text in each]
        assert len(shown) > 5
        for form in (".html", ".md", ".json", ".xml", ".sarif"):
            assert FORMS[form](report)


_WORDS = ("Answer", "none", "Error", "failed", "limit")  # messages of the program, too


@pytest.mark.parametrize("text", _WORDS)
def test_how_a_run_ended_and_why_are_words_of_its_log(tmp_path: Path, text: str) -> None:
    end = Feature(kind=FeatureKind.END, value=f"limit ({text})")
    other = Feature(kind=FeatureKind.END, value=f"{text}s ({text})")
    with in_language("de"):
        assert feature_words(end) == f"endete: Grenze erreicht ({text})"
        assert feature_words(other) == f"endete: {text}s ({text})"
        report = _report(tmp_path, "x")
        contrast = report.contrast
        assert contrast is not None
        runs = tuple(replace(run, end=f"{text} 7") for run in contrast.runs)
        texts = [*_texts(layout_document(replace(report, contrast=replace(contrast, runs=runs))))]
    assert sum(each.endswith(f"; Ende: {text} 7") for each in texts) == len(runs)


@pytest.mark.parametrize("text", _WORDS)
def test_the_name_of_a_profile_is_no_message(tmp_path: Path, text: str) -> None:
    report = _report(tmp_path, "x")
    with in_language("de"):
        own, offered = (
            [*_texts(layout_document(replace(report, redaction=RedactionNote(profile, 1))))]
            for profile in (text, SHARING_PROFILE.name)
        )
    assert any(each.startswith(f"Geschwärzt nach dem Profil {text}:") for each in own)
    assert any(each.startswith("Geschwärzt nach dem Profil zum Weitergeben:") for each in offered)


@pytest.mark.parametrize(
    ("fact", "words"),
    [("version", "Versionen nach Version"), ("set-up: /a", "Versionen nach Einrichtung: /a")],
)
def test_the_fact_that_distinguishes_versions_is_named_in_the_language(tmp_path: Path, fact: str, words: str) -> None:
    report = _report(tmp_path, "x")
    assert report.contrast is not None
    versions = VersionsPart(fact=fact, before="1", after="2", summary="", tasks=(), differences=(), note="")
    with in_language("de"):
        document = layout_document(replace(report, contrast=replace(report.contrast, versions=versions)))
    assert any(section.title.startswith(f"{words}: 1 → 2") for section in document.sections)


def test_the_effects_of_calls_have_the_words_of_the_window(tmp_path: Path) -> None:
    with in_language("de"):
        texts = {*_texts(layout_document(_report(tmp_path, "x")))}
    assert "ändert etwas" in texts
