"""Files that one run edits and the other changes by a command: it is not said that the other left them as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from replay_gui.core.reasons.reason import Reason, Tier
from replay_gui.core.reasons.why import WhyFinder
from tests.core.reasons.scripts import Step, side_of, write_run

TASK, DONE = Step("user", "Fix slugify."), Step("agent", "Done.")
SLUG = "/app/textkit/slug.py"


def edit(path: str, old: str, new: str) -> Step:
    return Step(tool="Edit", input={"file_path": path, "old_string": old, "new_string": new}, answer="updated")


def ran(command: str) -> Step:
    return Step(tool="Bash", input={"command": command}, answer="")


CODE = edit(SLUG, "words = title.split(' ')", "words = WORD.findall(title)")
NOTES = edit("/app/notes.txt", "old", "new")


def reasons(folder: Path, a: list[Step], b: list[Step]) -> tuple[Reason, ...]:
    folder.mkdir(exist_ok=True)
    runs = [("good", [TASK, *a, DONE], True), ("bad", [TASK, *b, DONE], False)]
    sides = [side_of(write_run(folder / f"{name}.rlog", steps, passed, name)) for name, steps, passed in runs]
    return WhyFinder(sides[0], sides[1], ("good", "bad")).find().reasons


@pytest.mark.parametrize(
    ("command", "word"),
    [
        ("sed -i s/a/b/ textkit/slug.py", "changes"),
        ("cat > textkit/slug.py <<'EOF'\nimport re\nEOF", "changes"),
        ("mv /tmp/new.py textkit/slug.py", "changes"),
        ("python - <<'EOF'\nfrom pathlib import Path\nPath('textkit/slug.py').write_text('')\nEOF", "changes"),
        ("python - <<'EOF'\nname = 'textkit/slug.py'\nopen(name, 'w').write('')\nEOF", "names"),
        ("git apply <<'EOF'\n--- a/textkit/slug.py\n+++ b/textkit/slug.py\n@@ -1 +1 @@\n-a\n+b\nEOF", "names"),
    ],
)
def test_a_command_that_names_the_file(tmp_path: Path, command: str, word: str) -> None:
    first = reasons(tmp_path / "1", [CODE, NOTES], [ran(command), NOTES])[0]
    assert first.sentence.endswith(f" (event 3), which {word} {SLUG}; good edited it (event 3).")
    assert first.tier is Tier.UNSURE, "both may have written the same"
    turned = reasons(tmp_path / "2", [ran(command), NOTES], [CODE, NOTES])[0]
    assert turned.sentence.startswith("good ran ")
    assert turned.sentence.endswith(f", which {word} {SLUG}; bad edited it (event 3).")
    both = reasons(tmp_path / "3", [CODE], [CODE, ran(command)])
    assert not any("the new lines" in reason.sentence for reason in both), "not all new lines are known"


@pytest.mark.parametrize("command", ["patch -p1 < /tmp/fix.patch", "git stash pop", "some-formatter ."])
def test_a_command_that_may_have_changed_it(tmp_path: Path, command: str) -> None:
    first = reasons(tmp_path / "1", [CODE, NOTES], [ran(command), NOTES])[0]
    assert first.sentence == f"No edit of bad names {SLUG}; good changed it (event 3)."
    first = reasons(tmp_path / "2", [ran(command), NOTES], [CODE, NOTES])[0]
    assert first.sentence == f"bad also changed {SLUG} (event 3); no edit of good names it."
    first = reasons(tmp_path / "3", [CODE], [ran(command)])[0]
    assert first.sentence.endswith("; bad edited no file by a call that tells the new text.")


def test_without_such_a_command_it_was_left_as_it_was(tmp_path: Path) -> None:
    for number, other in enumerate(([ran("cat textkit/slug.py")], [ran("pytest -q")], [ran("git commit -am x")])):
        first = reasons(tmp_path / f"{number}", [CODE, NOTES, *other], [NOTES, *other])[0]
        assert first.sentence == f"bad left {SLUG} as it was; good changed it (event 3)."


def test_the_same_command_in_both_runs_hides_nothing(tmp_path: Path) -> None:
    command = ran("sed -i s/a/b/ textkit/slug.py")
    other = edit(SLUG, "words = title.split(' ')", "words = PARTS.findall(title)")
    first = reasons(tmp_path / "1", [CODE, command], [other, command])[0]
    assert "WORD" in first.sentence
    assert "PARTS" in first.sentence
