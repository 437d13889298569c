"""What office documents need: the packages that write them, and text that XML can hold."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

from ecograph.errors import EcographError

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["clean_text", "import_office"]

_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean_text(text: str) -> str:
    r"""Leave out what no XML file can hold: control characters and halves of letters.

    >>> clean_text("a\x00b\x1b[31m\ud800c")
    'ab[31mc'
    """
    return _UNFIT.sub("", text)


def import_office(name: str) -> ModuleType:
    """Import a package that only documents need.

    Raises
    ------
    EcographError
        If it is not installed: the message names the extra that brings it.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EcographError(
            f"Word documents need the package {name.partition('.')[0]}, which is not installed. "
            'Install the extra: pip install "ecograph[office]".'
        ) from error
