import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ecograph.cli.bar import _Stage, watch_stages

ROOT = Path(__file__).parent.parent
CODE = """
import time
from ecograph.cli.bar import watch_stages
from ecograph.progress import track

with watch_stages(quiet={quiet}) as watch:
    with watch("quick"):
        time.sleep(0.2)
    with watch("counted"):
        for _ in track(range(20), 20, "paths"):
            time.sleep(0.06)
    with watch("uncounted"):
        time.sleep(1.0)
"""


def show(code):
    """Run code with standard error on a terminal; return what the terminal got."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "24"},
    )
    os.close(theirs)
    shown = bytearray()
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # the other end has closed
            break
        if not some:
            break
        shown += some
    assert process.wait() == 0
    os.close(ours)
    return shown.decode()


def test_a_stage_over_half_a_second_shows_a_bar_with_rate_and_time_left():
    shown = show(CODE.format(quiet=False))
    assert "quick" not in shown
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    counted = re.findall(r"counted +(━+)\S* *(\d+) of 20 paths, +(\S+)/s, +(\S+) left", plain)
    assert counted
    assert all(0 < float(rate) <= 20 for _, _, rate, _ in counted)  # a unit takes 0.06 s or more
    assert all(1 < int(done) <= 20 for _, done, _, _ in counted)  # half a second has passed
    assert re.search(r"uncounted +━+ 0:0[1-9]", plain)
    assert shown.rstrip().endswith(("\x1b[?25h", "\x1b[2K"))  # no bar is left behind


def test_nothing_is_shown_to_whom_wants_quiet():
    assert show(CODE.format(quiet=True)) == ""


def test_nothing_is_shown_where_there_is_no_terminal(capfd):
    with watch_stages(quiet=False) as watch, watch("long"):
        time.sleep(0.7)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("done", "now", "words"),
    [
        (0, 3.0, "0 of 1,000 sources"),
        (100, 6.0, "100 of 1,000 sources, 25/s, 0:36 left"),
        (10, 6.0, "10 of 1,000 sources, 2.5/s, 6:36 left"),
        (1000, 6.0, "1,000 of 1,000 sources, 250/s, 0:00 left"),
    ],
)
def test_rate_and_time_left(done, now, words):
    stage = _Stage("centrality", 0.0, counting_since=2.0, total=1000, unit="sources", done=done)
    assert stage.describe(now) == words


def test_a_new_count_within_a_stage_begins_anew():
    stage = _Stage("map", 0.0)
    assert stage.describe(61.0) == "1:01"
    stage.hear(0, 10, "rounds")
    first = stage.counting_since
    stage.hear(10, 10, "rounds")
    time.sleep(0.01)
    stage.hear(0, 4, "nodes")
    assert stage.counting_since > first
    assert (stage.done, stage.total, stage.unit) == (0, 4, "nodes")
