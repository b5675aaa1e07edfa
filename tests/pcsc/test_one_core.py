"""A thread is kept on one processor while it must be, and no longer."""

from __future__ import annotations

import os
import threading

from onecard.virtual_cards.readers.one_core import OneCore


def processors() -> set[int]:
    return os.sched_getaffinity(0)


def test_keepers_end_in_any_order_and_the_last_sets_free() -> None:
    before = processors()
    first, second = OneCore(), OneCore()
    assert len(processors()) == 1
    first.end()
    assert len(processors()) == 1
    first.end()
    second.end()
    assert processors() == before


def test_what_the_thread_starts_is_kept_with_it() -> None:
    core = OneCore()
    seen: list[set[int]] = []
    thread = threading.Thread(target=lambda: seen.append(processors()))
    thread.start()
    thread.join()
    kept = processors()
    core.end()
    assert seen == [kept]


def test_another_thread_may_end_it_also_after_its_own_has_ended() -> None:
    before = processors()
    made: list[OneCore] = []
    thread = threading.Thread(target=lambda: made.append(OneCore()))
    thread.start()
    thread.join()
    made[0].end()
    assert processors() == before
    core = OneCore()
    other = threading.Thread(target=core.end)
    other.start()
    other.join()
    assert processors() == before
