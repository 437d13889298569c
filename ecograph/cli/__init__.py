"""The command line: open, call one function of the library, print."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from ecograph.cli.commands import commands
from ecograph.cli.interrupt import INTERRUPTED, MESSAGE, end_on_interrupt
from ecograph.cli.screen import print_problems
from ecograph.errors import DataError, EcographError
from ecograph.version import __version__

__all__ = ["cli", "main"]

_INVALID, _USAGE = 1, 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ecograph")
def cli() -> None:
    """Analyse regional innovation ecosystems from the registers that offices keep.

    \b
    The main job, everything into one folder:
      ecograph analyse data/jinzhong -o out/jinzhong
    """


for _command in commands:
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command line; say every error in words and leave with the right status.

    Status 0: done; 1: data or settings are invalid; 2: wrong usage; 130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    end_on_interrupt()
    sys.exit(_run())


def _run() -> int:
    try:
        return int(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(MESSAGE, err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return _USAGE
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the last door: a person never sees a traceback
        if os.environ.get("ECOGRAPH_DEBUG"):
            raise
        return _say(_explain(error), _INVALID)


def _explain(error: Exception) -> str:
    """Say in a sentence what stopped the program."""
    if isinstance(error, DataError):
        print_problems(error.problems)
    if isinstance(error, EcographError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    return (
        f"This is a fault of ecograph, not of the data ({type(error).__name__}: {error}). "
        "Please report it with the command; ECOGRAPH_DEBUG=1 shows where it happened."
    )


def _say(sentence: str, status: int) -> int:
    click.echo(f"ecograph: {sentence}", err=True)
    return status
