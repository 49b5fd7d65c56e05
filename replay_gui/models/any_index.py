"""The types of an index that Qt passes to a model or a delegate."""

from __future__ import annotations

from typing import TypeAlias

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

AnyIndex: TypeAlias = QModelIndex | QPersistentModelIndex
