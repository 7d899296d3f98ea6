"""Addresses of databases: told from paths, and shown without what must stay secret."""

from __future__ import annotations

import re
from pathlib import Path

_URL = re.compile(r"[a-z][a-z0-9]*(\+[a-z0-9_]+)?://", re.IGNORECASE)


def is_url(where: object) -> bool:
    """Say whether this is the URL of a database, not a file.

    Examples
    --------
    >>> is_url("sqlite:///log.db"), is_url("C:/logs/log.db")
    (True, False)
    """
    return isinstance(where, str) and bool(_URL.match(where))


def shown(where: str | Path) -> str:
    """Return a path as it is, and a URL without user, password and query.

    A URL in which it cannot be told where a password ends is shown as its first word only.

    Examples
    --------
    >>> shown("postgresql://me:p@ss/word@host/base?sslkey=x")
    'postgresql://***@host/base'
    >>> shown("postgresql://host/base?password=p@ss")
    'postgresql://***'
    """
    text = str(where)
    if not is_url(text):
        return text
    scheme, _, rest = text.partition("://")
    secret, at, open_part = rest.rpartition("@")
    if "?" in secret:
        return f"{scheme}://***"
    tail = re.split("[?;&]", open_part)[0]
    return f"{scheme}://{'***@' if at else ''}{tail}"


def file_of(where: str | Path) -> Path | None:
    """Return the file that a path or an SQLite URL names; None for a database elsewhere.

    Examples
    --------
    >>> file_of("sqlite:////logs/log.db").as_posix(), file_of("postgresql://host/base")
    ('/logs/log.db', None)
    """
    if not is_url(where):
        return Path(where)
    scheme, _, rest = str(where).partition("://")
    if scheme.lower().split("+")[0] != "sqlite":
        return None
    return Path(rest.removeprefix("/").split("?")[0])


def brief(where: str | Path, table: str | None = None) -> str:
    """Return what to call a source: the name of a file, not its folder; a URL without secrets.

    Examples
    --------
    >>> brief("sqlite:////logs/log.db", "watch")
    'log.db, table watch'
    """
    path = file_of(where)
    name = shown(where) if path is None else path.name
    return f"{name}, table {table}" if table else name
