"""The effect of shell texts: a real grammar, the strongest command, the files it changes."""

from __future__ import annotations

import pytest

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.shell_commands import ShellParser
from replay_gui.core.effects.shell_effects import ShellEffects

HEREDOC = "cat > src/a.py << 'EOF'\nrm -rf /\nEOF"


@pytest.fixture(scope="module")
def shell() -> ShellEffects:
    return ShellEffects()


@pytest.mark.parametrize(
    ("text", "effect", "targets"),
    [
        ("ls -la && grep -n 'rm x' a.py | head", Effect.READS, ()),
        ("cat a.py > /dev/null 2>&1", Effect.READS, ()),
        ("sed -n '1,20p' a.py; git -C /x log --oneline", Effect.READS, ()),
        ("git branch -a; git stash list; git show 5c565b72", Effect.READS, ()),
        ("find . -name '*.py' -exec grep -l foo {} \\;", Effect.READS, ()),
        ("[[ -f x ]] && echo 'a > b'", Effect.READS, ()),
        ("cd /a && FOO=1 sudo -E sed -i 's/a/b/' x.py", Effect.CHANGES, ("x.py",)),
        ("echo hi >> log.txt", Effect.CHANGES, ("log.txt",)),
        ("echo $(rm y)", Effect.CHANGES, ("y",)),
        ('for f in *.py; do mv a "$f"; done', Effect.CHANGES, ("$f",)),
        ("bash -lc 'touch z'", Effect.CHANGES, ("z",)),
        ("find . -name x -delete", Effect.CHANGES, (".",)),
        ("ls | xargs -n 1 rm", Effect.CHANGES, ()),
        ("timeout 20 git commit -m 'a; b'", Effect.CHANGES, ("git commit",)),
        ("pip install -e .", Effect.CHANGES, ("pip install",)),
        ("curl -X POST http://a -d x", Effect.CHANGES, ("curl POST",)),
        (HEREDOC, Effect.CHANGES, ("src/a.py",)),
        ("python - <<EOF\nfrom pathlib import Path\nPath('b.py').write_text('x')\nEOF", Effect.CHANGES, ("b.py",)),
        ("python -c \"import os; os.system('rm a')\"", Effect.CHANGES, ("a",)),
        ("python -m pytest -q", Effect.CHECKS, ()),
        ("python repro.py; ./run.sh", Effect.CHECKS, ()),
        ("python -c 'print(open(\"a\").read())'", Effect.CHECKS, ()),
        ("Get-Content app.py -Raw", Effect.READS, ()),
        ("git rev-parse HEAD 2>$null", Effect.READS, ()),
        ("Test-Path app.py", Effect.READS, ()),
        ("Remove-Item app.py", Effect.CHANGES, ()),
        ("apply_patch <<'P'\n*** Begin Patch\n*** Add File: n.py\n+x\n*** End Patch\nP", Effect.CHANGES, ("n.py",)),
        ("frobnicate --all", Effect.UNKNOWN, ()),
        ("echo 'touch a' | bash", Effect.CHANGES, ("a",)),
        ("sudo -u www rm 'a'b", Effect.CHANGES, ("ab",)),
        ("kubectl get pods -n prod && docker logs web && terraform plan", Effect.READS, ()),
        ("kubectl rollout restart deployment/web -n prod", Effect.CHANGES, ("kubectl restart",)),
        ("aws ec2 terminate-instances --instance-ids i-1", Effect.CHANGES, ("aws terminate-instances",)),
        ("docker run -it test ls", Effect.UNKNOWN, ()),
        ("./deploy.sh prod; alembic upgrade head", Effect.CHANGES, ("run of deploy.sh", "alembic upgrade")),
        ("python -u tools/publish_all.py", Effect.CHANGES, ("run of publish_all.py",)),
        ("python test_update.py", Effect.CHECKS, ()),
        ("./manage.py migrate --noinput", Effect.CHANGES, ("manage.py migrate",)),
        ("python manage.py migrate && python manage.py test", Effect.CHANGES, ("manage.py migrate",)),
        ("npm run deploy; php artisan migrate", Effect.CHANGES, ("npm deploy", "artisan migrate")),
        ("make test; npm run start; npm test", Effect.CHECKS, ()),
        ("poetry run pytest -q; uv run --with x pytest; bundle exec rspec", Effect.CHECKS, ()),
        ("poetry run python manage.py migrate", Effect.CHANGES, ("manage.py migrate",)),
        ("conda activate web; conda env list; uv pip list", Effect.READS, ()),
        ("uv pip install x", Effect.CHANGES, ("uv install",)),
        ("dropdb shop && createdb shop", Effect.CHANGES, ("shop",)),
        ("kubectl scale deployment/web --replicas=0", Effect.CHANGES, ("kubectl scale",)),
        ("systemctl status web; crontab -l; apt list; gh issue list; unzip -l a.zip", Effect.READS, ()),
        ("systemctl restart web; gh pr merge 12", Effect.CHANGES, ("web", "gh merge")),
        ("echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT && cat patch.txt", Effect.SUBMITS, ()),
        ("", Effect.READS, ()),
    ],
)
def test_the_strongest_command_counts(shell: ShellEffects, text: str, effect: Effect, targets: tuple[str, ...]) -> None:
    finding = shell.effect(text)
    assert (finding.effect, finding.targets) == (effect, targets)
    assert finding.reason


def test_what_a_heredoc_holds_is_no_command() -> None:
    (command,) = ShellParser().commands(HEREDOC)
    assert (command.words, command.script, command.outputs) == (("cat",), "rm -rf /\n", ("src/a.py",))


@pytest.mark.parametrize(
    "text",
    [
        "broken ( ' unclosed",
        "$(" * 3000,
        "\x00\udcff",
        "a" * 200_000,
        "if " * 5000,
        "uv run " * 5000,
        "find . -exec " * 5000,
        "php artisan " * 5000,
        "poetry run python manage.py " * 5000,
    ],
)
def test_any_text_is_taken(shell: ShellEffects, text: str) -> None:
    assert shell.effect(text).effect in Effect


@pytest.mark.parametrize(
    ("text", "unchecked"),
    [
        ("sed -i s/a/b/ x.py && pytest", ()),
        ("pytest && sed -i s/a/b/ x.py", ("x.py",)),
        ("pytest; sed -i s/a/b/ x.py; pytest", ()),
        ("bash -c 'pytest; touch x.py'; cp x.py y.py", ("x.py", "y.py")),
        ("pytest > out.txt; pytest | tee out.txt; rm out.txt", ()),
        ("pytest; touch x.py; some-tool", ()),  # which may be a check
        ("touch x.py", ()),
    ],
)
def test_what_is_changed_after_the_last_check(shell: ShellEffects, text: str, unchecked: tuple[str, ...]) -> None:
    assert shell.effect(text).unchecked == unchecked
