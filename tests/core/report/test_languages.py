"""Reports in another language: what people read is messages, and what programs compare stays English."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree

import pytest

from replay_gui.core.contrast.contrast import contrast_runs
from replay_gui.core.contrast.profiling import profiles, run_files
from replay_gui.core.contrast.run_set import run_set
from replay_gui.core.divergence.comparer import Comparer
from replay_gui.core.divergence.rules.rules import Action, Rule, Rules
from replay_gui.core.divergence.side import ComparedSide
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.compared import comparison_part
from replay_gui.core.report.document import Document, Facts, Paragraph, ReportTable
from replay_gui.core.report.forms import FORMS, FORMS_FOR_PROGRAMS
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.model import Report
from replay_gui.core.report.runs.contrast_part import contrast_part
from replay_gui.core.translation.english import in_english
from replay_gui.core.translation.messages import tr
from replay_gui.core.translation.numbers import use_number_signs
from replay_gui.core.verification.verify_log import verify
from tests.core.translation.languages import ACCENTED, in_language
from tests.helpers import logs
from tests.helpers.paths import ROOT

EVALUATION = ROOT / "resources" / "samples" / "evaluation"
_PAIR = EVALUATION / "cancel-both-bookings"


def _report(*paths: Path, folder: Path) -> Report:
    """Verify one log, or compare two."""
    with ExitStack() as stack:
        return _report_on([stack.enter_context(EventLog.open(path)) for path in paths], folder)


def _report_on(opened: list[EventLog], folder: Path) -> Report:
    parts = [run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None) for log in opened]
    report = Report(version="1", made=1_700_000_000 * 10**9, command="replay-gui", runs=tuple(parts))
    if len(opened) == 1:
        return report
    for number in range(2):
        (folder / str(number)).mkdir()
    a, b = (ComparedSide.build(log, folder / str(number)) for number, log in enumerate(opened))
    rules = Rules([Rule(Action.IGNORE, tool="no_tool", path="/x", note="n")])
    comparer = Comparer(a, b, gaps=("a gap",))
    part = comparison_part(comparer, comparer.compare(rules), rules, WhyFinder(a, b, ("one", "two")).find(rules))
    return Report(version="1", made=report.made, command="replay-gui", runs=report.runs, comparison=part)


def _contrast(folder: Path) -> Report:
    paths = sorted(EVALUATION.rglob("*.rlog"))
    runs = run_set(list(profiles([file for path in paths for file in run_files(str(path), str(folder))])))
    part = contrast_part(runs, contrast_runs(runs))
    return Report(version="1", made=1_700_000_000 * 10**9, command="replay-gui", runs=(), contrast=part)


def _headings(document: Document) -> Iterator[str]:
    """Yield the texts of a document that hold no value of a log: headings, names of facts, heads of columns.

    Letters alone, such as those of the runs, are the same in each language.
    """
    yield from (document.title, document.verdict)
    for section in document.sections:
        if ".rlog" not in section.title:
            yield section.title
        for block in section.blocks:
            if isinstance(block, Facts):
                yield from (fact.name for fact in block.rows if len(fact.name) > 1)
            elif isinstance(block, ReportTable):
                yield from (column.title for column in block.columns if len(column.title.rstrip("*")) > 1)
                yield from filter(None, (block.more,))
            elif isinstance(block, Paragraph):
                yield block.text


_SUBJECTS = ["verified", "damaged", "compared", "contrasted"]


def _made(subject: str, folder: Path) -> Report:
    """Make a report on one of the subjects, in the language in use."""
    if subject == "compared":
        return _report(*sorted(_PAIR.glob("*.rlog"))[:2], folder=folder)
    if subject == "contrasted":
        return _contrast(folder)
    path = folder.parent / "run.rlog"
    if not path.exists():
        logs.write_log(path)
        if subject == "damaged":
            logs.damage(path)
    return _report(path, folder=folder)


@pytest.fixture(params=_SUBJECTS)
def accented(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Report]:
    """A report that is made in the accented language, which stays in use."""
    (tmp_path / "made").mkdir()
    with in_language(ACCENTED):
        yield _made(request.param, tmp_path / "made")


def test_what_people_read_is_messages(accented: Report) -> None:
    texts = [text for text in _headings(layout_document(accented)) if text]
    assert len(texts) > 10
    assert [text for text in texts if not text.startswith("[")] == []
    assert '<html lang="en-XA" dir="ltr">' in FORMS[".html"](accented).decode()


def test_what_programs_compare_is_english(accented: Report) -> None:
    form = json.loads(FORMS[".json"](accented))
    assert form["verdict"] in ("VALID", "INVALID", "DIVERGED", "11 PASSED, 5 FAILED")
    results = {check["result"] for run in form["runs"] for check in run["checks"]}
    assert results <= {"checked", "failed", "not checked"}
    for case in ElementTree.fromstring(FORMS[".xml"](accented)).iter("testcase"):
        assert accented.comparison is not None or not case.get("name", "[").startswith("[")
    for rule in json.loads(FORMS[".sarif"](accented))["runs"][0]["tool"]["driver"]["rules"]:
        assert rule["shortDescription"]["text"].isascii()


@pytest.mark.parametrize("subject", _SUBJECTS)
def test_files_for_programs_are_those_of_an_english_window(subject: str, tmp_path: Path) -> None:
    """The report is made in English and written in a process of another language."""
    for name in ("english", "accented"):
        (tmp_path / name).mkdir()
    english = _made(subject, tmp_path / "english")
    expected = {suffix: write(english) for suffix, write in FORMS_FOR_PROGRAMS.items()}
    use_number_signs(".", ",")
    try:
        with in_language(ACCENTED):
            with in_english():
                report = _made(subject, tmp_path / "accented")
            assert {suffix: FORMS[suffix](report) for suffix in FORMS_FOR_PROGRAMS} == expected
            assert tr("Notes").startswith("[")
    finally:
        use_number_signs(",", ".")


def test_a_page_from_right_to_left_says_so(tmp_path: Path) -> None:
    with in_language("ar-XB"):
        assert '<html lang="ar-XB" dir="rtl">' in FORMS[".html"](_made("verified", tmp_path / "made")).decode()
