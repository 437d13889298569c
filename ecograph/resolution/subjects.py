"""What of a name is compared again and again, worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecograph.resolution.chances import join_core, join_stem
from ecograph.resolution.sounds import spell_sound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecograph.names import Name
    from ecograph.resolution.chances import Chances

__all__ = ["Subject", "prepare_subject"]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An organisation's name, ready to be compared.

    Parameters
    ----------
    name
        The name, taken apart.
    core, brand, stem, joined
        The core, what of it few others share, the name without place and legal form, and all its
        words, without spaces.
    worth
        Of each Latin word, what it is worth to share it.
    sound
        How a Han core is read, as syllables; of a Latin name nothing.
    latin
        Whether it is a Latin name.
    """

    name: Name
    core: str
    brand: str
    stem: str
    joined: str
    worth: Mapping[str, float]
    sound: tuple[int, ...]
    latin: bool


def prepare_subject(name: Name, chances: Chances) -> Subject:
    """Work out what of a name is compared."""
    latin = name.script == "latin"
    worth = {word: chances.weigh_word(word) for word in name.tokens} if latin else {}
    core = join_core(name)
    brand = core if latin else chances.find_brand(core)
    sound = () if latin else spell_sound(core)
    return Subject(name, core, brand, join_stem(name), "".join(name.tokens), worth, sound, latin)
