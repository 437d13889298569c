"""Find the dialect of delimited text: delimiter, quotation mark, escape, line ends, width."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecograph.reading.text.tokens import Marks, find_line_end, split_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["SAMPLE", "Dialect", "find_dialect", "sample_rows"]

SAMPLE = 1 << 18
"""Characters from the start of a text that decide on its dialect."""

_USUAL = (",", ";", "\t", "|", "；", "，")
_UNUSUAL = ("：", ":", " ")
_SPACED = (",", ";", "|")  # may have a blank behind them
_RECORDS = 400  # of the sample, that are split by every delimiter
_LONGEST_DECLARED = 8  # characters of a line such as sep=;
_EVEN = 0.9  # share of records of one width that speaks for a delimiter as well as the best one
_ALL = 0.95
_HALF = 0.5
_SOME = 0.3
_FEW = 3  # records or columns from which an unusual delimiter is believed


@dataclass(frozen=True)
class Dialect:
    """How a text is written.

    Parameters
    ----------
    marks
        Delimiter, quotation mark and escape.
    line_end
        LF, CRLF, CR or mixed; empty where there is one line only.
    width
        Cells of most records; 0 for a text without any.
    rivals
        Delimiters that would fit nearly as well.
    start
        Where the records begin: behind a line such as ``sep=;``.
    """

    marks: Marks
    line_end: str = ""
    width: int = 0
    rivals: tuple[str, ...] = ()
    start: int = 0

    def describe(self) -> dict[str, str]:
        """Say it in words, as `RawSheet.dialect` holds it."""
        return {
            "delimiter": self.marks.delimiter,
            "quote": self.marks.quote,
            "escape": "backslash" if self.marks.backslash else "doubled",
            "line_end": self.line_end,
        }


@dataclass(frozen=True)
class _Trial:
    """What records look like when they are split by some marks."""

    marks: Marks
    widths: Mapping[int, int] = field(default_factory=dict)
    first: int = 0
    framed: int = 0
    broken: int = 0

    @property
    def records(self) -> int:
        return sum(self.widths.values()) + self.broken

    @property
    def width(self) -> int:
        """The width of most records; 1 where more have no delimiter than have any one width."""
        wide = {width: n for width, n in self.widths.items() if width > 1}
        best = max(wide, key=lambda width: wide[width], default=1)
        sure = self.first > 1 or wide.get(best, 0) >= self.widths.get(1, 0)
        return best if sure else 1

    @property
    def share(self) -> float:
        """The share of records of that width; 0 where nothing is split."""
        return self.widths.get(self.width, 0) / self.records if self.width > 1 else 0.0

    @property
    def agrees(self) -> bool:
        """Whether the first record is as wide as most of the others."""
        return self.first == self.width > 1

    @property
    def merit(self) -> tuple[float, int]:
        return (self.share + self.agrees / 4, self.width)


def find_dialect(text: str) -> Dialect:
    r"""Find the dialect of a text by splitting its first records in every way.

    The delimiter is the one that gives most records, the first among them, one and the same
    width. Blank and colon are believed only where no usual delimiter splits anything.

    Parameters
    ----------
    text
        The text, or as much of it as `SAMPLE` characters.

    Examples
    --------
    >>> find_dialect("id;name\n1;Smith, Ann\n").describe()["delimiter"]
    ';'
    >>> find_dialect("id, name\n1, 'a, b'\n2, 'c'\n").marks
    Marks(delimiter=', ', quote="'", backslash=False)
    """
    sample = text[:SAMPLE]
    declared, start = _read_declared(sample)
    body = sample[start:]
    usual = [_try_marks(body, Marks(sign)) for sign in ((declared,) if declared else _USUAL)]
    best = max(usual, key=lambda trial: trial.merit)
    rivals = _list_rivals(usual, best)
    spaced = _try_spaced(body, best)
    if spaced is not None:
        best, rivals = spaced, ()
    elif not declared and not best.agrees and best.share < _HALF:
        best = _try_unusual(body) or (best if best.width > 1 else usual[0])
        rivals = _list_doubts(best)
    best = _refine(body, best)
    width = best.width if best.records else 0
    return Dialect(best.marks, _find_line_end(body), width, rivals, start)


def sample_rows(text: str, dialect: Dialect) -> Iterator[list[str]]:
    r"""Sample rows behind the first one that are whole and as wide as most.

    >>> text = "id,name\n1,a\n2\n3,c\n"
    >>> list(sample_rows(text, find_dialect(text)))
    [['1', 'a'], ['3', 'c']]
    """
    split = _split_sample(text[dialect.start : dialect.start + SAMPLE], dialect.marks)
    next(split, None)
    for cells, _, whole in split:
        if whole and len(cells) == dialect.width and any(cell.strip() for cell in cells):
            yield cells


def _read_declared(text: str) -> tuple[str, int]:
    """Read the delimiter that a spreadsheet program declared in a first line of its own."""
    if text[:4].lower() != "sep=":
        return "", 0
    stop, behind = find_line_end(text, 0)
    declared = text[4:stop]
    return (declared, behind) if 0 < len(declared) < _LONGEST_DECLARED else ("", 0)


def _try_marks(text: str, marks: Marks) -> _Trial:
    widths: Counter[int] = Counter()
    first = framed = broken = 0
    for cells, frames, whole in _split_sample(text, marks):
        if not whole:
            broken += 1
        elif any(cell.strip() for cell in cells):
            first = first or len(cells)
            widths[len(cells)] += 1
            framed += frames
    return _Trial(marks, widths, first, framed, broken)


def _split_sample(text: str, marks: Marks) -> Iterator[tuple[list[str], int, bool]]:
    """Split the first records; a line that is no record ends at its own end."""
    start, count = 0, 0
    while start < len(text) and count < _RECORDS:
        stop, behind = find_line_end(text, start)
        split = split_record(text, start, stop, marks=marks)
        whole = split.state == "whole"
        if whole and split.stop > stop:
            _, behind = find_line_end(text, split.stop)
        yield split.cells, split.framed, whole
        start, count = behind, count + 1


def _list_rivals(trials: list[_Trial], best: _Trial) -> tuple[str, ...]:
    """List delimiters whose records, the first one too, are as even as those of the best."""
    return tuple(
        trial.marks.delimiter
        for trial in trials
        if trial is not best
        and trial.records > 1
        and trial.agrees
        and trial.share >= _EVEN * best.share
    )


def _list_doubts(trial: _Trial) -> tuple[str, ...]:
    """Name the usual delimiter as rival of an unusual one that no quotation mark confirms."""
    return () if trial.marks.delimiter in _USUAL or trial.framed else (",",)


def _try_unusual(text: str) -> _Trial | None:
    """Split at colons or blanks, where the first record and nearly all others are as wide."""
    trials = [_try_marks(text, Marks(sign)) for sign in _UNUSUAL]
    sure = [trial for trial in trials if trial.agrees and _is_sure(trial)]
    return max(sure, key=lambda trial: trial.merit, default=None)


def _is_sure(trial: _Trial) -> bool:
    if trial.framed and trial.width >= _FEW:
        return trial.share >= _SOME
    narrow = trial.marks.delimiter == " " and trial.width < _FEW
    return trial.share >= _ALL and trial.records >= _FEW and not narrow


def _try_spaced(text: str, best: _Trial) -> _Trial | None:
    """Split where a blank belongs to the delimiter, if that is as good as without it."""
    trials = [_try_marks(text, Marks(f"{sign} ")) for sign in _SPACED if f"{sign} " in text]
    better = [trial for trial in trials if trial.agrees and trial.merit >= best.merit]
    return max(better, key=lambda trial: trial.merit, default=None)


def _refine(text: str, trial: _Trial) -> _Trial:
    """Find the quotation mark and the escape."""
    delimiter = trial.marks.delimiter
    if not trial.framed and _count_framed(text, delimiter, "'") > 1:
        return _try_marks(text, Marks(delimiter, "'"))
    if '\\"' in text:
        escaped = _try_marks(text, Marks(delimiter, '"', backslash=True))
        return escaped if escaped.broken < trial.broken else trial
    return trial


def _count_framed(text: str, delimiter: str, quote: str) -> int:
    """Count cells framed by a quotation mark: as many as open behind and close before a sign."""
    lines = [line for line in text.splitlines()[:_RECORDS] if line]
    opened = sum(line.count(delimiter + quote) + line.startswith(quote) for line in lines)
    closed = sum(line.count(quote + delimiter) + line.endswith(quote) for line in lines)
    return min(opened, closed)


def _find_line_end(text: str) -> str:
    pairs = text.count("\r\n")
    counts = {"CRLF": pairs, "LF": text.count("\n") - pairs, "CR": text.count("\r") - pairs}
    used = [name for name, count in counts.items() if count]
    return "mixed" if len(used) > 1 else "".join(used)
