"""What events yield: from firms and results shown to intents, signed and paid agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ecograph.analysis.funnels import BASES, STAGES, measure_funnel
from ecograph.render.page import is_missing
from ecograph.render.plots.canvas import GRID, INK, MUTED, measure_text, take_result, write
from ecograph.render.plots.sheet import break_lines, draw_box, open_sheet, say_lack
from ecograph.render.reporting.tables import list_rows
from ecograph.render.reporting.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ecograph.ecosystem import Ecosystem

__all__ = ["Funnel", "Step", "list_funnels", "plot_events"]

_OF: Mapping[str, tuple[str, ...]] = {
    "matched": ("achievements",),
    "intents": ("firms", "achievements", "matched"),
    "signed": ("intents", "firms", "achievements"),
    "paid": ("signed",),
}
"""What a stage is a share of, the first that is known."""

_WIDE = 600  # from here on what is said of a stage stands behind its bar, not below its name
_BAR, _HEAD = 16, 28  # pixels
_FUNNELS = 3
_COLOURS = {"stated": "#7DB8D9", "listed": "#7FC3AE", "published": "#E3B96B"}
_HATCHES = {"stated": "", "listed": "///", "published": "..."}


class Step(NamedTuple):
    """A stage: how many, and of what stage they are which share, with its interval and flags."""

    stage: str
    number: float
    of: str
    share: float
    low: float
    high: float
    whole: float
    flags: str


class Funnel(NamedTuple):
    """The stages of one sort of figures: where they come from, of what, and of how many events."""

    basis: str
    name: str
    events: float
    steps: list[Step]


def plot_events(
    ecosystem: Ecosystem,
    *,
    results: Mapping[str, pd.DataFrame] | None = None,
    lang: str | None = None,
    width: float = 720,
) -> Figure:
    """Plot what events yield as a funnel, each sort of figures by itself.

    What events state of themselves, rows that are listed and totals that an office published are
    never added, so each has a funnel of its own. The line on a bar is the interval of the share,
    laid on what it is a share of.

    Parameters
    ----------
    ecosystem
        The ecosystem.
    results
        Result tables that are there already: ``funnel``; it is computed where it is missing.
    lang
        ``en`` or ``zh``; by default the ecosystem's language.
    width
        In pixels; below 600 what is said of a stage stands below it.

    Returns
    -------
    matplotlib.figure.Figure
        Of at most three funnels; words where no event states what it brought.
    """
    voice = Voice(lang or ecosystem.lang, ecosystem.currency)
    funnels = list_funnels(take_result(ecosystem, results, "funnel", compute=measure_funnel))
    if not funnels:
        return say_lack(ecosystem, "funnel", lang=voice.lang, width=width)
    wide = width >= _WIDE
    row = 28 if wide else 46
    heads = [break_lines(_name_funnel(funnel, voice), width - 16, size=13) for funnel in funnels]
    heights = [
        12 + 19 * len(head) + row * len(funnel.steps)
        for head, funnel in zip(heads, funnels, strict=True)
    ]
    label = str(voice.say("events.chart"))
    figure, axes = open_sheet(width, sum(heights) + 4, label=label)
    names = [voice.say(f"events.stage_{step.stage}") for f in funnels for step in f.steps]
    said = [_say_step(step, voice) for f in funnels for step in f.steps]
    left = 8 + 1.15 * measure_text(names) + 12
    right = width - 16 - 1.15 * measure_text(said, cells=60) if wide else width - 60
    top = 0.0
    for funnel, head, height in zip(funnels, heads, heights, strict=True):
        _draw_head(axes, head, (top, width))
        start = top + 12 + 19 * len(head)
        _draw_funnel(axes, funnel, voice, (left, right, start, row))
        top += height
    return figure


def list_funnels(table: pd.DataFrame) -> list[Funnel]:
    """List the funnels that have at least two stages: stated, listed, published.

    Of published ones, which are never added to each other, those with most stages come first.
    """
    scopes = {"stated": "all", "listed": "all", "published": "register"}
    found = []
    for basis in BASES:
        part = table[(table["basis"] == basis) & (table["scope"] == scopes[basis])]
        own = [_read_funnel(list_rows(rows)) for _, rows in part.groupby("channel", sort=False)]
        found += sorted(own, key=lambda funnel: -len(funnel.steps))
    return [funnel for funnel in found if len(funnel.steps) > 1][:_FUNNELS]


def _read_funnel(rows: Sequence[Mapping[str, Any]]) -> Funnel:
    """Read the stages of a channel: counts from every pair, the share from the nearest stage."""
    counts: dict[str, float] = {}
    for row in rows:
        if row["stage"] != "amount":
            counts.setdefault(row["stage"], float(row["part"]))
        if row["of"] in STAGES and row["stage"] != "amount":
            counts.setdefault(row["of"], float(row["whole"]))
    events = max((float(row["events"]) for row in rows if not is_missing(row["events"])), default=0)
    pairs = {(row["stage"], row["of"]): row for row in rows}
    steps = [
        _read_step(stage, counts[stage], pairs)
        for stage in STAGES
        if not is_missing(counts.get(stage))
    ]
    return Funnel(str(rows[0]["basis"]), str(rows[0]["name"]), events, steps)


def _read_step(
    stage: str, count: float, pairs: Mapping[tuple[str, str], Mapping[str, Any]]
) -> Step:
    known = [pairs[stage, of] for of in _OF.get(stage, ()) if (stage, of) in pairs]
    nothing = float("nan")
    told = [row for row in known if not is_missing(row["value"]) and "exceeds" not in row["flags"]]
    if not told:
        flags = str(pairs.get((stage, "events"), {}).get("flags", ""))
        return Step(stage, count, "", nothing, nothing, nothing, nothing, flags)
    row = told[0]
    share, low, high, whole = (float(row[n]) for n in ("value", "ci_low", "ci_high", "whole"))
    return Step(
        stage, float(row["part"]), str(row["of"]), share, low, high, whole, str(row["flags"])
    )


def _name_funnel(funnel: Funnel, voice: Voice) -> str:
    """Say where the figures of a funnel come from."""
    said = voice.tell("funnel_basis", funnel.basis)
    if funnel.basis == "published":
        return f"{said}{voice.say('colon')}{funnel.name}"
    if funnel.events:
        events = voice.say("events.of_events", number=voice.write(funnel.events, "count"))
        return f"{said}{voice.say('events.in_brackets', said=events)}"
    return said


def _say_step(step: Step, voice: Voice) -> str:
    """Say what share a stage is of another, and its interval; of the first ones only how many."""
    if not step.of:
        return "" if "partial" not in step.flags else voice.tell("flag", "partial")
    bounds = voice.write_range(step.low, step.high, "share")
    said = voice.say(
        "events.share",
        share=voice.write(step.share, "share"),
        of=voice.say(f"events.stage_{step.of}"),
    ).unescape()
    inside = str(voice.say("events.in_brackets", said=bounds)) if bounds else ""
    partly = [voice.tell("flag", "partial")] if "partial" in step.flags else []
    return str(voice.say("comma")).join([said + inside, *partly])


def _draw_head(axes: Axes, head: Sequence[str], place: tuple[float, float]) -> None:
    """Write over a funnel where its figures come from."""
    top, width = place
    axes.plot((4, width - 4), (top + 3, top + 3), color=GRID, linewidth=1)
    for number, line in enumerate(head):
        baseline = top + 22 + 19 * number
        write(axes, (8, baseline), line, size=13, weight="bold", cells=200)


def _draw_funnel(
    axes: Axes, funnel: Funnel, voice: Voice, frame: tuple[float, float, float, float]
) -> None:
    """Draw a bar a stage, all of a funnel to one scale, and the interval of its share on it."""
    left, right, top, row = frame
    most = max(max(_list_ends(step)) for step in funnel.steps)
    counts = [voice.write(step.number, "count") for step in funnel.steps]
    room = 1.15 * measure_text(counts) + 12
    scale = max(right - left - room, 40) / max(most, 1)
    wide = row < 40  # noqa: PLR2004 - what is said stands behind
    for number, (step, count) in enumerate(zip(funnel.steps, counts, strict=True)):
        y = top + row * number
        name = voice.say(f"events.stage_{step.stage}").unescape()
        said = _say_step(step, voice)
        write(axes, (8, y + 17), name)
        look = {"facecolor": _COLOURS[funnel.basis], "hatch": _HATCHES[funnel.basis]}
        note = f"{name}: {count}" + f" ({said})" * bool(said)
        size = (max(scale * step.number, 1), _BAR)
        draw_box(axes, (left, y + 5), size, say=note, edgecolor="white", **look)
        ends = [left + scale * end for end in _list_ends(step)]
        axes.plot(ends[1:], (y + 13,) * (len(ends) - 1), color=INK, linewidth=1.4)
        for end in ends[1:]:
            axes.plot((end, end), (y + 9, y + 17), color=INK, linewidth=1.4)
        write(axes, (max(ends) + 6, y + 17), count, weight="bold")
        if said:
            at = (right + 12, y + 17) if wide else (8, y + 36)
            write(axes, at, said, colour=MUTED, cells=60)


def _list_ends(step: Step) -> Iterator[float]:
    """List how far a bar reaches, then both ends of the interval on it, where there is one."""
    yield step.number
    if not (is_missing(step.low) or is_missing(step.high)):
        yield step.low * step.whole
        yield step.high * step.whole
