"""What happens in each trial: what the user says, what the agent says and calls, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Said:
    """A message. `by`: "user" or "agent"."""

    by: str
    text: str


@dataclass(frozen=True)
class Called:
    """A call of a tool."""

    tool: str
    input: dict[str, Any]


Step: TypeAlias = Said | Called


@dataclass(frozen=True)
class Task:
    """A task. `right`: the calls after which the world is as it should be. trials: the steps of each."""

    name: str
    asks: str
    right: tuple[Called, ...]
    trials: tuple[tuple[Step, ...], ...] = field(default=())


def user(text: str) -> Said:
    return Said("user", text)


def agent(text: str) -> Said:
    return Said("agent", text)


def call(tool: str, **input: Any) -> Called:
    return Called(tool, input)


_CANCEL_41, _CANCEL_58 = call("cancel_booking", booking="KX41"), call("cancel_booking", booking="KX58")
_LOOK_41, _LOOK_58 = call("get_booking", booking="KX41"), call("get_booking", booking="KX58")
_ANA, _JONAS = call("get_customer", customer="C-2041"), call("get_customer", customer="C-3377")
_EVENING = call("change_booking", booking="KX41", train="RJ 78", card="amex 9021")
_EVENING_BY_VISA = call("change_booking", booking="KX41", train="RJ 78", card="visa 4417")
_TRAINS = call("search_trains", day="05-12")
_VOUCHER = call("send_voucher", customer="C-3377", amount=50)
_LATE = call("get_booking", booking="PL07")

CANCEL_BOTH = Task(
    "cancel both bookings",
    "Cancel both bookings of the customer.",
    (_CANCEL_41, _CANCEL_58),
    (
        (
            user("Please cancel my trips in May. I am customer C-2041."),
            _ANA,
            agent("You have two bookings, KX41 on 12 May and KX58 on 14 May. Shall I cancel both?"),
            user("Yes, both."),
            _CANCEL_41,
            _CANCEL_58,
            agent("Both bookings are cancelled; 168 go back to your amex 9021."),
        ),
        (
            user("I want to cancel my trip, booking KX41."),
            _LOOK_41,
            agent("KX41 on 12 May can be cancelled for a full refund. Shall I?"),
            user("Yes please. Was there not a second one?"),
            _CANCEL_41,
            agent("KX41 is cancelled; 84 go back to your amex 9021. I see no other booking."),
        ),
        (
            user("Cancel everything I have booked, please."),
            agent("Gladly. What is your customer number?"),
            user("It is C-2041."),
            _ANA,
            _LOOK_41,
            _LOOK_58,
            agent("KX41 and KX58 can both be cancelled. Shall I?"),
            user("Go ahead."),
            _CANCEL_58,
            _CANCEL_41,
            agent("Both are cancelled. You get 168 back."),
        ),
        (
            user("My trips in May do not work out. KX41 is one of them."),
            _LOOK_41,
            agent("Shall I cancel KX41 on 12 May?"),
            user("Yes, and the one back."),
            _CANCEL_41,
            agent("KX41 is cancelled. For the way back I need its booking number."),
            user("I do not have it at hand."),
            agent("Then please call again once you have found it."),
        ),
    ),
)

LATER_TRAIN = Task(
    "take the evening train",
    "Move KX41 to the train at 18:40, on the card that paid for it.",
    (_EVENING,),
    (
        (
            user("Can I take a later train on 12 May? My booking is KX41."),
            _LOOK_41,
            _TRAINS,
            agent("RJ 78 leaves at 18:40 for 92. Shall I move you, on your amex 9021?"),
            user("Yes."),
            _EVENING,
            agent("You are on RJ 78 now."),
        ),
        (
            user("Customer C-2041 here. I want the evening train instead of RJ 62."),
            _ANA,
            _TRAINS,
            agent("RJ 78 leaves at 18:40. I charge the difference to your visa 4417. Fine?"),
            user("If that is the card on file."),
            _EVENING_BY_VISA,
            agent("Done: RJ 78, charged to visa 4417."),
        ),
        (
            user("KX41: please move me to the evening."),
            _TRAINS,
            _LOOK_41,
            agent("RJ 78 at 18:40 for 92, paid by amex 9021 as before?"),
            user("Exactly."),
            _EVENING,
            agent("Your booking is changed."),
        ),
        (
            user("I am C-2041 and need a later train on 12 May."),
            _ANA,
            _TRAINS,
            agent("There is RJ 78 at 18:40. Which card shall I use, visa 4417 or amex 9021?"),
            user("The one I paid with."),
            _EVENING_BY_VISA,
            agent("You are on RJ 78; visa 4417 is charged."),
        ),
    ),
)

LATE_TRAIN = Task(
    "a voucher for the delay",
    "Send a voucher of 50 for a train that was more than 90 minutes late.",
    (_VOUCHER,),
    (
        (
            user("EC 15 was far too late. I am C-3377, booking PL07."),
            _LATE,
            agent("I am sorry: 95 minutes. I send you a voucher of 50."),
            user("Thank you."),
            _VOUCHER,
            agent("It is on its way."),
        ),
        (
            user("I want compensation for PL07."),
            _LATE,
            agent("I understand your frustration."),
            user("So what do I get?"),
            call("transfer_to_human", reason="customer wants compensation"),
            agent("A colleague will take over."),
        ),
        (
            user("My train was late, customer C-3377."),
            _JONAS,
            _LATE,
            agent("PL07 was 95 minutes late; that is a voucher of 50. May I send it?"),
            user("Please do."),
            _VOUCHER,
            agent("The voucher is sent."),
        ),
        (
            user("PL07 was late. What can you do?"),
            call("get_booking", booking="PL7"),
            _LATE,
            agent("95 minutes is over 90, so you get 50. I send the voucher to C-3377."),
            user("Great."),
            _VOUCHER,
            agent("Done."),
        ),
    ),
)

ONLY_ASKED = Task(
    "only a question",
    "Answer when the train leaves, and change nothing.",
    (),
    tuple(
        (user(question), _LOOK_58, agent("RJ 79 leaves at 19:05 on 14 May."))
        for question in (
            "When does my train for KX58 leave?",
            "KX58: at what time is that?",
            "Tell me when KX58 leaves, please.",
            "What time is my train? The booking is KX58.",
        )
    ),
)

TASKS = (CANCEL_BOTH, LATER_TRAIN, LATE_TRAIN, ONLY_ASKED)
