"""The effect of a shell text: the strongest of its simple commands, judged by their first words and redirections."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replay_gui.core.effects.effect import Effect, EffectFinding
from replay_gui.core.effects.python_effects import python_effect
from replay_gui.core.effects.shell_commands import ShellCommand, ShellParser
from replay_gui.core.effects.sql_programs import SQL_PROGRAMS, effect_of_sql_program
from replay_gui.core.effects.tool_names import effect_of_name
from replay_gui.core.effects.word_lists import word_set

_READING = word_set(
    "ls cat head tail less more grep egrep fgrep rg ag ack find fd tree wc file stat du df pwd which whereis type echo"
    " printf env printenv ps top awk gawk diff cmp sort uniq cut tr jq yq nl md5sum sha256sum date whoami cd export"
    " source . true false test [ sleep set unset alias xxd od strings hexdump readelf objdump nm ldd basename dirname"
    " realpath readlink id uname hostname seq column paste comm join man help history read exiftool binwalk zsteg"
    " whois host dir nslookup dig ping base64 rev tac lsof netstat ss free vmstat iostat uptime who w last journalctl"
    " dmesg bc expr traceroute cksum fold fmt clear tput locate nproc lsblk getent"
    " : exit return shopt declare local typeset readonly pushd popd hash ulimit trap"
)
_CHANGING = word_set(
    "rm mv cp mkdir rmdir touch chmod chown ln truncate dd patch tee apt apt-get yum dnf apk brew"
    " rsync scp unzip tar gunzip gzip zip install ed ex sponge shred split steghide"
)
_CHANGING_OTHERS = word_set(
    "kill pkill killall systemctl service useradd usermod userdel groupadd passwd crontab reboot shutdown mail mailx"
    " sendmail dropdb createdb createuser dropuser pg_restore mysqladmin"
)  # something else than files
_CHANGING_ALL = word_set("rm rmdir mkdir touch unlink")  # every file that they name
_CHECKING = word_set(
    "pytest py.test tox nox mypy ruff flake8 pylint black tsc eslint jest vitest mocha rspec phpunit ctest ninja cmake"
    " make gradle gradlew mvn cargo go npm npx yarn pnpm node ruby perl java javac gcc g++ clang rustc dotnet deno bun"
    " php playwright cypress bazel tsx ts-node pre-commit pyright coverage Rscript julia mix swift"
)
_SHELLS = word_set("bash sh zsh dash ksh")
_PYTHON = re.compile(r"python[\d.]*|ipython3?")
_PACKAGES = word_set("pip pip3 conda mamba uv poetry gem bundle")
_PACKAGE_PARTS = word_set("pip env")  # words before the verb: uv pip list, conda env list
_PACKAGE_TOOLS = word_set("npm yarn pnpm cargo go")
_INSTALLING = word_set("install add i ci get remove uninstall sync update upgrade")
_RUNS_INNER = frozenset({("uv", "run"), ("poetry", "run"), ("conda", "run"), ("mamba", "run"), ("bundle", "exec")})
_INNER_VALUES = word_set("--with --python -p -n --name --group --extra --env-file --project --directory")
_INTERPRETERS = word_set("php ruby")
_LISTS_WITH = {
    "systemctl": word_set("status list-units list-unit-files is-active is-enabled show cat"),
    "service": word_set("status"),
    "apt": word_set("list show search policy"),
    "apt-get": word_set("check"),
    "brew": word_set("list info search outdated"),
    "crontab": word_set("-l"),
    "unzip": word_set("-l -v -t"),
    "gunzip": word_set("-l -t"),
    "gzip": word_set("-l -t"),
    "rsync": word_set("-n --dry-run --list-only"),
}
"""Words by which a program that changes something only lists, or tries."""
_PACKAGES_READ = word_set("activate deactivate list show freeze --version -V check search info config help")
_WRAPPER_VALUES = frozenset({("sudo", "-u"), ("sudo", "-g"), ("env", "-u"), ("xargs", "-I"), ("timeout", "-s")})
"""Options of wrappers that the next word belongs to."""
_WRAPPERS = word_set("sudo time nohup env command exec builtin nice stdbuf xargs timeout")
_GIT_READING = word_set(
    "status diff log show blame branch ls-files grep rev-parse describe remote config shortlog reflog cat-file ls-tree"
    " tag rev-list merge-base name-rev --version version help bisect-view whatchanged for-each-ref check-ignore"
)
_GIT_NAMING = word_set("branch tag remote config")  # they change something if they are given a name
_GIT_NAMING_READS = word_set("-a -r -v -vv --all --list -l --get --show-current --contains get-url show --points-at -n")
_EDIT_IN_PLACE = re.compile(r"-[a-zA-Z]*i|--in-place")
_WITH_VERBS = word_set(
    "kubectl oc helm docker podman terraform tofu aws gcloud az gh glab alembic prisma heroku flyctl"
)
_TASK_RUNNERS = word_set("make npm yarn pnpm bun just rake invoke manage.py artisan flask rails gradle gradlew mvn")
"""Programs that run a task of the project, which may change something outside."""
_CHANGING_TASK = re.compile(
    r"(?:.*[:_-])?(?:deploy|publish|release|migrate|rollback|seed|provision|destroy|flush|upgrade|downgrade)\b"
)
_MAX_TASK_WORDS = 2  # words among which the task is: npm run deploy, flask db upgrade
_WITH_OBJECTS = word_set("gh glab")  # the second word is the verb: gh issue list
_VERBS_CHANGE = word_set("prune cordon uncordon taint label annotate expose autoscale")
_VERBS_READ = word_set("logs ps images version info top explain events plan diff whoami")
_SCRIPTS = (".sh", ".py")
_CONTAINERS = word_set("docker podman kubectl oc docker-compose")
_OTHER_USERS = word_set("su runuser")
_RUNNING = word_set("run exec compose up")  # what they do depends on what they run
_MAX_VERB_WORDS = 3  # words of a command among which its verb is: gcloud compute instances delete
_HTTP_WRITE = re.compile(r"-X\s*(?:POST|PUT|DELETE|PATCH)|--request[ =](?:POST|PUT|DELETE|PATCH)|--data|-d\s|-F\s|-T\s")
_FIND_WRITES = word_set("-delete -fprint -fls")
_PATCHING = word_set("apply_patch applypatch")
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_CMDLET = re.compile(r"[A-Z][a-z]+-[A-Z]\w+")  # of PowerShell: Get-Content
_NO_FILES = frozenset({"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "$null", "NUL", "nul"})
_SUBMISSION = "SUBMIT_FINAL_OUTPUT"  # the last line of agents that submit by echo, such as mini-swe-agent
_RANK = (Effect.READS, Effect.UNKNOWN, Effect.CHECKS, Effect.CHANGES, Effect.SUBMITS)
_MAX_NESTING = 4  # levels of shell texts, and of commands that start another, within each other
_NEEDS_NO_CHECK = (("tee",), ("rm",), ("rmdir",), ("unlink",))  # it logs the result of a check; it cleans up
_NOTHING = EffectFinding(Effect.READS, "only reads")
_TOO_DEEP = EffectFinding(Effect.UNKNOWN, "shells inside shells")


class ShellEffects:
    """Finds the effect of shell texts."""

    def __init__(self) -> None:
        self._parser = ShellParser()

    def effect(self, text: str) -> EffectFinding:
        """Return the strongest effect of the commands in a text; READS if there are no commands."""
        return self._strongest(text, 0)

    def checks(self, text: str) -> bool:
        """Whether one of the commands in a text checks something."""
        finding = self.effect(text)
        return finding.checks or finding.effect is Effect.CHECKS

    def _strongest(self, text: str, depth: int) -> EffectFinding:
        if depth > _MAX_NESTING:
            return _TOO_DEEP
        strongest, targets, checks, unchecked = _NOTHING, list[str](), False, list[str]()
        for command in self._parser.commands(text):
            for finding in self._findings(command, depth):
                targets += finding.targets
                if finding.checks or finding.effect is Effect.CHECKS:
                    checks, unchecked = True, [*finding.unchecked]
                elif finding.effect is Effect.UNKNOWN:
                    unchecked = []  # it may be a check
                elif checks and finding.effect is Effect.CHANGES and command.words[:1] not in _NEEDS_NO_CHECK:
                    unchecked += finding.targets
                if _RANK.index(finding.effect) > _RANK.index(strongest.effect):
                    strongest = finding
        return EffectFinding(
            strongest.effect,
            strongest.reason,
            tuple(dict.fromkeys(targets)),
            checks=checks,
            unchecked=tuple(dict.fromkeys(unchecked)),
        )

    def _findings(self, command: ShellCommand, depth: int) -> list[EffectFinding]:
        if depth > _MAX_NESTING:
            return [_TOO_DEEP]
        outputs = tuple(name for name in command.outputs if name not in _NO_FILES and not name.startswith("&"))
        findings = [EffectFinding(Effect.CHANGES, f"writes to {outputs[0]}", outputs)] if outputs else []
        words = _without_wrappers(command.words)
        if not words:
            return findings
        name, arguments = words[0].rpartition("/")[2], words[1:]
        if any(_SUBMISSION in word for word in words):
            findings.append(EffectFinding(Effect.SUBMITS, "says that it submits"))
        elif name in _SHELLS or name == "eval" or (name in _OTHER_USERS and "-c" in arguments):
            findings.append(self._of_shell(name, arguments, command.script, depth))
        elif _PYTHON.fullmatch(name):
            findings += self._of_python(arguments, command.script, depth)
        elif name in SQL_PROGRAMS:
            findings.append(effect_of_sql_program(name, arguments, command.script))
        elif (name, *arguments[:1]) in _RUNS_INNER and (inner := _inner_command(arguments[1:])):
            findings += self._findings(ShellCommand(inner, command.script), depth + 1)
        elif name in _INTERPRETERS and arguments[:1] and arguments[0].rpartition("/")[2] in _TASK_RUNNERS:
            findings += self._findings(ShellCommand(arguments), depth + 1)
        elif name in _TASK_RUNNERS and (task := _changing_task(arguments)):
            findings.append(EffectFinding(Effect.CHANGES, f"{name} {task}", (f"{name} {task}",)))
        elif name in _CONTAINERS and (inner := _inside_container(arguments)):
            findings += self._findings(ShellCommand(inner, command.script), depth + 1)
        elif name in _PATCHING:
            files = tuple(_PATCHED.findall(" ".join(arguments) + command.script))
            findings.append(EffectFinding(Effect.CHANGES, f"{name} changes files", files))
        elif name == "find" and ("-exec" in arguments or "-execdir" in arguments):
            at = next(i for i, word in enumerate(arguments) if word in ("-exec", "-execdir"))
            findings += self._findings(ShellCommand(tuple(arguments[at + 1 :])), depth + 1)
        else:
            findings.append(_of_program(name, arguments))
        return findings

    def _of_shell(self, name: str, arguments: tuple[str, ...], script: str, depth: int) -> EffectFinding:
        if name == "eval":
            return self._strongest(" ".join(arguments), depth + 1)
        at = next((i for i, word in enumerate(arguments) if re.fullmatch(r"-[a-z]*c[a-z]*", word)), None)
        if at is not None and at + 1 < len(arguments):
            return self._strongest(arguments[at + 1], depth + 1)
        if script:
            return self._strongest(script, depth + 1)
        return EffectFinding(Effect.CHECKS, "runs a script")

    def _of_python(self, arguments: tuple[str, ...], script: str, depth: int) -> list[EffectFinding]:
        if "-c" in arguments[:-1]:
            script = arguments[arguments.index("-c") + 1]
        elif "-m" in arguments[:-1]:
            module = arguments[arguments.index("-m") + 1 :]
            return [_of_program(module[0], module[1:])]
        if not script:
            at = next((at for at, word in enumerate(arguments) if not word.startswith("-")), len(arguments))
            file = "".join(arguments[at : at + 1])
            if file.rpartition("/")[2] in _TASK_RUNNERS:
                return self._findings(ShellCommand(arguments[at:]), depth + 1)
            return [_of_script(file) if file.endswith(_SCRIPTS) else EffectFinding(Effect.CHECKS, "runs Python")]
        finding, shell = python_effect(script)
        return [finding, *(self._strongest(text, depth + 1) for text in shell)]


def _without_wrappers(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the command that ``sudo``, ``timeout 5``, ``xargs -n 1`` and similar commands start."""
    at = 0
    while at < len(words) and (wrapper := words[at].rpartition("/")[2]) in _WRAPPERS:
        at += 1
        while at < len(words) and (words[at].startswith("-") or re.fullmatch(r"\d+[smh]?|\w+=.*", words[at])):
            at += 2 if (wrapper, words[at]) in _WRAPPER_VALUES else 1
    return words[at:]


