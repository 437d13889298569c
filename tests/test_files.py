import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ecograph.files import Draft, sweep_leftovers, uninterrupted, write_bytes


def names(folder: Path) -> list[str]:
    return sorted(str(f.relative_to(folder)) for f in folder.rglob("*"))


def test_a_failed_write_leaves_the_earlier_file_and_no_leftover(tmp_path, monkeypatch):
    file = tmp_path / "tables" / "gaps.csv"
    write_bytes(file, b"old")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_bytes(file, b"new")
    assert file.read_bytes() == b"old"
    assert [f.name for f in file.parent.iterdir()] == ["gaps.csv"]


def test_leftovers_of_a_killed_run_are_swept_and_nothing_else(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / ".gaps.csv.ecograph-part").write_text("half")
    (tmp_path / "mine.txt").write_text("keep")
    sweep_leftovers(tmp_path)
    assert sorted(f.name for f in tmp_path.rglob("*") if f.is_file()) == ["mine.txt"]


def test_files_of_a_draft_take_their_places_together(tmp_path):
    write_bytes(tmp_path / "a", b"old")
    with Draft() as draft:
        draft.add(tmp_path / "a", b"new")
        draft.add(tmp_path / "deep" / "b", b"new")
        assert (tmp_path / "a").read_bytes() == b"old"
        assert not (tmp_path / "deep" / "b").exists()
        draft.publish()
    assert names(tmp_path) == ["a", "deep", "deep/b"]
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_draft_that_is_not_published_leaves_nothing_not_even_its_folders(tmp_path):
    with Draft() as draft:
        draft.hold(tmp_path / "out")
        draft.add(tmp_path / "out" / "tables" / "a", b"new")
        assert len(names(tmp_path)) == 3
    assert names(tmp_path) == []


def test_the_file_that_is_held_back_comes_last(tmp_path):
    with Draft() as draft:
        for name in ("a", "record", "z"):
            draft.add(tmp_path / name, b"x")
        draft.publish(but=tmp_path / "record")
        assert [n for n in names(tmp_path) if not n.startswith(".")] == ["a", "z"]
        draft.publish()
    assert names(tmp_path) == ["a", "record", "z"]


def test_a_file_that_cannot_be_written_leaves_the_others_of_the_draft(tmp_path, monkeypatch):
    with Draft() as draft:
        draft.add(tmp_path / "a", b"x")
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
            with pytest.raises(OSError, match="full"):
                draft.add(tmp_path / "b", b"x")
        draft.publish()
    assert names(tmp_path) == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends the signal of Ctrl-C to itself")
def test_an_interrupt_waits_for_the_quick_steps():
    steps = []
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background

    def work() -> None:
        with uninterrupted():
            os.kill(os.getpid(), signal.SIGINT)
            steps.append("done all the same")

    try:
        with pytest.raises(KeyboardInterrupt):
            work()
    finally:
        signal.signal(signal.SIGINT, earlier)
    assert steps == ["done all the same"]


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_two_drafts_do_not_hold_a_folder_at_once(tmp_path):
    seen = []

    def second() -> None:
        with Draft() as draft:
            draft.hold(tmp_path)
            seen.append("second")

    with Draft() as draft:
        draft.hold(tmp_path)
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.2)
        seen.append("first")
    other.join()
    assert seen == ["first", "second"]


def test_abandoned_drafts_are_gone_and_no_other_begins(tmp_path):
    code = (
        "import sys, threading\n"
        "from pathlib import Path\n"
        "from ecograph.files import Draft, abandon_drafts\n"
        "out = Path(sys.argv[1])\n"
        "with Draft() as draft:\n"
        "    draft.add(out / 'new' / 'a', b'x')\n"
        "    abandon_drafts()\n"
        "    late = threading.Thread(target=draft.add, args=(out / 'b', b'x'), daemon=True)\n"
        "    late.start()\n"
        "    late.join(0.2)\n"
        "    print(late.is_alive(), list(out.iterdir()))\n"
        "    import os; sys.stdout.flush(); os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, check=True)
    assert done.stdout.decode().strip() == "True []"
