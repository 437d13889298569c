"""What a computation tells of how far it is."""

from __future__ import annotations

import itertools
import threading

import pytest

from ecograph.progress import listen, track


def test_items_come_through_unchanged_when_nobody_listens() -> None:
    assert list(track("abc", 3, "letters")) == ["a", "b", "c"]


def test_a_listener_hears_of_an_item_once_it_is_done() -> None:
    heard: list[tuple[int, int, str]] = []
    with listen(lambda *news: heard.append(news)):
        items = track("abc", 3, "letters")
        assert next(items) == "a"
        assert heard == [(0, 3, "letters")]
        assert next(items) == "b"
        assert heard[-1] == (1, 3, "letters")
        assert list(items) == ["c"]
    assert heard[-1] == (3, 3, "letters")


def test_an_endless_source_is_read_only_as_far_as_asked() -> None:
    source = itertools.count()
    with listen(lambda *_: None):
        assert list(itertools.islice(track(source, 2, "numbers"), 2)) == [0, 1]
    assert next(source) == 2


def test_the_listener_is_gone_afterwards_even_after_a_failure() -> None:
    heard: list[int] = []
    with pytest.raises(ZeroDivisionError), listen(lambda done, *_: heard.append(done)):
        heard.append(1 // 0)
    assert list(track("ab", 2, "letters")) == ["a", "b"]
    assert heard == []


def test_two_threads_do_not_hear_of_each_other() -> None:
    heard: list[int] = []
    with listen(lambda done, *_: heard.append(done)):
        other = threading.Thread(target=lambda: list(track("abc", 3, "letters")))
        other.start()
        other.join()
    assert heard == []
