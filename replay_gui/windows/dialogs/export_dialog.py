"""Ctrl+E: export a report: a preview, its format, and its redaction."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from replay_gui.core.errors import ReplayError
from replay_gui.core.report.forms import FORMS_FOR_PROGRAMS
from replay_gui.core.report.layout import layout_document
from replay_gui.core.report.redaction_profile import SHARING_PROFILE, RedactionProfile, read_profile
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.engine.answers import Progress
from replay_gui.look.theme import GAP, WIDE, set_role
from replay_gui.models.disk_question import DiskQuestion
from replay_gui.models.report_maker import MakingEnglishReport, MakingReport, ReportMaker
from replay_gui.printout.report_saver import ReportSaver
from replay_gui.widgets.parts.notice import Notice
from replay_gui.widgets.parts.progress_strip import ProgressStrip
from replay_gui.widgets.parts.text.plain_label import PlainLabel
from replay_gui.widgets.run.page_preview import PagePreview

FORMS = (
    (".pdf", "PDF", translatable("Pages, with the verdict on each.")),
    (".html", "HTML", translatable("One file for any browser, without scripts and downloads.")),
    (".json", "JSON", translatable("Everything, as canonical JSON (RFC 8785).")),
    (".md", "Markdown", translatable("For a ticket or a pull request.")),
    (".xml", "JUnit XML", translatable("One test case per check, for CI.")),
    (".sarif", "SARIF", translatable("Each finding with its byte offset, for code scanning.")),
)
FORMS_WITHOUT_CHECKS = (
    (".pdf", "PDF", translatable("Pages.")),
    *FORMS[1:4],
    (".png", "PNG", translatable("The pictures of the runs, call by call.")),
)
_NOTHING, _SHARING, _OWN = range(3)  # the redaction, by its button
_WIDTH_PX, _HEIGHT_PX, _SIDE_PX, _SPACING_PX = 112 * GAP, 88 * GAP, 34 * GAP, 2 * GAP


class ExportDialog(QDialog):
    """Starts the report when it opens.

    Attributes:
        maker: of the report. preview: its pages. form, hiding: the buttons of format and redaction, by their index.
        save_button: enabled once there is a report. with_notes: whether the user's notes are in it.
        about_form: the purpose of the chosen format.
    """

    def __init__(self, maker: ReportMaker, folder: Path, stem: str, parent: QWidget) -> None:
        """`folder`, `stem`: the suggested folder, and the suggested file name without its suffix."""
        super().__init__(parent)
        self.setWindowTitle(tr("Export report"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.maker = maker
        maker.setParent(self)
        self._target = self._english_path = folder / stem
        self._saver = ReportSaver(self)
        self._row = _NOTHING  # of the redaction
        self._profile = DiskQuestion(self)
        self._profile.answered.connect(self._on_profile_read)
        self.preview = PagePreview()
        self._forms = FORMS if maker.has_checks else FORMS_WITHOUT_CHECKS
        self.form = _choice(tr("Format"), [f"{name} ({suffix})" for suffix, name, _ in self._forms], self)
        redactions = [tr("Nothing"), tr("Keys, e-mail, home folders"), tr("By my own profile…")]
        self.hiding = _choice(tr("Hide"), redactions, self)
        self.with_notes = QCheckBox(tr("With my notes ({number})", number=whole_number(len(maker.notes))))
        self.with_notes.setVisible(bool(maker.notes))
        self.about_form, self._about_hidden, self._pages = (_small_label() for _ in range(3))
        self.progress, self.notice, self.success = ProgressStrip(), Notice("bad"), Notice("good")
        self.save_button, close = QPushButton(tr("Save as…")), QPushButton(tr("Close"))
        self.save_button.setDefault(True)
        self.save_button.setEnabled(False)
        self._build(close)
        self.form.idToggled.connect(self._on_form_chosen)
        self.hiding.idClicked.connect(self._on_hiding_chosen)
        self.with_notes.toggled.connect(self._on_notes_chosen)
        self.save_button.clicked.connect(self._on_save)
        close.clicked.connect(self.close)
        self.progress.cancelled.connect(self.close)
        maker.progressed.connect(self._on_progressed)
        maker.made.connect(self._on_made)
        maker.made_in_english.connect(self._on_made_in_english)
        maker.failed.connect(self._on_failed)
        self.preview.finished.connect(self._on_laid_out)
        self._saver.saved.connect(self._on_saved)
        self._saver.failed.connect(self._on_not_saved)
        self.resize(min(_WIDTH_PX, parent.width() - 4 * GAP), min(_HEIGHT_PX, parent.height() - 4 * GAP))
        self._on_form_chosen(0, True)
        self._on_progressed()
        maker.start()

    @property
    def complete(self) -> bool:
        """Whether the report and all of its pages are complete."""
        return self.maker.report is not None and self.preview.laid_out

    def _build(self, close: QPushButton) -> None:
        side = QVBoxLayout()
        side.setSpacing(GAP)
        for choice, about in ((self.form, self.about_form), (self.hiding, self._about_hidden)):
            head = PlainLabel(choice.objectName())
            set_role(head, "title")
            for widget in (head, *choice.buttons(), about):
                side.addWidget(widget)
            side.addSpacing(GAP)
        side.addWidget(self.with_notes)
        side.addWidget(self._pages)
        side.addStretch(1)
        for widget in (self.notice, self.success, self.save_button, close):
            side.addWidget(widget)
        panel = QWidget()
        panel.setLayout(side)
        panel.setFixedWidth(max(_SIDE_PX, panel.minimumSizeHint().width()))  # names in other languages are longer
        row = QHBoxLayout()
        row.setSpacing(_SPACING_PX)
        row.addWidget(self.preview, 1)
        row.addWidget(panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(WIDE, WIDE, WIDE, WIDE)
        column.setSpacing(GAP)
        column.addLayout(row, 1)
        column.addWidget(self.progress)

    # ---- the choices -------------------------------------------------------------------------------
    @Slot(int, bool)
    def _on_form_chosen(self, row: int, chosen: bool) -> None:
        if chosen:
            self.about_form.setText(tr(self._forms[row][2]))

    @Slot(int)
    def _on_hiding_chosen(self, row: int) -> None:
        self.notice.show_text("")
        path = QFileDialog.getOpenFileName(self, tr("Redaction profile"), "", "TOML (*.toml)")[0] if row == _OWN else ""
        self._row = row
        self.save_button.setEnabled(False)
        self.preview.stop()
        if path:
            self._profile.ask_disk(partial(_profile_at, Path(path)))
            return
        if row == _OWN:
            self.hiding.button(_NOTHING).setChecked(True)
        self.maker.redact(SHARING_PROFILE if row == _SHARING else None)

    @Slot(bool)
    def _on_notes_chosen(self, on: bool) -> None:
        self.save_button.setEnabled(False)
        self.preview.stop()
        self.maker.include_notes(on)

    @Slot(object)
    def _on_profile_read(self, found: RedactionProfile | str) -> None:
        if self._row != _OWN:
            return  # another choice was made meanwhile
        if isinstance(found, str):
            self.notice.show_text(found)
            self.hiding.button(_NOTHING).setChecked(True)
        self.maker.redact(None if isinstance(found, str) else found)

    # ---- the report ---------------------------------------------------------------------------------
    @Slot()
    def _on_progressed(self) -> None:
        work = self.maker.work
        if isinstance(work, MakingReport | MakingEnglishReport):
            self.progress.show_progress(Progress(tr("Making the report"), round(1000 * work.share), 1000, None))

    @Slot()
    def _on_made(self) -> None:
        report = self.maker.report
        assert report is not None
        self.progress.show_progress(None)
        self.save_button.setEnabled(not self._profile.pending)  # it contains data that the user wants to hide
        note = report.redaction
        self._about_hidden.setText("" if note is None else _hidden_words(note.changed))
        self.preview.show_document(layout_document(report))
        self._pages.setText(tr("Laying out the pages…"))

    @Slot()
    def _on_laid_out(self) -> None:
        self._pages.setText(trn("{n} page", "{n} pages", self.preview.page_count))

    @Slot()
    def _on_failed(self) -> None:
        self.progress.show_progress(None)
        self.notice.show_text(tr("No report: {problem}.", problem=one_line(self.maker.problem, 300)))

    # ---- the file -----------------------------------------------------------------------------------
    @Slot()
    def _on_save(self) -> None:
        suffix, name, _ = self._forms[self.form.checkedId()]
        offered = str(self._target.with_name(self._target.name + suffix))
        path, _ = QFileDialog.getSaveFileName(self, tr("Save report"), offered, f"{name} (*{suffix})")
        if path:
            self.save(Path(path if path.lower().endswith(suffix) else path + suffix))

    def save(self, path: Path) -> None:
        """Write the report in the background, in the format of the suffix of `path`."""
        self.notice.show_text("")
        self.success.show_text("")
        self._target = path.with_suffix("")
        self.save_button.setEnabled(False)
        is_for_programs = path.suffix.lower() in FORMS_FOR_PROGRAMS
        report = self.maker.english_report if is_for_programs else self.maker.report
        if report is None:
            self._english_path = path
            self.maker.start_in_english()
            self._on_progressed()
        else:
            self._saver.save(report, path, self.preview.laid_out_pages, self.maker.inputs)

    @Slot()
    def _on_made_in_english(self) -> None:
        self.progress.show_progress(None)
        self.save(self._english_path)

    @Slot(str)
    def _on_saved(self, path: str) -> None:
        self.save_button.setEnabled(True)
        self.success.show_text(tr("Saved: {file}", file=one_line(path, 300)))

    @Slot(str)
    def _on_not_saved(self, why: str) -> None:
        self.save_button.setEnabled(True)
        self.notice.show_text(one_line(why, 300))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop the report's work first; a file that is being written is finished."""
        self._end()
        super().closeEvent(event)

    def reject(self) -> None:
        """Stop the report's work first; a file that is being written is finished."""
        self._end()
        super().reject()

    def _end(self) -> None:
        self.preview.stop()
        self._saver.stop()
        if self.maker.report is None or isinstance(self.maker.work, MakingEnglishReport):
            self.maker.stop()


def _profile_at(path: Path) -> RedactionProfile | str:
    """Return the profile in a file, or the problem."""
    try:
        return read_profile(path)
    except ReplayError as why:
        return one_line(str(why), 300)


def _hidden_words(number: int) -> str:
    return trn(
        "{n} text hidden. Hashes and counts are never hidden.",
        "{n} texts hidden. Hashes and counts are never hidden.",
        number,
    )


def _choice(name: str, words: list[str], parent: QWidget) -> QButtonGroup:
    """Return a group of radio buttons, the first one checked."""
    group = QButtonGroup(parent)
    group.setObjectName(name)
    for number, text in enumerate(words):
        button = QRadioButton(text, parent)
        button.setAccessibleDescription(name)
        group.addButton(button, number)
    group.button(0).setChecked(True)
    return group


def _small_label() -> PlainLabel:
    label = PlainLabel(role="secondary")
    label.setWordWrap(True)
    return label
