"""What was handed in: patches and the net change of files, by file, function and names."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from replay_gui.core.importers.conversion import convert
from replay_gui.core.reasons.evidence.code_names import code_names, without_remark
from replay_gui.core.reasons.evidence.file_edits import changes_of_calls, changes_of_patch
from replay_gui.core.reasons.reason import ReasonKind, Tier
from replay_gui.core.reasons.why import WhyFinder
from replay_gui.core.reasons.why_result import WhyResult
from replay_gui.core.reasons.why_words import no_reason_words, set_aside_words
from tests.core.reasons.scripts import Step, side_of, write_run

TASK = Step("user", "Fix the lookup in store.py: a missing key must give None.")
READ = Step(tool="Read", input={"file_path": "/w/a/store.py"}, answer="def find(key):\n    raise LookupProblem(key)\n")


def edit(old: str, new: str, path: str = "/w/a/store.py") -> Step:
    return Step(tool="Edit", input={"file_path": path, "old_string": old, "new_string": new}, answer="ok")


def reasons(folder: Path, a: list[Step], b: list[Step]) -> list[tuple[ReasonKind, Tier, str]]:
    folder.mkdir(exist_ok=True)
    sides = [side_of(write_run(folder / f"{n}.rlog", steps, n == "a", n)) for n, steps in (("a", a), ("b", b))]
    found = WhyFinder(sides[0], sides[1], ("good", "bad")).find()
    return [(reason.kind, reason.tier, reason.sentence) for reason in found.reasons]


def test_a_file_is_known_by_its_branch_too(tmp_path: Path) -> None:
    good, bad = (
        Step(
            tool="update_file", input={"repo": "acme/tool", "branch": to, "path": "setup.cfg", "content": "version = 2"}
        )
        for to in ("release-2", "main")
    )
    assert reasons(tmp_path / "1", [TASK, good], [TASK, good]) == []
    (first,) = reasons(tmp_path / "2", [TASK, good], [TASK, bad])
    assert first[2] == "bad changed acme/tool main: setup.cfg; good changed acme/tool release-2: setup.cfg."


def test_edits_are_compared_by_what_is_left_of_them(tmp_path: Path) -> None:
    catch = "def find(key):\n    try:\n        return table[key]\n    except LookupProblem:\n        return None"
    plain = "def find(key):\n    return table.get_or_empty(key)"
    good = [TASK, READ, edit("raise LookupProblem(key)", "pass  # first try"), edit("pass  # first try", catch)]
    bad = [TASK, READ, edit("raise LookupProblem(key)", plain)]
    first = reasons(tmp_path, good, bad)[0]
    assert first[:2] == (ReasonKind.SUBMISSION, Tier.ACTION)
    assert first[2] == (
        "In find of /w/a/store.py the new lines of good use LookupProblem (event 7);"
        " those of bad use get_or_empty (event 5)."
    )


def test_equal_net_changes_are_no_reason(tmp_path: Path) -> None:
    detour = [TASK, READ, edit("raise LookupProblem(key)", "x = 1"), edit("x = 1", "return None")]
    assert reasons(tmp_path, detour, [TASK, READ, edit("raise LookupProblem(key)", "return None")]) == []


def test_a_file_that_is_written_anew_is_changed_where_it_differs(tmp_path: Path) -> None:
    helper = "def unrelated_helper(value):\n    return value\n"
    before = f"import table\n\ndef find(key):\n    raise LookupProblem(key)\n\n{helper}"
    numbered = "\n".join(f"{number:6}\t{line}" for number, line in enumerate(before.splitlines(), 1))
    after = before.replace("raise LookupProblem(key)", "return table.get_or_empty(key)")
    changed = edit("raise LookupProblem(key)", "return table.get_or_empty(key)")
    for number, answer in enumerate((before, numbered)):
        look = Step(tool="Read", input={"file_path": "/w/a/store.py"}, answer=answer)
        write = Step(tool="Write", input={"file_path": "/w/a/store.py", "content": after}, answer="ok")
        found = reasons(tmp_path / f"{number}", [TASK, look, changed], [TASK, look, write, write])
        assert found == [], "both files are the same in the end"
        new = Step(tool="Write", input={"file_path": "/w/a/store.py", "content": after + "other_name()\n"}, answer="ok")
        found = reasons(tmp_path / f"{number}-more", [TASK, look, changed], [TASK, look, new])
        assert found[0][2] == "In /w/a/store.py the new lines of bad use other_name (event 5); those of good do not.", (
            found
        )


def write(path: str, content: str | None) -> Step:
    return Step(tool="write_file", input={"path": path, "content": content}, answer={"done": path})


def test_a_file_that_is_written_back_is_not_changed(tmp_path: Path) -> None:
    read = Step(tool="read_file", input={"path": "a.sql"}, answer={"content": "SELECT id\nFROM t;\n"})
    tried = [TASK, read, write("a.sql", "SELECT *\nFROM t;\n"), write("a.sql", "SELECT id\nFROM t;\n")]
    assert reasons(tmp_path / "1", [TASK, read], tried) == []
    (first,) = reasons(tmp_path / "2", [TASK, read], tried[:3])
    assert first[2] == "bad edited a.sql (event 5); good edited no file."


def test_null_in_the_place_of_a_text_removes_the_file(tmp_path: Path) -> None:
    made = write("new.sql", "ANALYZE t;\n")
    assert reasons(tmp_path / "1", [TASK], [TASK, made, write("new.sql", None)]) == []
    (first,) = reasons(tmp_path / "2", [TASK], [TASK, write("old.sql", None)])
    assert first[2] == "bad edited old.sql (event 3); good edited no file."
    read = Step(tool="read_file", input={"path": "old.sql"}, answer="SELECT 1;\n")
    removed = [TASK, read, write("old.sql", "SELECT 2;\n"), write("old.sql", None)]
    (first,) = reasons(tmp_path / "3", [TASK, read], removed)
    assert first[2] == "bad edited old.sql (event 7); good edited no file."


@pytest.mark.parametrize(
    "removal",
    [
        Step(tool="Bash", input={"command": "cd /w/a && rm -f try.py && ls"}, answer=""),
        Step(tool="delete_file", input={"path": "/w/a/try.py"}, answer="ok"),
    ],
)
def test_a_file_that_the_run_made_and_removed_is_no_change(tmp_path: Path, removal: Step) -> None:
    fix = edit("raise LookupProblem(key)", "return None")
    made = [TASK, READ, write("/w/a/try.py", "import store\n"), fix, removal]
    assert [tier for _, tier, _ in reasons(tmp_path / "1", [TASK, READ, fix], made)] == [Tier.UNSURE]
    (first, *_) = reasons(tmp_path / "2", [TASK, READ, fix], made[:-1])
    assert first[2] == "bad also changed /w/a/try.py (event 5); good did not."


def test_the_first_lines_tell_changes_with_the_same_names_apart(tmp_path: Path) -> None:
    good = edit("a = 1", 'def find(key):\n    """Return a row."""\n    return rows[key]')
    bad = edit("a = 1", 'def find(key):\n    """Give a row."""\n\n    return rows[key]')
    folder = tmp_path / "runs"
    folder.mkdir()
    sides = [
        side_of(write_run(folder / f"{name}.rlog", [TASK, one], None, name)) for name, one in (("a", good), ("b", bad))
    ]
    first = WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons[0]
    assert first.sentence == "B changed /w/a/store.py in another way than A, but only in comments and docstrings."
    assert first.tier is Tier.OTHER
    assert first.details == ('B adds “"""Give a row."""”; A adds “"""Return a row."""”.',)
    other = edit("a = 1", 'def find(key):\n    """Give a row."""\n    return key[rows]')
    third = side_of(write_run(folder / "c.rlog", [TASK, other], None, "c"))
    first = WhyFinder(sides[0], third, ("good", "bad")).find().reasons[0]
    assert first.sentence == "In /w/a/store.py B adds “return key[rows]”; A adds “return rows[key]”."
    assert (first.tier, first.index_a, first.index_b) == (Tier.RESULT, 2, 2)
    less = edit("a = 1\nb = 2", 'def find(key):\n    """Return a row."""\n    return rows[key]')
    fourth = side_of(write_run(folder / "d.rlog", [TASK, less], None, "d"))
    first = WhyFinder(sides[0], fourth, ("good", "bad")).find().reasons[0]
    assert first.sentence == "In /w/a/store.py B takes out “b = 2”; A does not."
    longer = [edit("a = 1", f"b = {'long' * 20}{end}  # a") for end in ("[0]", "[1]")]
    ends = [side_of(write_run(folder / f"e{n}.rlog", [TASK, one], None, f"e{n}")) for n, one in enumerate(longer)]
    first = WhyFinder(ends[0], ends[1], ("good", "bad")).find().reasons[0]
    assert first.sentence == "In /w/a/store.py B adds “…onglonglong[1] # a”; A adds “…onglonglong[0] # a”."


def test_a_line_that_both_runs_add_is_not_said_to_be_added_by_one_alone(tmp_path: Path) -> None:
    """How often each adds it is told; a line that only one adds comes first, one that is only indented comes last."""
    old = "a = 1\nb = 2"
    once = edit(old, "with lock:\n    a = 1\nb = 2")
    twice = edit(old, "with lock:\n    a = 1\nwith lock:\n    b = 2")
    assert reasons(tmp_path / "1", [TASK, once], [TASK, twice])[0][2] == (
        "In /w/a/store.py bad adds “with lock:” twice and 1 more line; good does so once."
    )
    assert reasons(tmp_path / "2", [TASK, twice], [TASK, once])[0][2] == (
        "In /w/a/store.py good adds “with lock:” twice and 1 more line; bad does so once."
    )
    more = edit(old, "with lock:\n    a = 1\nwith lock:\n    b = 2\nlock = a")
    assert reasons(tmp_path / "3", [TASK, once], [TASK, more])[0][2] == (
        "In /w/a/store.py bad adds “lock = a” and 2 more lines; good does not."
    )


def test_variables_that_a_run_coined_are_wording(tmp_path: Path) -> None:
    """The same code with other names is no change of its own; other code is shown by its lines, not by such names."""
    one, two = (edit("raise LookupProblem(key)", f"{v} = table.get(key)\nreturn {v}") for v in ("hit", "found"))
    assert reasons(tmp_path / "1", [TASK, READ, one], [TASK, READ, two]) == [
        (
            ReasonKind.SUBMISSION,
            Tier.OTHER,
            "bad changed /w/a/store.py in another way than good, but only in the names of variables, or in comments.",
        )
    ]
    other = edit("raise LookupProblem(key)", "found = table.get(key)\nreturn found or table.pop(key)")
    uses = "In /w/a/store.py the new lines of bad use pop (event 5); those of good do not."
    assert reasons(tmp_path / "2", [TASK, READ, one], [TASK, READ, other])[0][1:] == (Tier.ACTION, uses)
    turned = edit("raise LookupProblem(key)", "found = key.get(table)\nreturn found")
    assert reasons(tmp_path / "3", [TASK, READ, one], [TASK, READ, turned])[0][1:] == (
        Tier.RESULT,
        "In /w/a/store.py bad adds “found = key.get(table)” and 1 more line;"
        " good adds “hit = table.get(key)” and 1 more line.",
    )


def test_a_name_that_both_files_have_is_no_difference(tmp_path: Path) -> None:
    """Each has it in lines that it keeps, that it left alone, in a text, or where a comment alone is elsewhere."""
    old = "def find(key):\n    rows = load(key)\n    return rows or DEFAULT_ROW"
    anew = old.replace("rows or DEFAULT_ROW", "rows if rows else DEFAULT_ROW")
    elsewhere = [edit("a = 1", "a = load(1)"), edit("rows = load(key)", 'rows = fetch(key, "load[ns]")')]
    found = reasons(tmp_path / "1", [TASK, edit(old, anew)], [TASK, edit("a = 1", "a = 2")])
    assert found[0][2] == "In /w/a/store.py bad adds “a = 2”; good adds “return rows if rows else DEFAULT_ROW”."
    found = reasons(tmp_path / "2", [TASK, elsewhere[0]], [TASK, elsewhere[1]])
    assert found[0][2] == "In /w/a/store.py the new lines of bad use fetch (event 3); those of good do not."
    behind, before = "return a  # the '#' sign", "# the sign\nreturn a"
    found = reasons(tmp_path / "3", [TASK, edit("return b", behind)], [TASK, edit("return b", before)])
    assert [tier for _, tier, _ in found] == [Tier.OTHER]
    assert without_remark("x = '#' + y  # why") == "x = '#' + y"
    assert without_remark("'" + "# " * 200_000 + "'  # why") == "'" + "# " * 200_000 + "'"


def test_files_that_only_one_run_changed(tmp_path: Path) -> None:
    one = edit("a = old_name()", "a = new_name()")
    two = edit("b = old_name()", "b = new_name()", "/w/a/other.py")
    found = reasons(tmp_path / "1", [TASK, one, two], [TASK, one])
    assert found[0][2] == "bad left /w/a/other.py as it was; good changed it (event 5)."
    found = reasons(tmp_path / "2", [TASK, one], [TASK, two])
    assert found[0][2] == "bad changed /w/a/other.py; good changed /w/a/store.py."
    found = reasons(tmp_path / "3", [TASK, one], [TASK])
    assert found[0][2] == "good edited /w/a/store.py (event 3); bad edited no file."
    by_command = Step(tool="Bash", input={"command": "echo 'a = new_name()' > store.py"}, answer="")
    found = reasons(tmp_path / "4", [TASK, one], [TASK, by_command])
    text = "good edited /w/a/store.py (event 3); bad changed store.py, by calls that do not tell the new text."
    assert (Tier.UNSURE, text) in [(tier, sentence) for _, tier, sentence in found]


def test_an_edit_without_an_answer_may_have_been_made(tmp_path: Path) -> None:
    one = edit("a = old_name()", "a = new_name()")
    two = edit("b = old_name()", "b = new_name()", "/w/a/other.py")
    open_two = replace(two, is_answered=False)
    found = reasons(tmp_path / "1", [TASK, one], [TASK, open_two])
    assert found[0][2] == (
        "good edited /w/a/store.py (event 3); bad tried to edit /w/a/other.py, and no answer is recorded."
    )
    found = reasons(tmp_path / "2", [TASK, one, two], [TASK, one, open_two])
    assert found[0][2] == (
        "bad tried to edit /w/a/other.py, and no answer is recorded; good changed /w/a/other.py (event 5)."
    )


def test_an_edit_that_was_refused_is_told(tmp_path: Path) -> None:
    one = edit("a = old_name()", "a = new_name()")
    two = edit("b = old_name()", "b = new_name()", "/w/a/other.py")
    refused = "bad tried to edit /w/a/other.py (event 5), and was answered “Error: not found”."
    no = replace(two, answer="Error: not found", error="Error: not found")
    for number, (good, bad) in enumerate((([one, two], [one, no]), ([two], [READ, no]), ([two], [two, no]))):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        runs = zip("ab", ([TASK, *good], [TASK, *bad]), (True, False), strict=True)
        sides = [side_of(write_run(folder / f"{name}.rlog", steps, passed, name)) for name, steps, passed in runs]
        found = WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons
        if number < 2:
            assert found[0].details == (refused,)
        else:
            assert all(reason.kind is not ReasonKind.SUBMISSION for reason in found), "it was made before"


def test_commands_on_the_way_come_after_what_was_handed_in(tmp_path: Path) -> None:
    commit = Step(tool="Bash", input={"command": "git commit -m done"}, answer="[main 1]")
    one = edit("a = old_name()", "a = new_name()")
    found = reasons(tmp_path, [TASK, one, commit], [TASK, one])
    assert [(kind, tier) for kind, tier, _ in found] == [(ReasonKind.MISSING, Tier.UNSURE)]


def test_both_forms_of_patches() -> None:
    unified = "diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@ def f(a):\n-    old()\n+    new(a)\n"
    codex = "*** Begin Patch\n*** Update File: x.py\n@@ def f(a):\n-    old()\n+    new(a)\n*** End Patch"
    for text in (unified, codex):
        ((path, change),) = changes_of_patch(text).items()
        assert path == "x.py"
        assert (list(change.added), list(change.removed)) == (["    new(a)"], ["    old()"])
        assert change.functions == {"    new(a)": "f"}
    gone = "--- a/y.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1\n"
    assert list(changes_of_patch(gone)["y.py"].removed) == ["x = 1"]
    assert changes_of_calls([]) == {}


def test_names_in_code() -> None:
    docstring = ['"""Find old things.', "in prose = no", '"""']
    lines = [*docstring, "# a comment(x)", 'x = lookup("kind", "two words")  # why(y)', "the end."]
    assert set(code_names(lines)) == {"lookup", "kind"}


def _submitted(folder: Path, *texts: str) -> WhyResult:
    sides = []
    for name, text in zip("ab", texts, strict=True):
        exit = {"role": "exit", "content": text, "extra": {"exit_status": "Submitted", "submission": text}}
        run = {"info": {"mini_version": "2.4"}, "messages": [{"role": "user", "content": "6 * 7?"}, exit]}
        (folder / f"{name}.json").write_text(json.dumps(run))
        convert(folder / f"{name}.json", folder / f"{name}.rlog")
        sides.append(side_of(folder / f"{name}.rlog"))
    return WhyFinder(sides[0], sides[1], ("good", "bad")).find()


def test_what_was_handed_in_and_is_no_patch_changes_no_file(tmp_path: Path) -> None:
    found = _submitted(tmp_path, "42", "42")
    assert found.reasons == ()
    assert not found.set_aside.same_patch


def test_that_both_submitted_the_same_patch_is_told(tmp_path: Path) -> None:
    patch = "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n"
    found = _submitted(tmp_path, patch, patch)
    assert set_aside_words(found) == "the submitted patches, which are the same"
    assert no_reason_words(found) == "No difference was found in what they did."
    (tmp_path / "other").mkdir()
    other = _submitted(tmp_path / "other", patch, patch.replace("2", "3"))
    assert not other.set_aside.same_patch
