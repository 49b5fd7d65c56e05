"""The current event: its content, its causes and effects, and its integrity."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QMenu,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QToolTip,
    QWidget,
)

from replay_gui.core.effects.effect_words import finding_words
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import position_after
from replay_gui.core.reasons.marks.mark_words import MARK_WORDS, mark_tip
from replay_gui.core.state.json_form import event_members
from replay_gui.core.text.event_label import event_label, label_text
from replay_gui.core.text.known_sentences import sentence_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable, trn
from replay_gui.core.translation.numbers import whole_number
from replay_gui.look.theme import GAP, HEAD, ROW, set_role, theme_events
from replay_gui.models.run.event_copies import event_as_json
from replay_gui.models.run.event_pages import EventPages
from replay_gui.models.run.integrity_words import hash_checks, hash_words
from replay_gui.models.run.json_text import json_text
from replay_gui.models.run.run_link import run_link
from replay_gui.models.run.run_search import RunSearch
from replay_gui.models.run.state_tree import StateTree
from replay_gui.models.session import Session
from replay_gui.models.time_choice import time_choice
from replay_gui.widgets.parts.effect_choice import EffectChoice
from replay_gui.widgets.parts.notice import Notice
from replay_gui.widgets.parts.panel import Panel
from replay_gui.widgets.parts.panel_find_bar import PanelFindBar
from replay_gui.widgets.parts.section import Section, SectionStack
from replay_gui.widgets.readable.event_text_view import EventTextView
from replay_gui.widgets.readable.reading_view import ReadingView
from replay_gui.widgets.run.fact_rows import FactRows
from replay_gui.widgets.run.page_search import PageSearch, SearchablePage
from replay_gui.widgets.run.run_card import RunCard
from replay_gui.widgets.run.value_view import ValueView

READABLE, TREE, RAW, CARD = range(4)
_TABS = (
    (translatable("Readable"), translatable("Text"), translatable("The event as readable text")),
    (translatable("Tree"), translatable("Tree"), translatable("The event's fields as a tree")),
    (translatable("Raw"), translatable("Raw"), translatable("The event as JSON")),
)
_RAW_CHARACTERS = 65_536  # of JSON shown at first
_MAX_SEARCHED_CHARACTERS = 16 * _RAW_CHARACTERS  # shown at most, to reach a match
_MIN_UPPER_HEIGHT_PX = 4 * ROW  # height of the upper part
_MAX_HEIGHT_PX = (1 << 24) - 1  # Qt's own maximum: as high as there is room
_MAX_UPPER_SHARE = 0.45  # share of the height for the upper part if a section is unfolded


class EventDetail(Panel):
    """The session's current event."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(tr("Event"), parent)
        self._session = session
        self._limit = _RAW_CHARACTERS
        self._event: Event | None = None
        self.pages_read = EventPages(session, self)
        self._damaged = False
        self.problem = Notice("bad", self)
        self.find_bar = PanelFindBar(tr("Find in this event"), tr("Find in this event"), self)
        self.pages = QStackedWidget(self)
        self.text = ReadingView(tr("Event"), self.pages)
        self.tree = StateTree(self)
        self.tree_view = ValueView(tr("Event's fields"), self.tree, self.pages)
        self.raw = EventTextView(tr("Event as JSON"), self.pages)
        self.search = PageSearch(self)
        self._finder: RunSearch | None = None
        self.origin, self.integrity = Section(tr("Where it came from")), Section(tr("Integrity"))
        self._origin_rows, self._integrity_rows = (FactRows(one, session.seek) for one in (self.origin, self.integrity))
        self.more = QPushButton(tr("Show more"), self)
        set_role(self.more, "foot")
        self.pages.setMinimumHeight(_MIN_UPPER_HEIGHT_PX)
        self.pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.card = RunCard(session, self.pages)
        self.add_part(self.problem)
        self.add_part(self.find_bar)
        self.add_part(self.pages, 1)
        for page in (self.text, self.tree_view, self.raw, self.card):
            self.pages.addWidget(page)
        self.add_part(self.more)
        self.sections = SectionStack(self.origin, self.integrity)
        self.add_part(self.sections)
        self.add_stretch()
        self._add_tabs()
        self._add_copies()
        self.find_bar.text_changed.connect(self._find_in_page)
        self.find_bar.opened.connect(self._find_in_page)
        self.find_bar.step_wanted.connect(self.search.step_around)
        self.search.changed.connect(self._show_found_count)
        self.more.clicked.connect(self._on_more)
        self.card.position_chosen.connect(session.seek)
        self.tree.dataChanged.connect(self._fit)
        self.text.folded.connect(self._fit)
        self.pages_read.grew.connect(self._on_read_further)
        session.run_changed.connect(self.on_run_changed)
        session.position_state_changed.connect(self.on_position_state_changed)
        session.report_changed.connect(self._show_integrity)
        session.run_marks.changed.connect(self._show_origin)
        session.run_marks.effects_changed.connect(session.request_state)
        theme_events().changed.connect(self._show_page)
        time_choice().changed.connect(self.on_position_state_changed)
        self.on_run_changed()

    def _add_tabs(self) -> None:
        self.tabs = QButtonGroup(self)
        for number, (words, short, tip) in enumerate(_TABS):
            self.tabs.addButton(self.add_button(tr(words), tr(tip), checkable=True, short=tr(short)), number)
        self.tabs.button(READABLE).setChecked(True)
        self.tabs.idClicked.connect(self.show_tab)

    def _add_copies(self) -> None:
        copies = (
            (tr("Copy event as JSON"), self.copy_json),
            (tr("Copy event id"), self.copy_id),
            (tr("Copy record hash"), self.copy_hash),
            (tr("Copy link"), self.copy_link),
        )
        for words, slot in copies:
            action = QAction(words, self)
            action.triggered.connect(slot)
            for view in (self.text, self.raw, self.tree_view):
                view.addAction(action)

    def add_action(self, action: QAction) -> None:
        """Add an action to the context menus, above those that copy."""
        for view in (self.text, self.raw, self.tree_view):
            view.insertAction(view.actions()[0], action)

    @Slot(int)
    def show_tab(self, number: int) -> None:
        """READABLE, TREE or RAW."""
        self.tabs.button(number).setChecked(True)
        self._show_page()

    # ---- search -----------------------------------------------------------------------------------
    def follow_search(self, finder: RunSearch) -> None:
        """Mark the matches of a search in the run, and let it step through the matches in the event."""
        self._finder = finder
        finder.step_within = self._step_within
        finder.started.connect(self._find_in_page)
        finder.progressed.connect(self._on_search_progressed)

    def _step_within(self, forward: bool) -> bool:
        shown = self._session.position_state
        is_here = shown is not None and shown.position == self._session.position
        return is_here and self.find_bar.isHidden() and self.search.step(forward)

    @Slot()
    def _on_search_progressed(self) -> None:
        if not self.search.count:  # otherwise it is known that the event is a hit
            self._find_in_page()

    @Slot()
    def _find_in_page(self) -> None:
        """Find the text of the panel's own line, else that of the search in the run if the event is a hit."""
        page, finder = self.pages.currentWidget(), self._finder
        text, match_case = self.find_bar.line.text(), False
        if self.find_bar.isHidden() and finder is not None and finder.number:
            text, match_case = finder.text, finder.match_case
        searchable: SearchablePage | None = None
        if isinstance(page, ReadingView | EventTextView | ValueView) and self._event is not None:
            searchable = page
        self.search.search_page(searchable, text, match_case)
        while text and not self.search.count and page is self.raw and self._is_cut_short:
            self._limit *= 4
            self._fill_page()
            self.search.search_page(searchable, text, match_case)
        if (
            text
            and not self.search.count
            and page is self.text
            and self.pages_read.characters < _MAX_SEARCHED_CHARACTERS
        ):
            self.pages_read.request_more()

    @property
    def _is_cut_short(self) -> bool:
        return self.more.isVisible() and self._limit < _MAX_SEARCHED_CHARACTERS

    @Slot(int)
    def _on_read_further(self, first_line: int) -> None:
        if self.pages.currentIndex() != READABLE:
            return
        self.text.add_lines(self.pages_read.lines[first_line:])
        self.more.setVisible(self.pages_read.can_request_more)
        self._fit()
        if not self.search.count:
            self._find_in_page()

    @Slot()
    def _show_found_count(self) -> None:
        search = self.search
        self.find_bar.count.setText(search.words if search.words or not self.find_bar.line.text() else tr("none"))
        short = f"{whole_number(search.number)}/{whole_number(search.count)}"
        self.set_note(search.words if self.find_bar.isHidden() else "", short)

    # ---- signals of the session ---------------------------------------------------------------------
    @Slot()
    def on_run_changed(self) -> None:
        self.tree.forget()
        self.tree.expand_path(("payload",))
        self.on_position_state_changed()

    @Slot()
    def on_position_state_changed(self) -> None:
        shown = self._session.position_state
        self._event = event = None if shown is None else shown.event
        self.pages_read.begin(shown)
        self._limit = _RAW_CHARACTERS
        is_before = shown is not None and event is None
        self.set_title(tr("The run") if is_before else tr("Event") if event is None else label_text(event_label(event)))
        for tab in self.tabs.buttons():
            tab.setVisible(not is_before)
        self.set_secondary("" if event is None else whole_number(position_after(event.index)), is_whole=True)
        problem = "" if event is None or event.problem is None else one_line(sentence_text(event.problem))
        self.problem.show_text(problem and tr("This record cannot be read: {problem}", problem=problem))
        self._show_page()
        self._show_origin()
        self._show_integrity()

    @Slot()
    def _show_page(self) -> None:
        self._fill_page()
        self._find_in_page()

    def _fill_page(self) -> None:
        event, whole = self._event, True
        is_before = event is None and self._session.position_state is not None
        self.pages.setCurrentIndex(CARD if is_before else self.tabs.checkedId())
        if event is None:
            self.text.show_lines(())
            self.raw.show_text("")
            self.tree.show({})
            self.card.refresh()
        elif self.pages.currentIndex() == READABLE:
            self.text.show_lines(self.pages_read.lines)
            whole = not self.pages_read.can_request_more
        elif self.pages.currentIndex() == TREE:
            self.tree.show({"payload": event.payload, "meta": event.meta})
        else:
            text, whole = json_text(event_members(event), self._limit)
            self.raw.show_text(text)
        self.more.setVisible(not whole)
        self._fit()

    @Slot()
    def _show_origin(self) -> None:
        shown, rows = self._session.position_state, self._origin_rows
        rows.begin()
        if shown is not None and shown.effect is not None:
            words = finding_words(shown.effect)
            tip = tr("The effect of the call, and its evidence. A right click corrects it.")
            rows.offer_menu(rows.add_copied(tr("does"), words, words, tip), self._open_effect_menu)
        for mark in [] if self._event is None else self._session.run_marks.at(self._event.index):
            sentence = one_line(mark.sentence)
            rows.add_copied(tr(MARK_WORDS[mark.kind].short), sentence, sentence, mark_tip(mark))
        for related in () if shown is None else shown.related:
            position = whole_number(related.position)
            text, tip = f"{position} {one_line(related.summary)}", tr("Go to event {position}", position=position)
            rows.add_link(one_line(related.label, 40), text, related.position, tip)
        if shown is not None and shown.more_led_to:
            rows.add_remark(trn("and {n} more", "and {n} more", shown.more_led_to))
        rows.close()

    @Slot()
    def _show_integrity(self) -> None:
        rows, facts = self._integrity_rows, self._session.facts
        event, shown = self._event, self._session.position_state
        checks = () if event is None or shown is None else hash_checks(event, shown.content_hash, self._session.report)
        if facts is not None and not facts.has_hashes:
            checks = ()  # in an imported file, the hashes are of the log that was made from it
        rows.begin()
        for check in checks:
            shown_hash = hash_words(check.hash) or check.words
            row = rows.add_copied(check.title, shown_hash, check.hash or check.words, check.meaning)
            row.sound = check.is_valid
            row.setAccessibleDescription(check.words)
            if check.computed:
                computed = hash_words(check.computed)
                rows.add_copied(tr("computed"), computed, check.computed, tr("As verification found."))
            if check.hash and check.words:
                rows.add_sentence(check.words)
        rows.close(leaves_room=True)  # so that hashes with and without a check mark are aligned
        self._damaged = any(check.is_valid is False for check in checks)
        sound = False if self._damaged else checks[0].is_valid if checks else None
        words = checks[0].words.partition(":")[0] if checks else ""
        self.integrity.set_summary({True: tr("record intact"), False: tr("damaged"), None: words}[sound], sound)
        self._fit()

    # ---- actions of the user ------------------------------------------------------------------------
    def _open_effect_menu(self, at: QPoint) -> None:
        if (menu := self.effect_menu()) is not None:
            menu.popup(at)

    def effect_menu(self) -> QMenu | None:
        """Return the menu that corrects the effect of the call's tool; None if the event is not a call."""
        shown = self._session.position_state
        if shown is None or shown.event is None or shown.event.tool is None or shown.effect is None:
            return None
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offered = EffectChoice(menu)
        offered.offer(shown.event.tool, shown.effect)
        offered.chosen.connect(self._session.run_marks.correct)
        return menu

    @Slot()
    def copy_json(self) -> None:
        """Copy the event in the form of ``events --json``."""
        shown = self._session.position_state
        if self._event is not None and shown is not None:
            text = event_as_json(shown)
            if text is not None:
                QGuiApplication.clipboard().setText(text)
            else:
                at = self.mapToGlobal(QPoint())
                QToolTip.showText(at, tr("Too large to copy: choose a field in the tree."), self)

    @Slot()
    def copy_id(self) -> None:
        if self._event is not None:
            QGuiApplication.clipboard().setText(self._event.event_id)

    @Slot()
    def copy_hash(self) -> None:
        """Copy the hash of the event that the log records, in hex."""
        if self._event is not None and self._event.hash:
            QGuiApplication.clipboard().setText(self._event.hash.hex())

    @Slot()
    def copy_link(self) -> None:
        """Copy the command that opens the run at this event."""
        facts, shown = self._session.facts, self._session.position_state
        if facts is not None and shown is not None:
            QGuiApplication.clipboard().setText(run_link(facts, shown.position, format=self._session.format))

    @Slot()
    def _on_more(self) -> None:
        if self.pages.currentIndex() == READABLE:
            self.pages_read.request_more()
        else:
            self._limit *= 4
            self._show_page()

    # ---- room -------------------------------------------------------------------------------------
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the head to the new width."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Give the upper part exactly the height that it needs, so that the sections follow right below."""
        page = self.pages.currentWidget()
        wanted = _MAX_HEIGHT_PX if page is self.card else self.tree.rowCount() * ROW + GAP
        if isinstance(page, ReadingView | EventTextView):
            wanted = page.wanted_height()
        self.pages.setMaximumHeight(max(wanted, _MIN_UPPER_HEIGHT_PX))
        room = self.height() - HEAD - min(wanted, round(_MAX_UPPER_SHARE * self.height()))
        self.integrity.set_room(self._damaged or self.integrity.full_height <= room - self.origin.full_height)
        least = self.sections.sizeHint() if self._damaged else self.sections.minimumSizeHint()
        self.sections.setMaximumHeight(max(room, least.height()))
