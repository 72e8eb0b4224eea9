"""The queue that serves its users in turn, and what was spent within the last minute."""

from collections import defaultdict, deque
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from understudy.providers.http.turns import Turns
from understudy.providers.http.window import Window


def drain(turns):
    while (item := turns.first()) is not None:
        turns.pop()
        yield item


def test_one_request_of_another_user_waits_for_one_only():
    turns = Turns()
    for number in range(1000):
        turns.add("a", ("a", number))
    turns.add("b", ("b", 0))
    assert list(drain(turns))[:3] == [("a", 0), ("b", 0), ("a", 1)]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_users_take_turns_whoever_leaves(entries):
    """Nobody gets a second turn while another who waited gets none; each user's own order is kept."""
    turns, waiting = Turns(), defaultdict(deque)
    for number, (user, leaves) in enumerate(entries):
        turns.add(user, (user, number))
        if leaves:
            turns.remove(user, (user, number))
        else:
            waiting[user].append((user, number))
    served = list(drain(turns))
    assert not turns
    assert {user: [item for item in served if item[0] == user] for user in waiting} == {
        user: list(items) for user, items in waiting.items()
    }
    left = {user: len(items) for user, items in waiting.items()}
    for (user, _), (after, _) in pairwise(served):
        left[user] -= 1
        assert after != user or all(not count for other, count in left.items() if other != user)


def test_removing_what_does_not_wait_changes_nothing():
    turns = Turns()
    turns.add("a", 1)
    turns.remove("a", 2)
    turns.remove("b", 1)
    assert list(drain(turns)) == [1]


steps = st.lists(st.tuples(st.floats(0, 40), st.integers(1, 15), st.integers(0, 20)), max_size=40)


@given(steps)
def test_no_sixty_seconds_hold_more_than_the_limit_of_what_was_known(entries):
    """Each is spent when the window says; then corrected at once, as if its answer had come."""
    window, now, spent = Window(10), 0.0, []
    for wait, amount, real in entries:
        now = max(now + wait, window.ready_at(amount, now + wait))
        assert window.ready_at(amount, now) == now
        within = sum(other for when, other in spent if when + 60 > now)
        assert within + min(amount, 10) <= 10 or not within
        window.correct(window.add(amount, now), real, now)
        spent.append((now, real))


@given(steps)
def test_a_window_makes_nobody_wait_for_longer_than_it_spans(entries):
    window, now = Window(10), 0.0
    for wait, amount, _ in entries:
        now += wait
        assert now <= window.ready_at(amount, now) <= now + 60
        window.add(amount, now)


def test_more_than_the_limit_fits_an_empty_window():
    window = Window(10)
    assert window.ready_at(500, 0.0) == 0.0
    window.add(500, 0.0)
    assert window.ready_at(1, 1.0) == 60.0


def test_a_correction_after_the_span_counts_only_what_is_more():
    window = Window(10)
    charge = window.add(4, 0.0)
    assert window.ready_at(10, 61.0) == 61.0
    window.correct(charge, 3, 61.0)
    assert window.ready_at(10, 61.0) == 61.0
    window.correct(charge, 9, 62.0)
    assert window.ready_at(6, 62.0) == 122.0
    assert window.ready_at(5, 62.0) == 62.0
