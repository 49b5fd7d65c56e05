"""The area for alerts and for the progress of background work."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from replay_gui.engine.answers import Alert, Progress
from replay_gui.look.theme import GAP, UNIT
from replay_gui.models.comparison.comparison_session import ComparisonSession
from replay_gui.models.session import Session
from replay_gui.widgets.parts.banner import Banner
from replay_gui.widgets.parts.progress_strip import ProgressStrip

_MAX_BANNERS = 3  # banners; the oldest is removed
_RELOAD = ("reload",)  # the actions of an alert that the file must be read again


class BannerArea(QWidget):
    """The alerts of a session, newest last, and its progress; takes no space while there are none.

    The actions "reload" and "retry" call `reload`. A file that could not be opened has one alert: its last. If several
    alerts request to reload, only one is shown: the last one, but no warning in place of an error.

    Signals: action_chosen(object, str): the Alert, and the name of another action that was chosen.
    """

    action_chosen = Signal(object, str)

    def __init__(
        self,
        session: Session | ComparisonSession,
        reload: Callable[[], None],
        comparison: ComparisonSession | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`comparison`: in which the session is A, so that its alerts show the side."""
        super().__init__(parent)
        self._reload, self._comparison = reload, comparison
        self.banners: list[Banner] = []
        self._of_run: list[Banner] = []  # those of the session itself
        self.progress = ProgressStrip()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(GAP, 0, GAP, 0)
        self._column.setSpacing(UNIT)
        self._column.addWidget(self.progress)
        session.alert_raised.connect(self._on_alert_of_run)
        session.alerts_cleared.connect(self.clear)
        if comparison is not None:
            comparison.active_changed.connect(self._name_side)
        session.progress_changed.connect(self.on_progress_changed)
        self.progress.cancelled.connect(session.cancel_work)
        self.progress.appears.connect(self._leave_gap)
        self._fit()

    @Slot(object)
    def _on_alert_of_run(self, alert: Alert) -> None:
        if (banner := self.on_alert(alert)) is not None:
            self._of_run.append(banner)
            self._name_side()

    @Slot()
    def _name_side(self) -> None:
        for banner in self._of_run:
            banner.name_side("A" if self._comparison is not None and self._comparison.active else "")

    @Slot(object)
    def on_alert(self, alert: Alert) -> Banner | None:
        """Show an alert, and return its banner; None if what is shown already says the same."""
        reloads = [banner for banner in self.banners if banner.alert.actions == alert.actions == _RELOAD]
        is_said = alert.severity == "warning" and any(banner.alert.severity == "error" for banner in reloads)
        if is_said or any(banner.alert == alert for banner in self.banners):
            return None
        same_file = [banner for banner in self.banners if alert.path and banner.alert.path == alert.path]
        for banner in {*reloads, *same_file}:
            self._remove(banner)
        while len(self.banners) >= _MAX_BANNERS:
            self._remove(self.banners[0])
        banner = Banner(alert)
        banner.closed.connect(self._on_closed)
        banner.action_chosen.connect(self._on_acted)
        self.banners.append(banner)
        self._column.insertWidget(self._column.count() - 1, banner)
        banner.show()  # immediately: the layout would do it later
        self._fit()
        return banner

    @Slot(object)
    def on_progress_changed(self, progress: Progress | None) -> None:
        self.progress.show_progress(progress)
        self._fit()

    @Slot()
    def clear(self) -> None:
        for banner in list(self.banners):
            self._remove(banner)

    @Slot()
    def _on_closed(self) -> None:
        banner = self.sender()
        if isinstance(banner, Banner):
            self._remove(banner)

    @Slot(object, str)
    def _on_acted(self, alert: Alert, action: str) -> None:
        """Carry out the action; an alert about a file that could not be opened stays, for other actions."""
        if not alert.path:
            self._on_closed()
        if action in ("reload", "retry"):
            self._reload()
        else:
            self.action_chosen.emit(alert, action)

    def _remove(self, banner: Banner) -> None:
        self.banners.remove(banner)
        self._of_run = [kept for kept in self._of_run if kept is not banner]
        self._column.removeWidget(banner)
        banner.hide()
        banner.deleteLater()
        self._fit()

    @Slot()
    def _fit(self) -> None:
        """Leave a gap above the area only while it shows something."""
        shown = bool(self.banners) or self.progress.isVisibleTo(self)
        self._column.setContentsMargins(GAP, GAP if shown else 0, GAP, 0)

    @Slot()
    def _leave_gap(self) -> None:
        self._column.setContentsMargins(GAP, GAP, GAP, 0)