def _inside_container(arguments: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the SQL program that ``docker exec db psql`` starts; () if it starts another one."""
    begin = next((at for at, word in enumerate(arguments) if word == "exec"), len(arguments))
    at = next((at for at in range(begin, len(arguments)) if arguments[at].rpartition("/")[2] in SQL_PROGRAMS), None)
    return () if at is None or (at < len(arguments) - 1 and arguments[at + 1] == "--") else arguments[at:]


def _of_program(name: str, arguments: tuple[str, ...]) -> EffectFinding:
    plain = [word for word in arguments if not word.startswith("-")]
    first = plain[0] if plain else ""
    if name == "git":
        return _of_git(arguments)
    if name in ("sed", "perl"):
        if any(_EDIT_IN_PLACE.match(word) for word in arguments):
            changed = plain[-1] if plain else "a file"
            return EffectFinding(Effect.CHANGES, f"{name} -i changes {changed}", tuple(plain[-1:]))
        return EffectFinding(Effect.READS if name == "sed" else Effect.CHECKS, f"{name} without -i")
    if name in _PACKAGES or (name in _PACKAGE_TOOLS and first in _INSTALLING):
        if first in _PACKAGE_PARTS and len(plain) > 1:
            first = plain[1]
        if first in _PACKAGES_READ or not first:
            return EffectFinding(Effect.READS, f"{name} {first}".strip())
        if (name, first) in _RUNS_INNER:
            return EffectFinding(Effect.CHECKS, f"{name} {first}")
        return EffectFinding(Effect.CHANGES, f"{name} {first}", (f"{name} {first}",))
    if name in ("curl", "wget", "http"):
        if _HTTP_WRITE.search(" ".join((*arguments, ""))):
            return EffectFinding(Effect.CHANGES, f"{name} sends data", (f"{name} {first}".strip(),))
        return EffectFinding(Effect.READS, f"{name} fetches")
    if name in _WITH_VERBS:
        return _of_verb(name, plain)
    if name == "find" and not _FIND_WRITES.isdisjoint(arguments):
        return EffectFinding(Effect.CHANGES, "find -delete", tuple(plain[:1]))
    if name in _CHANGING or name in _CHANGING_OTHERS:
        if not _LISTS_WITH.get(name, frozenset()).isdisjoint(arguments):
            return EffectFinding(Effect.READS, f"{name} lists")
        if name == "tar" and arguments and re.match(r"-?[a-z]*t", arguments[0]):
            return EffectFinding(Effect.READS, "tar lists")
        targets = plain if name in _CHANGING_ALL else plain[-1:]
        reason = f"{name} changes files" if name in _CHANGING else f"runs {name}"
        return EffectFinding(Effect.CHANGES, reason, tuple(targets))
    if name in _READING:
        return EffectFinding(Effect.READS, f"{name} reads")
    if name.endswith(_SCRIPTS):
        return _of_script(name)
    if name in _CHECKING:
        return EffectFinding(Effect.CHECKS, f"runs {name}")
    if name.startswith("Test-"):  # of PowerShell: Test-Path checks whether a file exists
        return EffectFinding(Effect.READS, f"{name} reads")
    if _CMDLET.fullmatch(name):
        return effect_of_name(name)
    return EffectFinding(Effect.UNKNOWN, f"{name} is not known")


def _inner_command(words: Sequence[str]) -> tuple[str, ...]:
    """Return the command that ``uv run`` and the like start, without their options."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _INNER_VALUES else 1
    return tuple(words[at:])


def _changing_task(arguments: Sequence[str]) -> str:
    """Return the task of a project that changes something outside, such as ``migrate``; "" if there is none."""
    plain = [word for word in arguments if not word.startswith("-")]
    return next((word for word in plain[:_MAX_TASK_WORDS] if _CHANGING_TASK.match(word)), "")


def _of_script(path: str) -> EffectFinding:
    """Return the effect of running a script: a change if its name says so, as ``deploy.sh`` does; else a check."""
    name = path.rpartition("/")[2]
    if effect_of_name(name.rpartition(".")[0]).effect is Effect.CHANGES:
        return EffectFinding(Effect.CHANGES, f"runs {name}", (f"run of {name}",))
    return EffectFinding(Effect.CHECKS, f"runs {name}")


def _of_verb(name: str, plain: Sequence[str]) -> EffectFinding:
    """Return the effect of a program whose first argument is a verb, such as ``git push``."""
    words = plain[1:2] if name in _WITH_OBJECTS else plain[:_MAX_VERB_WORDS]
    for word in words:
        if word in _RUNNING:
            break
        effect = Effect.CHANGES if word in _VERBS_CHANGE else effect_of_name(word).effect
        effect = Effect.READS if word in _VERBS_READ else effect
        if effect is Effect.READS:
            return EffectFinding(effect, f"{name} {word} reads")
        if effect in (Effect.CHANGES, Effect.SUBMITS):
            return EffectFinding(Effect.CHANGES, f"{name} {word}", (f"{name} {word}",))
    return EffectFinding(Effect.UNKNOWN, f"what {name} does here is not known")


def _of_git(arguments: tuple[str, ...]) -> EffectFinding:
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        if option in ("-C", "-c", "--git-dir", "--work-tree") and rest:
            rest.pop(0)
    command = rest[0] if rest else "help"
    names = [word for word in rest[1:] if word not in _GIT_NAMING_READS]
    reads = command in _GIT_READING and not (
        command in _GIT_NAMING and names and _GIT_NAMING_READS.isdisjoint(rest[1:])
    )
    if command == "stash" and rest[1:2] in (["list"], ["show"]):
        reads = True
    if reads:
        return EffectFinding(Effect.READS, f"git {command} reads")
    return EffectFinding(Effect.CHANGES, f"git {command}", (f"git {command}",))
