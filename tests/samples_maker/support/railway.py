"""The world of the support agent: customers, bookings, trains, vouchers, and the tools that read and change them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

_CUSTOMERS: dict[str, dict[str, Any]] = {
    "C-2041": {"name": "Ana Duarte", "bookings": ["KX41", "KX58"], "cards": ["visa 4417", "amex 9021"]},
    "C-3377": {"name": "Jonas Weber", "bookings": ["PL07"], "cards": ["visa 1180"]},
}
_BOOKINGS: dict[str, dict[str, Any]] = {
    "KX41": {"customer": "C-2041", "train": "RJ 62", "day": "05-12", "price": 84, "paid": "amex 9021", "late": 0},
    "KX58": {"customer": "C-2041", "train": "RJ 79", "day": "05-14", "price": 84, "paid": "amex 9021", "late": 0},
    "PL07": {"customer": "C-3377", "train": "EC 15", "day": "05-03", "price": 61, "paid": "visa 1180", "late": 95},
}
_TRAINS: dict[str, list[dict[str, Any]]] = {
    "05-12": [{"train": "RJ 62", "leaves": "09:10", "price": 84}, {"train": "RJ 78", "leaves": "18:40", "price": 92}],
    "05-14": [{"train": "RJ 79", "leaves": "19:05", "price": 84}],
}


class ToolError(Exception):
    """What a tool says instead of an answer."""


class Railway:
    """One copy of the world. `tools`: name → function of keyword arguments."""

    def __init__(self) -> None:
        self._customers = copy.deepcopy(_CUSTOMERS)
        self.bookings = copy.deepcopy(_BOOKINGS)
        self.vouchers: list[dict[str, Any]] = []
        self.tools: dict[str, Callable[..., Any]] = {
            "get_customer": self._get_customer,
            "get_booking": self._get_booking,
            "search_trains": self._search_trains,
            "change_booking": self._change_booking,
            "cancel_booking": self._cancel_booking,
            "send_voucher": self._send_voucher,
            "transfer_to_human": self._transfer_to_human,
        }

    def state(self) -> dict[str, Any]:
        """What a grader compares: bookings and vouchers."""
        return {"bookings": self.bookings, "vouchers": self.vouchers}

    def _get_customer(self, customer: str) -> dict[str, Any]:
        if customer not in self._customers:
            raise ToolError(f"no customer {customer}")
        return copy.deepcopy(self._customers[customer])

    def _get_booking(self, booking: str) -> dict[str, Any]:
        return {"booking": booking, **self._booking(booking)}

    def _search_trains(self, day: str) -> list[dict[str, Any]]:
        return _TRAINS.get(day, [])

    def _change_booking(self, booking: str, train: str, card: str) -> dict[str, Any]:
        found = self._booking(booking)
        if card not in self._customers[found["customer"]]["cards"]:
            raise ToolError(f"no card {card}")
        found.update(train=train, paid=card)
        return {"booking": booking, **found}

    def _cancel_booking(self, booking: str) -> dict[str, Any]:
        found = self._booking(booking)
        found["cancelled"] = True
        return {"booking": booking, "refund": found["price"], "to": found["paid"]}

    def _send_voucher(self, customer: str, amount: int) -> str:
        self.vouchers.append({"customer": customer, "amount": amount})
        return f"voucher of {amount} sent to {customer}"

    def _transfer_to_human(self, reason: str) -> str:
        return f"transferred: {reason}"

    def _booking(self, booking: str) -> dict[str, Any]:
        if booking not in self.bookings:
            raise ToolError(f"no booking {booking}")
        return self.bookings[booking]
