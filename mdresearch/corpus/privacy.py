"""Persons at the door: columns that name them, and pseudonyms that replace them.

A pseudonym is the first 20 hex digits of SHA-256, keyed with a salt. The salt is made once by
`secrets` and kept in a file of this user, outside the package and outside every corpus. Whoever
holds it can test whether a name they guess is in the data, so it is never shared or published;
without it, pseudonyms cannot be traced, and the same person gets another one elsewhere.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

PERSON_TABLES = ("respondents", "ratings", "choices", "watch", "spend", "comments", "coders")
PERSONAL = (
    *("name", "fullname", "firstname", "givenname", "lastname", "familyname", "surname"),
    *("email", "emailaddress", "mail", "phone", "phonenumber", "telephone", "mobile"),
    *("whatsapp", "wechat", "handle", "username", "screenname", "ip", "ipaddress"),
)
DIGITS = 20
SALT_BYTES = 32
SHORTEST_SALT = 16


def personal_columns(names: Iterable[str]) -> list[str]:
    """Return the columns whose names say that they name persons.

    Examples
    --------
    >>> personal_columns(["E-Mail", "country", "First name", "title_name"])
    ['E-Mail', 'First name']
    """
    return [name for name in names if re.sub(r"[\W_]+", "", name.lower()) in PERSONAL]


def pseudonym(values: pd.Series, salt: bytes) -> pd.Series:
    """Return a pseudonym for each value: the same for the same person, missing where it is empty.

    Capitals and spaces around do not make another person.

    Parameters
    ----------
    values : Series
        Names, addresses or ids.
    salt : bytes
        At least 16 bytes; see `local_salt`.

    Examples
    --------
    >>> import pandas as pd
    >>> who = pseudonym(pd.Series(["Ana@x.org", " ana@x.org", None]), b"sixteen bytes or so")
    >>> who[0] == who[1], len(who[0]), bool(who.isna()[2])
    (True, 20, True)
    """
    if len(salt) < SHORTEST_SALT:
        raise DataError(
            f"The salt has {len(salt)} bytes; at least {SHORTEST_SALT} are needed. "
            "Take the one of mdresearch.corpus.privacy.local_salt()."
        )

    def one(value: str) -> str | None:
        text = value if value.isascii() else unicodedata.normalize("NFKC", value)
        text = text.strip().casefold()
        digest = hmac.digest(salt, text.encode("utf-8"), "sha256").hex()
        return digest[:DIGITS] if text else None

    import numpy as np
    import pandas as pd

    if not isinstance(values.dtype, pd.StringDtype):
        values = values.map(str, na_action="ignore").astype("str")
    places, persons = pd.factorize(values)  # each person once; -1 where missing
    hashed = np.array([*map(one, np.asarray(persons, dtype=object)), None], dtype=object)
    return pd.Series(hashed[places], index=values.index, name=values.name, dtype="str")


def local_salt() -> bytes:
    """Return the salt of this user, made at the first call and kept in `salt_path`."""
    path = salt_path()
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(SALT_BYTES))
    salt = path.read_bytes()
    if len(salt) != SALT_BYTES:
        raise DataError(
            f"'{path}' holds {len(salt)} bytes, not the {SALT_BYTES} of a salt. Restore it from a "
            "copy; or delete it, and every pseudonym will be a new one."
        )
    return salt


def salt_path() -> Path:
    """Return where the salt of this user is kept."""
    import platformdirs

    return Path(platformdirs.user_data_dir("mdresearch")) / "pseudonym.salt"
