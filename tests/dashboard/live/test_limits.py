import pytest

from dashboard.live.limits import HELLOS_AT_ONCE, MESSAGES_AT_ONCE, Allowance
from dashboard.live.messages import TOO_MANY, RefusedError
from dashboard.live.standing import Session


def come_and_go(person_id: int, times: float) -> None:
    for _ in range(int(times)):
        allowance = Allowance.of(Session("", person_id))
        try:
            allowance.come()
        finally:
            allowance.give_back()


def say(sockets: list[Allowance], times: float) -> None:
    for n in range(int(times)):
        sockets[n % len(sockets)].say()


def test_whoever_leaves_and_comes_again_comes_no_more_often_than_one_may() -> None:
    come_and_go(-1, HELLOS_AT_ONCE)
    with pytest.raises(RefusedError, match=str(TOO_MANY)):
        come_and_go(-1, HELLOS_AT_ONCE)
    come_and_go(-2, 1)


def test_all_sockets_of_one_person_say_no_more_than_one_may() -> None:
    sockets = [Allowance.of(Session("", -3)) for _ in range(2)]
    with pytest.raises(RefusedError, match=str(TOO_MANY)):
        say(sockets, 2 * MESSAGES_AT_ONCE)
    Allowance.of(Session("", -4)).say()
