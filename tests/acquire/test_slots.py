"""Turns: delays hold, limits hold, and no host starves another."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from headwater.acquire.entries import Entry
from headwater.acquire.slots import Slots


def test_hosts_take_turns() -> None:
    slots = Slots(0.0, per_host=8)
    for i in range(6):
        slots.add("big", Entry(f"http://big/{i}", 0))
    slots.add("small", Entry("http://small/0", 0))
    order = []
    while turn := slots.take(1.0):
        order.append(turn[0])
        slots.release(turn[0], 1.0, 1.0)
    assert order.index("small") <= 2 and len(order) == 7 and slots.num_waiting == 0


def test_delay_and_pause() -> None:
    slots = Slots(1.0, per_host=2)
    for i in range(3):
        slots.add("h", Entry(f"http://h/{i}", 0))
    assert slots.take(10.0) and slots.take(10.5) is None and slots.next_ready_at() == 11.0
    slots.slow_down("h", 5.0)
    assert slots.take(11.0) and slots.take(15.9) is None  # two in flight: the third waits for a release too
    slots.release("h", 10.0, 12.0)
    assert slots.take(15.9) is None and slots.take(16.0)
    slots.release("h", 11.0, 16.0)
    slots.add("h", Entry("http://h/4", 0))
    slots.pause("h", 40.0)
    assert slots.take(39.9) is None and slots.take(40.0)


def test_room_and_what_is_wanted() -> None:
    """A host without room waits; what is no longer wanted takes no turn and owes no delay."""
    room = {"h": 1.0}
    slots = Slots(5.0, 8, lambda host: room[host], lambda entry: "no" not in entry.url)
    for name in ("no1", "no2", "yes", "no3", "more"):
        slots.add("h", Entry(f"http://h/{name}", 0))
    turn = slots.take(1.0)
    assert turn and turn[1].url == "http://h/yes" and slots.num_waiting == 2
    assert slots.take(6.0) is None and slots.next_ready_at() is None  # one in flight fills the room
    slots.release("h", 1.0, 6.0)
    turn = slots.take(6.0)
    assert turn and turn[1].url == "http://h/more"
    slots.add("h", Entry("http://h/last", 0))
    room["h"] = 0.0
    slots.release("h", 6.0, 12.0)
    assert slots.take(12.0) is None and slots.next_ready_at() is None and slots.num_waiting == 1


def test_a_crawl_that_goes_on_owes_the_first_delay() -> None:
    slots = Slots(1.0, 2, not_before=11.0)
    slots.add("h", Entry("http://h/", 0))
    assert slots.take(10.9) is None and slots.take(11.0)


def test_failures_at_once_count_once() -> None:
    slots = Slots(0.0, per_host=8)
    for i in range(4):
        slots.add("h", Entry(f"http://h/{i}", 0))
        slots.take(0.0)
    assert [slots.release("h", 0.0, 5.0 + i, failed=True) for i in range(3)] == [1, 1, 1]
    assert slots.release("h", 6.0, 9.0, failed=True) == 2
    slots.add("h", Entry("http://h/9", 0))
    assert [entry.url for entry in slots.drop("h")] == ["http://h/9"] and slots.num_waiting == 0


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0.0, 0.5, 2.0]))
def test_promises_hold_under_any_order(seed: int, per_host: int, delay_s: float) -> None:
    rng = random.Random(seed)
    slots = Slots(delay_s, per_host)
    added = [Entry(f"http://h{rng.randrange(4)}/{i}", 0) for i in range(30)]
    for entry in added:
        slots.add(entry.url.split("/")[2], entry)
    now, taken, flying, last = 0.0, [], [], {}
    while len(taken) < len(added):
        turn = slots.take(now)
        if turn is not None:
            host, entry = turn
            assert now - last.get(host, -1e9) >= delay_s
            last[host] = now
            flying.append(host)
            taken.append(entry)
            assert flying.count(host) <= per_host
        elif flying and rng.random() < 0.7:
            slots.release(flying.pop(rng.randrange(len(flying))), now, now, failed=rng.random() < 0.2)
        else:
            now += rng.random()
    assert sorted(taken) == sorted(added)
    for host in {entry.url.split("/")[2] for entry in added}:  # order within a host is kept
        assert [e for e in taken if e.url.split("/")[2] == host] == [e for e in added if e.url.split("/")[2] == host]
