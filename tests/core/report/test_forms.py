"""Each form of a report, of runs that are valid, damaged and hostile."""

from __future__ import annotations

import json
import re
import tomllib
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.recorder.recorder import Recorder
from replay_gui.core.report.building import run_part
from replay_gui.core.report.canonical_json import canonical_json
from replay_gui.core.report.document import (
    Block,
    Column,
    Command,
    Document,
    Fact,
    Facts,
    Paragraph,
    Picture,
    ReportSection,
    ReportTable,
)
from replay_gui.core.report.forms import FORMS
from replay_gui.core.report.html import html_report
from replay_gui.core.report.layout import MAX_FINDING_ROWS, layout_document
from replay_gui.core.report.model import NotedEvents, Report, RunPart, TimelineCounts, TimelineLane, UnreadableRun
from replay_gui.core.verification.verify_log import verify
from replay_gui.printout.saving import PDF, SUFFIXES
from replay_gui.version import VERSION
from tests.helpers import logs
from tests.helpers.paths import ROOT, VECTORS

HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[31m&amp;]]>|`**[x](http://evil.example) @team #12 {0}\n# no"


def part_of(path: Path) -> RunPart:
    with EventLog.open(path) as log:
        return run_part(log, verify(log), "rlog", log.source.size, lambda done, total: None)


def report_of(*paths: Path) -> Report:
    return Report(
        version="1.2.3", made=1_700_000_000 * 10**9, command="replay-gui verify", runs=tuple(map(part_of, paths))
    )


@pytest.fixture
def valid(tmp_path: Path) -> Report:
    return report_of(logs.write_log(tmp_path / "valid.rlog"))


@pytest.fixture
def damaged(tmp_path: Path) -> Report:
    path = logs.write_log(tmp_path / "damaged.rlog")
    logs.damage(path)
    return report_of(path)


@pytest.fixture
def hostile(tmp_path: Path) -> Report:
    path = tmp_path / "hostile.rlog"
    with Recorder(path, agent_type=HOSTILE, agent_version=HOSTILE, config={}, run_id=HOSTILE) as run:
        for _ in range(3):
            call = run.tool_request(HOSTILE, {HOSTILE: HOSTILE})
            run.tool_response(call, HOSTILE, success=False, error=HOSTILE)
            run.observation(f"x{HOSTILE}", HOSTILE, HOSTILE)
    data = bytearray(path.read_bytes())
    data[data.index(b"onerror", 3 * len(data) // 4)] ^= 1
    path.write_bytes(data)
    return report_of(path)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_html_runs_nothing_and_loads_nothing(hostile: Report) -> None:
    page = FORMS[".html"](hostile).decode()
    found = _Elements()
    found.feed(page)
    assert not {"script", "img", "link", "iframe", "a", "object", "form", "base"} & set(found.tags)
    names = {name for name, _ in found.attributes}
    assert not {"src", "href", "style", "srcset"} & names
    assert not [name for name in names if name.startswith("on")]
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "\\u202e" in page


def test_html_shows_hostile_text_as_text(hostile: Report) -> None:
    page = FORMS[".html"](hostile).decode()
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;\\u202e\\x1b[31m&amp;amp;]]&gt;" in page


def test_a_template_cannot_print_text_that_is_not_escaped() -> None:
    report_document = Document(
        title="<b>",
        verdict="<b>",
        tone="bad",
        words="<b>",
        lines=("<b>",),
        made="<b>",
        sections=(ReportSection("<b>", _every_block()),),
    )
    page = html_report(report_document)
    assert "<b>" not in page
    assert "\x1b" not in page
    assert page.count("&lt;b&gt;") > 20


def _every_block() -> tuple[Block, ...]:
    text = "<b>\x1b"
    lanes = (TimelineLane(text, text, (1, 2), (0, 1)),)
    return (
        Paragraph(text),
        Facts((Fact(text, text, data=True, tone="bad"),)),
        ReportTable(
            (Column(text, 1, number=True, data=True),), ((text,),), total=2, what=text, tones=("good",), narrow=True
        ),
        Picture(TimelineCounts(2, lanes, EventIndex(1)), text),
        Command(text),
    )


def test_html_allows_its_own_style_sheet_alone(valid: Report) -> None:
    page = FORMS[".html"](valid).decode()
    style = re.search(r"<style>(.*)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert style is not None
    assert policy is not None
    right = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy[1] == f"default-src 'none'; style-src 'sha256-{right}'; base-uri 'none'; form-action 'none'"
    assert "url(" not in style[1]
    assert "@import" not in style[1]


@pytest.mark.parametrize("suffix", list(FORMS))
def test_every_form_says_the_verdict_the_line_and_the_hashes(suffix: str, valid: Report, damaged: Report) -> None:
    for report in (valid, damaged):
        whole = FORMS[suffix](report).decode()
        found = report.runs[0].verification
        assert found.line in whole.replace("\\", "")
        if suffix != ".xml":
            assert found.file_blake3 in whole
        if suffix in (".html", ".md", ".json"):
            assert found.verdict in whole
            assert found.head is not None
            assert found.head in whole
            assert found.state_hash is not None
            assert found.state_hash in whole


@pytest.mark.parametrize("suffix", [".html", ".md", ".json"])
def test_the_first_broken_event_is_explained(suffix: str, damaged: Report) -> None:
    whole = FORMS[suffix](damaged).decode()
    (part,) = damaged.runs
    assert part.diagnosis is not None
    assert part.broken is not None
    finding = part.verification.failures[0]
    assert part.diagnosis.words in whole
    assert (finding.expected or "?") in whole
    assert (finding.actual or "?") in whole
    assert "edited" in whole.lower()


@pytest.mark.parametrize("suffix", [".html", ".md"])
def test_what_was_not_checked_is_named(suffix: str, tmp_path: Path) -> None:
    whole = FORMS[suffix](report_of(logs.write_log(tmp_path / "open.rlog", sealed=False, state_hash_every=0))).decode()
    for words in ("a removed end cannot be distinguished", "None are recorded.", "only an anchor kept elsewhere"):
        assert words in whole


def test_json_is_canonical_and_whole(damaged: Report, hostile: Report) -> None:
    for report in (damaged, hostile):
        raw = FORMS[".json"](report)
        form = json.loads(raw)
        assert canonical_json(form) == raw
        (run,) = form["runs"]
        assert len(run["verification"]["failures"]) == run["verification"]["failures_total"]
        assert run["verification"]["run_id"] == report.runs[0].verification.run_id


def test_junit_has_a_case_a_check_and_counts_them(damaged: Report, hostile: Report) -> None:
    for report in (damaged, hostile):
        root = ElementTree.fromstring(FORMS[".xml"](report))
        cases, failed = root.findall(".//testcase"), root.findall(".//failure")
        assert (root.get("tests"), root.get("failures")) == (str(len(cases)), str(len(failed)))
        assert failed
        assert any("event" in (one.text or "") for one in failed)


def test_sarif_points_to_the_byte(damaged: Report) -> None:
    form = json.loads(FORMS[".sarif"](damaged))
    assert form["version"] == "2.1.0"
    (run,) = form["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    first = next(result for result in run["results"] if result["ruleId"] == "failure")
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region["byteOffset"] == damaged.runs[0].verification.failures[0].offset


def test_markdown_holds_no_markup_of_the_log(hostile: Report) -> None:
    whole = FORMS[".md"](hostile).decode()
    prose = re.sub(r"(`+)[^`].*?\1|~~~~.*?~~~~", "", whole, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<|(?<!\\)\]\(|(?<!\\)://|(?<!\\)@team|(?<!\\)#12", prose)
    assert "\x1b" not in whole
    assert "\u202e" not in whole


def test_long_lists_are_cut_with_the_true_count(tmp_path: Path) -> None:
    path = logs.write_log(tmp_path / "many.rlog", turns=60)
    path.write_bytes(path.read_bytes().replace(b"because", b"becausE").replace(b"question", b"questioN"))
    report = report_of(path)
    total = len(report.runs[0].verification.failures)
    assert total > MAX_FINDING_ROWS
    page = FORMS[".html"](report).decode()
    assert f"{MAX_FINDING_ROWS:,} of {total:,} failures are shown; {total - MAX_FINDING_ROWS:,} more are not." in page
    assert f"Failures ({total:,})" in page
    assert len(json.loads(FORMS[".json"](report))["runs"][0]["verification"]["failures"]) == total


def test_several_runs_have_a_table_and_the_unread_are_named(valid: Report, damaged: Report) -> None:
    report = Report(
        version="1",
        made=0,
        command="",
        runs=(*valid.runs, *damaged.runs),
        unread=(UnreadableRun("gone.rlog", "gone.rlog: cannot be read"),),
    )
    laid_out = layout_document(report)
    assert laid_out.verdict == "INVALID"
    assert laid_out.words == "Of 3 runs: 1 VALID, 1 INVALID, 0 NOT VERIFIABLE, 1 could not be read."
    for suffix, form in FORMS.items():
        assert "gone.rlog" in form(report).decode(), suffix


def test_a_run_without_events_has_a_report(tmp_path: Path) -> None:
    report = report_of(logs.write_log(tmp_path / "short.rlog", turns=0))
    for form in FORMS.values():
        assert form(report)
    empty = VECTORS / "empty.rlog"
    if empty.stat().st_size:
        assert all(form(report_of(empty)) for form in FORMS.values())


def test_texts_of_a_million_characters_are_cut_where_people_read(tmp_path: Path) -> None:
    path = tmp_path / "long.rlog"
    with Recorder(path, agent_type="a" * 10**5, agent_version="1", config={}, run_id="r" * 10**5) as run:
        for _ in range(150):
            run.observation("message" * 500, "user", "because " + "x" * 10**5)
    path.write_bytes(path.read_bytes().replace(b"because", b"becausE"))
    report = report_of(path)
    for suffix in (".html", ".md"):
        assert len(FORMS[suffix](report)) < 400_000
        assert b"more characters" in FORMS[suffix](report)


def test_a_note_is_shown_as_far_as_a_page_has_room(valid: Report) -> None:
    first, last = EventIndex(2), EventIndex(4)
    texts = ("why " * 100, "n" * 5_000, "")
    noted = tuple(NotedEvents(first, last, text) for text in texts)
    report = replace(valid, runs=(replace(valid.runs[0], noted=noted),))
    html = html_report(layout_document(report))
    assert ("why " * 100).strip() in html
    assert f"{'n' * 2_000}… (3,000 more characters)" in html
    assert "Bookmark" in html
    assert json.loads(FORMS[".json"](report))["runs"][0]["noted"][1]["text"] == "n" * 5_000


def test_a_run_id_as_long_as_a_header_does_not_stand_at_every_finding(tmp_path: Path) -> None:
    path, run_id = tmp_path / "long.rlog", "r" * (1_000_000)
    with Recorder(path, agent_type="a", agent_version="1", config={}, run_id=run_id) as run:
        for _ in range(300):
            run.memory_write("because", 1)
    path.write_bytes(path.read_bytes().replace(b"because", b"becausE"))
    report = report_of(path)
    (part,) = report.runs
    assert len(part.verification.failures) == 300
    assert part.verification.run_id == run_id
    assert part.verification.failures[0].event_id.endswith("…:1")
    for suffix, form in FORMS.items():
        assert len(form(report)) < 20_000_000, suffix


def test_a_file_name_that_is_no_unicode_is_told(valid: Report) -> None:
    (part,) = valid.runs
    odd = replace(part, verification=replace(part.verification, run="x\udcff.rlog"))
    for suffix, form in FORMS.items():
        assert b"x\\udcff.rlog" in form(replace(valid, runs=(odd,))).replace(b"\\\\", b"\\") or suffix == ".sarif"


def test_every_form_can_be_asked_for() -> None:
    assert (PDF, *FORMS) == SUFFIXES


def test_the_version_is_that_of_the_project() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert facts["project"]["version"] == VERSION


def test_a_message_of_sarif_has_no_links_and_no_placeholders() -> None:
    from replay_gui.core.report.sarif import escaped_message

    assert escaped_message("[click](https://evil) {0} \\\\") == "\\[click\\](https://evil) {{0}} \\\\\\\\"


def test_no_text_of_the_log_is_a_link_in_sarif(hostile: Report) -> None:
    messages = [result["message"]["text"] for result in json.loads(FORMS[".sarif"](hostile))["runs"][0]["results"]]
    assert any("team" in text for text in messages)
    assert [text for text in messages if re.search(r"(?<!\\)\[|(?<!\{)\{(?!\{)", text)] == []


def test_markdown_calls_nobody_and_refers_to_nothing() -> None:
    from replay_gui.core.report.markdown import escaped_text

    assert escaped_text("@team a@b.c #123") == "\\@team a\\@b.c \\#123"
