"""Run again: the command, its folder, and how the calls of each tool are answered. Only its button starts the run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.log.run_start import RecordingMeans
from replay_gui.core.path_kinds import is_folder
from replay_gui.core.text.given_paths import with_home
from replay_gui.core.text.plain_text import one_line, visible
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import RunFacts
from replay_gui.look.theme import GAP, ROW, WIDE, data_font, set_role
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.rerun.edited_answer import EditedAnswer
from replay_gui.models.rerun.rerun_plan import RerunPlan, ToolPolicy, text_of_command, words_of_command
from replay_gui.record.child.running import new_log_of
from replay_gui.record.sessions.rerun_options import OnMiss
from replay_gui.widgets.parts.notice import Notice
from replay_gui.widgets.parts.text.elided_label import ElidedLabel
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.windows.dialogs.wrapped_dialog import WrappedDialog

_WIDTH_PX, _TOOLS_PX, _COMMAND_PX, _FIELD_PX = 88 * GAP, 6 * ROW, 3 * ROW, 2 * ROW
_MAX_TOOLS = 200  # listed tools; the others are answered as recorded
_POLICIES = (
    (ToolPolicy.RECORDED, translatable("as recorded")),
    (ToolPolicy.LIVE, translatable("for real")),
    (ToolPolicy.ASK, translatable("ask me")),
    (ToolPolicy.FIXED, translatable("always:")),
)
_MISSES = (
    (OnMiss.STOP, translatable("stop there")),
    (OnMiss.LIVE, translatable("make it for real")),
    (OnMiss.ASK, translatable("ask me")),
)


class RerunDialog(WrappedDialog):
    """Asks how to run the agent again; the result is a RerunPlan.

    Attributes:
        about: a description of the re-run. command, folder: fields of the command and its folder. policies: a box for
        each tool; fixed: a field for the constant answer of each.
        miss: the box for requests that were not recorded. shown: the whole command.
        run_button: enabled while the fields make a plan.

    Signals: chosen(object): a RerunPlan, when the button is pressed.
    """

    chosen = Signal(object)

    def __init__(
        self, facts: RunFacts, tools: tuple[str, ...], limits: list[str], edit: EditedAnswer | None, parent: QWidget
    ) -> None:
        """`tools`: names of the log's tools. `limits`: warnings for the user. `edit`: an edited answer."""
        super().__init__(parent)
        self.setWindowTitle(tr("Run again") if edit is None else tr("What if"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._facts, self._edit = facts, edit
        self._new = Path(facts.path)  # the log that is written: not known before the disk was checked
        self._writes = ElidedLabel("")
        self._checked_folder = Path(), False  # the folder that was checked, and whether it exists
        self._is_folder = DiskQuestion(self)
        self._is_folder.answered.connect(self._on_folder_checked)
        begin = facts.begin
        self._uses_proxy = begin is not None and begin.means is RecordingMeans.PROXY
        self.command = QPlainTextEdit(visible(text_of_command(begin), "\n"))  # an invisible command must not be run
        self.command.setTabChangesFocus(True)
        set_role(self.command, "field")
        self.command.setFixedHeight(_FIELD_PX)
        self.command.setPlaceholderText("python agent.py …")
        self.command.setAccessibleName(tr("The agent's command"))
        self.command.setFont(data_font())
        self.folder = QLineEdit(visible(_folder_of(facts)))
        self.folder.setAccessibleName(tr("The folder that it is run in"))
        self.folder.setFont(data_font())
        self._choose = QPushButton(tr("Choose…"))
        self._choose.setAutoDefault(False)
        self.policies = {
            tool: _box(_POLICIES, tr("How {tool} is answered", tool=one_line(tool, 60))) for tool in tools[:_MAX_TOOLS]
        }
        self.fixed = {tool: QLineEdit() for tool in self.policies}
        self.miss = _box(_MISSES, tr("A request that was not recorded"))
        self.about = self._text("")
        self._problem = Notice("warn")
        self.shown = QPlainTextEdit()
        self.shown.setReadOnly(True)
        self.shown.setFont(data_font())
        self.shown.setFixedHeight(_COMMAND_PX)
        self.shown.setAccessibleName(tr("The whole command"))
        self.run_button, self._cancel = QPushButton(tr("&Run").replace("&", "")), QPushButton(tr("Cancel"))
        for button in (self.run_button, self._cancel):
            button.setAutoDefault(False)  # Enter in a field must not start the run
        self._build(limits)
        self._choose.clicked.connect(self._on_choose)
        self.command.textChanged.connect(self._refresh)
        self.folder.textChanged.connect(self._on_folder_changed)
        for box in (*self.policies.values(), self.miss):
            box.currentIndexChanged.connect(self._refresh)
        self.run_button.clicked.connect(self._on_run)
        self._cancel.clicked.connect(self.reject)
        self._on_folder_changed()

    def _build(self, limits: list[str]) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(GAP)
        form.setVerticalSpacing(GAP)
        rows: list[tuple[str, list[QWidget]]] = [
            (tr("Command"), [self.command]),
            (tr("In the folder"), [self.folder, self._choose]),
        ]
        if self._edit is None:
            rows.append((tr("Not recorded"), [self.miss]))
        for line, (name, widgets) in enumerate(rows):
            form.addWidget(PlainLabel(name, "secondary"), line, 0)
            for column, widget in enumerate(widgets, 1):
                form.addWidget(widget, line, column, 1, 1 if len(widgets) > 1 else 2)
        form.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        layout.setSpacing(GAP)
        layout.addWidget(self.about)
        layout.addLayout(form)
        if self.policies:
            layout.addWidget(PlainLabel(tr("How the calls of its tools are answered"), "secondary"))
            layout.addWidget(self._tools())
        layout.addWidget(self._text(" ".join(limits), "secondary"))
        layout.addWidget(PlainLabel(tr("The same in a terminal"), "secondary"))
        layout.addWidget(self.shown)
        layout.addWidget(self._problem)
        buttons = QHBoxLayout()
        buttons.addWidget(self._writes, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self.run_button)
        layout.addLayout(buttons)
        self.setMinimumWidth(_WIDTH_PX)

    def _tools(self) -> QScrollArea:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(GAP, 0, GAP, 0)
        grid.setVerticalSpacing(0)
        for line, (tool, box) in enumerate(self.policies.items()):
            grid.addWidget(ElidedLabel(one_line(tool, 200)), line, 0)
            grid.addWidget(box, line, 1)
            field = self.fixed[tool]
            field.setPlaceholderText(tr("JSON, or else text"))
            field.setAccessibleName(tr("What {tool} always answers", tool=one_line(tool, 60)))
            field.setFont(data_font())
            field.hide()
            field.textChanged.connect(self._refresh)
            grid.addWidget(field, line, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(len(self.policies), 1)
        area = QScrollArea()
        set_role(area, "window")
        area.setAccessibleName(tr("How tools answer"))
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setMaximumHeight(_TOOLS_PX)
        return area

    @staticmethod
    def _text(text: str, role: str = "") -> PlainLabel:
        label = PlainLabel(text, role)
        label.setWordWrap(True)
        return label

    @property
    def plan(self) -> RerunPlan:
        """Return the plan in the fields; raise ValueError, with the reason, if they are invalid."""
        command = words_of_command(self.command.toPlainText())
        folder = Path(with_home(self.folder.text()))
        if not command:
            raise ValueError(tr("The command that ran the agent is not in the log: give it here."))
        if self._checked_folder[0] != folder:
            raise ValueError(tr("Looking for the folder…"))
        if not self._checked_folder[1]:
            raise ValueError(tr("There is no such folder."))
        policies = {tool: ToolPolicy(box.currentData()) for tool, box in self.policies.items()}
        fixed = {tool: self.fixed[tool].text() for tool, policy in policies.items() if policy is ToolPolicy.FIXED}
        if any(tool.startswith("-") for tool in fixed):
            raise ValueError(tr("A tool whose name begins with a hyphen cannot have a fixed answer."))
        plan = RerunPlan(
            run=Path(self._facts.path).absolute(),
            command=command,
            folder=folder.absolute(),
            policies=policies,
            fixed=fixed,
            on_miss=OnMiss(self.miss.currentData()),
            edit=self._edit,
            uses_proxy=self._uses_proxy,
        )
        if any("\0" in word for word in plan.program(self._new, self._new)):  # each word would end before it
            raise ValueError(tr("A word of the command, or the name of a tool, has a NUL character in it."))
        return plan

    @Slot()
    def _refresh(self) -> None:
        for tool, box in self.policies.items():
            self.fixed[tool].setVisible(box.currentData() == ToolPolicy.FIXED)
        self.about.setText(_about(self._facts, self._edit, OnMiss(self.miss.currentData())))
        try:
            plan = self.plan
        except ValueError as why:
            self._problem.show_text(visible(str(why)))
            self.shown.clear()
            self.run_button.setEnabled(False)
        else:
            self._problem.show_text("")
            self.shown.setPlainText(visible(f"cd {plan.folder}\n{plan.shown(self._new)}", "\n"))
            self.run_button.setEnabled(True)

    @Slot()
    def _on_folder_changed(self) -> None:
        self._is_folder.ask_disk(partial(_look_at, Path(with_home(self.folder.text())), Path(self._facts.path)))
        self._refresh()

    @Slot(object)
    def _on_folder_checked(self, found: tuple[Path, bool, Path]) -> None:
        folder, is_there, self._new = found
        is_first, self._checked_folder = self._checked_folder[0] == Path(), (folder, is_there)
        self._writes.setText(tr("Writes {file}", file=one_line(str(self._new))))
        is_recorded = folder == Path(with_home(visible(_folder_of(self._facts))))  # and not what was typed meanwhile
        if is_first and is_recorded and not is_there:  # the run was recorded in a folder that is gone
            self.folder.setText(visible(str(Path(self._facts.path).absolute().parent)))
        self._refresh()

    @Slot()
    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Run in this folder"), self.folder.text())
        if folder:
            self.folder.setText(folder)

    @Slot()
    def _on_run(self) -> None:
        self.chosen.emit(self.plan)
        self.accept()


def _about(facts: RunFacts, edit: EditedAnswer | None, on_miss: OnMiss) -> str:
    run = one_line(facts.name, 80)
    if edit is not None:
        return tr(
            "The agent's own code runs again, and every answer comes from {run}; event {position} is as you edited it. "
            "Later requests that were not recorded are made for real: models are called, tools run.",
            run=run,
            position=whole_number(edit.position),
        )
    match on_miss:
        case OnMiss.STOP:
            return tr(
                "The agent's own code runs again, and every answer comes from {run}. "
                "It stops at the first request that the recorded run did not make.",
                run=run,
            )
        case OnMiss.LIVE:
            return tr(
                "The agent's own code runs again, and every answer comes from {run}; "
                "requests that were not recorded are made for real: models are called, tools run.",
                run=run,
            )
        case OnMiss.ASK:
            return tr(
                "The agent's own code runs again, and every answer comes from {run}; "
                "you are asked about each request that the recorded run did not make.",
                run=run,
            )


def _folder_of(facts: RunFacts) -> str:
    """Return the folder in which the run was recorded, which may be gone; else that of the log."""
    recorded = "" if facts.begin is None else facts.begin.folder
    return recorded or str(Path(facts.path).absolute().parent)


def _look_at(folder: Path, run: Path) -> tuple[Path, bool, Path]:
    """Return (the folder, whether it exists, the log that the re-run will write)."""
    return folder, is_folder(folder), new_log_of(run)


def _box(choices: tuple[tuple[object, str], ...], name: str) -> QComboBox:
    box = QComboBox()
    for value, words in choices:
        box.addItem(tr(words), value)
    box.setAccessibleName(name)
    return box
