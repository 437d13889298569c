"""The commands, each: open, call one function of the library, print."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecograph.cli.bar import watch_stage, watch_stages
from ecograph.cli.explaining import explain_commands
from ecograph.cli.exporting import export_commands
from ecograph.cli.history import history_commands
from ecograph.cli.inputs import check, convert, generate, read, schema, template
from ecograph.cli.opening import deliver_result, find_status, open_data
from ecograph.cli.options import (
    Choices,
    data_argument,
    exact_option,
    mask_options,
    setting_options,
    table_options,
)
from ecograph.cli.resolving import resolve_commands
from ecograph.cli.screen import note, print_said
from ecograph.cli.tables import table_commands

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ecograph.analysis.backbone import Method
    from ecograph.ecosystem import Ecosystem
    from ecograph.masking import Mask
    from ecograph.render.maps import RendererName
    from ecograph.workflow import Run

__all__ = ["commands"]

_OUT = click.Path(path_type=Path)
_ON_MAPS = {"explorer": ("centrality", "communities", "gaps", "tiers"), "pyvis": ("centrality",)}
_METHODS = ("fixed_sizes", "sdsm", "disparity")
_PARTS = (
    "organisation",
    "university",
    "platform",
    "enterprise",
    "institution",
    "discipline",
    "industry",
)


@click.command()
@data_argument
@click.option("-o", "--output", type=_OUT, required=True, help="The folder to fill.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of kept results, to share them between several output folders; "
    "by default .cache in the folder to fill.",
)
@click.option("--no-cache", is_flag=True, help="Compute everything again, and keep nothing.")
@click.option("--crate", is_flag=True, help="Describe the folder as an RO-Crate too.")
@exact_option
@mask_options
@setting_options
def analyse(
    data: Path,
    output: Path,
    *,
    cache: Path | None,
    no_cache: bool,
    crate: bool,
    mask: Mask | None,
    choices: Choices,
) -> int:
    """Do the main job: tables, report and map, into one folder.

    \b
    Example:
      ecograph analyse data/jinzhong -o out/jinzhong
      ecograph analyse data/jinzhong -o out/shared --mask --mask-key-file key.txt

    Run again, it computes only if the data, the settings or ecograph have changed.
    """
    from ecograph.workflow import analyse as run_analysis

    if cache and no_cache:
        raise click.UsageError("--cache and --no-cache contradict each other.")
    if cache and mask:
        raise click.UsageError(
            "--cache and --mask contradict each other: of a copy nothing is kept."
        )
    kept = cache or not no_cache
    with watch_stages(quiet=choices.quiet) as watch:
        run = run_analysis(
            data,
            output,
            settings=choices.settings,
            watch=watch,
            cache=kept,
            mask=mask,
            crate=crate,
        )
    _warn_open(mask, run.digest.lang)
    return _report_run(run, output, choices)


def _warn_open(mask: Mask | None, lang: str) -> None:
    """Say that a mask without a key can be taken off by whoever has the ids."""
    from ecograph.texts import translate

    if mask and mask.key is None:
        note(translate("screen.mask_open", lang))


_backbone_option = click.option(
    "--backbone",
    type=click.Choice(_METHODS),
    is_flag=False,
    flag_value=_METHODS[0],
    metavar="[METHOD]",
    help="Only ties that are more than chance: shared agreements where every agreement keeps its "
    "size (fixed_sizes, without METHOD) or only in the mean (sdsm), or the shares of each end "
    "(disparity).",
)


@click.command()
@data_argument
@click.option("--part", type=click.Choice(_PARTS), default="organisation", show_default=True)
@click.option(
    "--weighting",
    type=click.Choice(["count", "newman"]),
    help="Shared agreements, or 1/(k-1) for an agreement of k members of the part.",
)
@_backbone_option
@table_options
@setting_options
def project(
    data: Path,
    part: str,
    weighting: str | None,
    backbone: Method | None,
    form: str | None,
    output: Path | None,
    choices: Choices,
) -> int:
    """Write the one-mode network: who shares agreements with whom.

    \b
    Example:
      ecograph project data/jinzhong --part university --format csv -o network.csv
      ecograph project data/jinzhong --backbone
    """
    if weighting:
        choices.settings["weighting"] = weighting
    ecosystem = open_data(data, choices)
    with watch_stage("project", quiet=choices.quiet):
        table = _project(ecosystem, part, backbone)
    return deliver_result(table, ecosystem, form, output, index=False, quiet=choices.quiet)


def _project(ecosystem: Ecosystem, part: str, backbone: Method | None) -> pd.DataFrame:
    """Project onto one part: all ties, or those of the backbone."""
    from ecograph.analysis.backbone import project_backbone
    from ecograph.analysis.meta import attach_meta
    from ecograph.projection import project_ties

    if backbone:
        return project_backbone(ecosystem, part, method=backbone)
    network = project_ties(ecosystem, part)
    method = {"part": part, "weighting": network.weighting, "nodes": len(network.nodes)}
    method |= network.describe()
    return attach_meta(network.ties, ecosystem, "network", method=method)


@click.command("map")
@data_argument
@click.option("-o", "--output", type=_OUT, required=True, help="The HTML file to write.")
@click.option(
    "--size",
    type=click.Choice(["degree", "strength", "pagerank", "betweenness"]),
    default="strength",
    show_default=True,
    help="What the size of a node shows.",
)
@_backbone_option
@click.option(
    "--renderer",
    type=click.Choice(["explorer", "pyvis"]),
    default="explorer",
    show_default=True,
    help="What draws the map: the explorer, or pyvis with its look and less to do on it.",
)
@exact_option
@mask_options
@setting_options
def draw_map(
    data: Path,
    output: Path,
    size: str,
    *,
    backbone: Method | None,
    renderer: RendererName,
    mask: Mask | None,
    choices: Choices,
) -> int:
    """Write the interactive map as one HTML file that opens offline.

    \b
    Example:
      ecograph map data/jinzhong -o jinzhong-map.html
      ecograph map data/jinzhong -o backbone.html --backbone
      ecograph map data/jinzhong -o pyvis.html --renderer pyvis
      ecograph map data/jinzhong -o shared.html --mask --mask-key-file key.txt
    """
    from ecograph.files import write_bytes
    from ecograph.render.maps import to_html
    from ecograph.workflow import render_masked

    def render(eco: Ecosystem, results: Mapping[str, pd.DataFrame] | None = None) -> bytes:
        page = to_html(eco, size=size, backbone=backbone, renderer=renderer, results=results)
        return page.encode("utf-8")

    ecosystem = open_data(data, choices)
    with watch_stage("map", quiet=choices.quiet):
        if mask:
            only = _ON_MAPS[renderer]
            content = render_masked(ecosystem, mask, render, name=output.name, only=only)
        else:
            content = render(ecosystem)
    write_bytes(output, content)
    _warn_open(mask, ecosystem.lang)
    return find_status(ecosystem)


@click.command()
@data_argument
@click.option(
    "-o",
    "--output",
    type=_OUT,
    required=True,
    help="The file to write: .html, .docx (Word) or .xlsx (Excel, one sheet a table).",
)
@exact_option
@mask_options
@setting_options
def report(data: Path, output: Path, *, mask: Mask | None, choices: Choices) -> int:
    """Write the planner's report as one file: HTML that opens offline, Word, or Excel.

    \b
    Example:
      ecograph report data/jinzhong -o jinzhong.html --lang zh
      ecograph report data/jinzhong -o jinzhong.docx
      ecograph report data/jinzhong -o jinzhong.xlsx
      ecograph report data/jinzhong -o shared.docx --mask --mask-key-file key.txt
    """
    from ecograph.files import write_bytes
    from ecograph.workflow import compute_results, render_masked

    ecosystem = open_data(data, choices)
    render = functools.partial(_render_report, output.suffix.lower())
    with watch_stage("report", quiet=choices.quiet):
        if mask:
            content = render_masked(ecosystem, mask, render, name=output.name)
        else:
            content = render(ecosystem, compute_results(ecosystem))
    write_bytes(output, content)
    _warn_open(mask, ecosystem.lang)
    return find_status(ecosystem)


def _render_report(suffix: str, ecosystem: Ecosystem, results: Mapping[str, pd.DataFrame]) -> bytes:
    """Render the report in the form that the end of a file's name asks for."""
    if suffix == ".docx":
        from ecograph.render.document import render_docx

        return render_docx(ecosystem, results)
    if suffix == ".xlsx":
        from ecograph.masking import mark_withheld
        from ecograph.render.spreadsheet import render_xlsx

        marked = {name: mark_withheld(table) for name, table in results.items()}
        return render_xlsx(marked, ecosystem)
    from ecograph.render.report import render_report

    return render_report(ecosystem, results).encode("utf-8")


def _report_run(run: Run, output: Path, choices: Choices) -> int:
    """Say what the main job found, how long it took, and where its results are."""
    from ecograph.texts import translate

    digest, quiet = run.digest, choices.quiet
    said = [p for p in digest.problems if not quiet or p["severity"] == "error"]
    print_said(said, digest.errors + (0 if quiet else digest.warnings), digest.lang)
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.seconds.items())
    note(digest.text, quiet=quiet)
    note(f"{sum(run.seconds.values()):.1f} s: {stages}", quiet=quiet)
    if not run.fresh:
        note("Nothing has changed since the results were computed; they are the same.", quiet=quiet)
    if digest.errors:
        note(translate("screen.left_out", digest.lang, count=digest.errors))
    note(f"Report: {output / 'index.html'}   Map: {output / 'map.html'}", quiet=quiet)
    return 1 if digest.errors else 0


commands = (
    analyse,
    check,
    *table_commands,
    *history_commands,
    *explain_commands,
    *resolve_commands,
    *export_commands,
    project,
    draw_map,
    report,
    read,
    schema,
    template,
    generate,
    convert,
)
"""Every command, in the order of the help."""
