"""An index as Qt hands it to a model or a delegate."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

AnyIndex: TypeAlias = QModelIndex | QPersistentModelIndex
