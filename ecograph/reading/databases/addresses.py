"""Where a database is: the URL of a file or a server, and what is wanted of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlencode

from ecograph.errors import DataError

__all__ = [
    "QUERY_SECONDS",
    "Address",
    "DatabaseFile",
    "Server",
    "find_place",
    "parse_address",
    "parse_server",
]

QUERY_SECONDS = 60
"""How long one query on a server may take."""

_FILE = re.compile(r"(sqlite3?|duckdb):(?P<path>[^?]+)(?:\?tables=(?P<tables>.*))?", re.DOTALL)
_URL = re.compile(r"postgres(?:ql)?:/{1,2}(?:([^/@]*)@)?([^/?#@]*)/([^/?#]+)(?:\?([^#]*))?")
_PASSED_ON = {"sslmode", "sslrootcert", "sslcert", "sslkey", "host", "port", "service"}
_OWN = {"tables", "schema", "password", "user"}
_SESSION = (
    "-c default_transaction_read_only=on"
    f" -c statement_timeout={QUERY_SECONDS}s"
    f" -c idle_in_transaction_session_timeout={QUERY_SECONDS}s"
    " -c client_encoding=UTF8 -c DateStyle=ISO -c TimeZone=UTC -c IntervalStyle=iso_8601"
    " -c extra_float_digits=1 -c bytea_output=hex -c search_path=pg_catalog"
)


class DatabaseFile(NamedTuple):
    """A database file that is named by a URL, and the tables wanted of it; all if none is named."""

    path: Path
    tables: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What may be shown."""
        return self.path.name

    def __str__(self) -> str:
        """Show the path."""
        return str(self.path)


@dataclass(frozen=True, repr=False)
class Server:
    """A database on a server, and what is wanted of it.

    Parameters
    ----------
    label
        What may be shown: neither user nor password.
    url
        Where to connect; it may hold a password.
    secret
        The password as it is, and as the URL spells it.
    schema, tables
        Which tables; all of the schema if none is named.
    """

    label: str
    url: str
    secret: tuple[str, ...]
    schema: str = "public"
    tables: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show what may be shown."""
        return self.label


Address = DatabaseFile | Server
"""A database that a URL names; its ``str`` holds neither user nor password."""


def find_place(text: str | Path | Address) -> Path | Address:
    """Tell the URL of a database from an ordinary path.

    >>> find_place("data/city").name, find_place("sqlite:city.db").label
    ('city', 'city.db')
    """
    if isinstance(text, DatabaseFile | Server):
        return text
    return parse_address(text) or Path(text)


def parse_address(text: str | Path) -> Address | None:
    """Read the URL of a database; None if the text is an ordinary path.

    Parameters
    ----------
    text
        ``sqlite:FILE``, ``duckdb:FILE``, ``postgresql://USER@HOST/DATABASE``, each perhaps with
        ``?tables=A,B``. A path that exists goes before a URL, and slashes that a `pathlib.Path`
        took out of a URL do not matter.

    Returns
    -------
    DatabaseFile or Server or None
        Its ``str`` holds neither user nor password.

    Raises
    ------
    DataError
        If it is the URL of a server but cannot be read.

    Examples
    --------
    >>> parse_address("sqlite:city.db?tables=firms,schools").tables
    ('firms', 'schools')
    >>> str(parse_address("postgresql://me:pw@localhost/city"))
    'postgresql://localhost/city'
    >>> parse_address("data/city") is None
    True
    """
    if isinstance(text, Path):
        text = text.as_posix()
    found = _FILE.fullmatch(text)
    if found is None:
        return parse_server(text)
    if _exists(Path(text)):
        return None
    asked = found["tables"] or ""
    return DatabaseFile(_find_path(found["path"]), tuple(filter(None, asked.split(","))))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _find_path(text: str) -> Path:
    """Find the file of a URL: after ``sqlite:///`` some write it from the root, some from here."""
    bare = re.sub("^/+", "/", text)
    from_here = Path(bare.lstrip("/"))
    return from_here if not _exists(Path(bare)) and _exists(from_here) else Path(bare)


def parse_server(text: str) -> Server | None:
    """Read the URL of a PostgreSQL database; None if it is no such URL.

    Parameters
    ----------
    text
        ``postgresql://user:password@host:port/database?tables=a,b&schema=s``. Without a password
        in it, the usual places count: PGPASSWORD, ~/.pgpass, a service file.

    Raises
    ------
    DataError
        If it begins as one but cannot be read, or holds an unknown parameter.

    Examples
    --------
    >>> parse_server("postgresql://reader:s3cret@db.example/city?tables=firms")
    postgresql://db.example/city
    >>> parse_server("data/city") is None
    True
    """
    if not re.match(r"postgres(ql)?:", text):
        return None
    found = _URL.fullmatch(text)
    if found is None:
        raise DataError("A database is named postgresql://USER@HOST/DATABASE?tables=A,B.")
    login, host, database, query = (part or "" for part in found.groups())
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    unknown = sorted(set(asked) - _PASSED_ON - _OWN)
    if unknown:
        known = ", ".join(sorted(_PASSED_ON | _OWN))
        raise DataError(f"A database has no parameter {unknown[0]}; it has: {known}.")
    user, _, password = login.partition(":")
    password = unquote(password) or asked.get("password", "")
    user = unquote(user) or asked.get("user", "")
    return Server(
        f"postgresql://{host}/{unquote(database)}",
        _join_url(user, password, host, database, asked),
        (password, quote(password, safe="")) if password else (),
        asked.get("schema", "public"),
        tuple(filter(None, asked.get("tables", "").split(","))),
    )


def _join_url(user: str, password: str, host: str, database: str, asked: dict[str, str]) -> str:
    """Join a URL whose session can only read, whatever the person wrote."""
    secret = f":{quote(password, safe='')}" if password else ""
    login = f"{quote(user, safe='')}{secret}@" if user or secret else ""
    passed = {name: value for name, value in asked.items() if name in _PASSED_ON}
    passed |= {"options": _SESSION, "connect_timeout": "10", "application_name": "ecograph"}
    return f"postgresql://{login}{host}/{database}?{urlencode(passed, quote_via=quote)}"
