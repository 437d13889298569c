"""What a computation tells of how far it is."""

from __future__ import annotations

import itertools
import threading

import networkx as nx
import pytest

from ecograph import engine
from ecograph.progress import listen, track
from ecograph.reading.sources import read_source


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


@pytest.mark.parametrize(
    "measure",
    [engine.compute_betweenness, engine.compute_harmonic, engine.compute_constraint],
)
def test_long_measures_tell_of_every_batch(measure) -> None:
    heard: list[tuple[int, int, str]] = []
    network = nx.to_scipy_sparse_array(nx.gnp_random_graph(300, 0.05, seed=1), format="csr")
    with listen(lambda *news: heard.append(news)):
        measure(network.astype(float))
    total = heard[0][1]
    assert [done for done, *_ in heard] == list(range(total + 1))
    assert total >= 1


def test_reading_a_folder_tells_of_every_file(tmp_path) -> None:
    for name in ("universities", "enterprises"):
        (tmp_path / f"{name}.csv").write_text("id,name\n1,A\n", encoding="utf-8")
    heard: list[tuple[int, int, str]] = []
    with listen(lambda *news: heard.append(news)):
        read_source(tmp_path)
    assert heard == [(0, 2, "files"), (1, 2, "files"), (2, 2, "files")]
