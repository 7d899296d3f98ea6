"""Persons in a released corpus: small cells made larger or left out, ids that lead nowhere."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mdresearch.corpus.privacy import DIGITS, PERSON_TABLES, SALT_BYTES
from mdresearch.corpus.rights import Withheld
from mdresearch.corpus.values import WHOLE

if TYPE_CHECKING:
    import pandas as pd

SMALLEST = 5
BAND = 10
PERSON_IDS = ("respondent_id", "viewer_id", "user_hash", "coder_id")
COMMENT_IDS = ("comment_id", "parent_id", "reply_to")
"""A platform shows who wrote the comment of an id: these are replaced like the ids of persons."""
PERSON_UNITS = ("respondent", "viewer", "person")
WRITERS = ("viewer_id", "user_hash", "coder_id")
TRAITS = ("country", "country_raised", "ui_lang", "lang", "gender", "birth_year", "age", "weight")
BANDS = {"birth_year": "birth_band", "age": "age_band"}
WITHIN = ("country", "gender", "birth_band", "age_band")
HARMLESS = ("respondent_id", "source_id", "weight", "attention_passed")


def enlarge_cells(
    people: pd.DataFrame, smallest: int = SMALLEST
) -> tuple[pd.DataFrame, list[Withheld]]:
    """Return respondents of whom no one stands in a cell of fewer than ``smallest`` persons.

    A cell is a country, a gender and ten years of birth (or of age). Years become such bands for
    all. In a small cell the band is emptied first, then the gender, then the country and with it
    all else that is said of the person, which could tell it; who is still one of few is left out.

    Parameters
    ----------
    people : DataFrame
        The table ``respondents``.
    smallest : int
        Persons that a cell must have.
    """
    out, withheld = _banded(people)
    for column in reversed([name for name in WITHIN if name in out]):
        small = _small(out, smallest) & out[column].notna()
        if not small.any():
            continue
        rest = [name for name in out if name not in HARMLESS] if column == "country" else [column]
        for name in rest:
            held = int((small & out[name].notna()).sum())
            out = out.assign(**{name: out[name].mask(small)})
            if held:
                withheld.append(Withheld("respondents", name, held, "cells", _why(smallest)))
    left_out = _small(out, smallest)
    if left_out.any():
        held = int(left_out.sum())
        withheld.append(Withheld("respondents", "", held, "rows", _why(smallest)))
    return out[~left_out].reset_index(drop=True), withheld


def hide_places(
    name: str, frame: pd.DataFrame, smallest: int = SMALLEST
) -> tuple[pd.DataFrame, list[Withheld]]:
    """Return a table of persons' doings in which no country has fewer than ``smallest`` persons.

    Where the table has no column that names a person, its rows are counted.
    """
    import pandas as pd

    if name not in PERSON_TABLES or name == "respondents" or "country" not in frame:
        return frame, []
    who = next((column for column in WRITERS if column in frame), None)
    person = frame[who] if who else frame.index.to_series()
    # A row without a person counts as one of its own: it may be anyone.
    person = person.astype("str").where(person.notna(), "row " + frame.index.astype("str"))
    counts = pd.DataFrame({"c": frame["country"], "p": person}).groupby("c")["p"].nunique()
    small = frame["country"].map(counts).fillna(smallest) < smallest
    if not small.any():
        return frame, []
    found = Withheld(name, "country", int(small.sum()), "cells", _why(smallest))
    return frame.assign(country=frame["country"].mask(small)), [found]


def drop_repeats(name: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Withheld]]:
    """Return a table of answers without what it repeats of respondents: that would undo it all."""
    again = [c for c in TRAITS if c in frame]
    if name in ("respondents", "sources") or "respondent_id" not in frame or not again:
        return frame, []
    why = "it repeats what 'respondents' says of a person"
    return frame.drop(columns=again), [
        Withheld(name, column, int(frame[column].notna().sum()), "column", why) for column in again
    ]


def fresh_ids(
    tables: Mapping[str, pd.DataFrame], more: Mapping[str, Iterable[str]]
) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables with new ids of persons, and the columns that were changed.

    The salt is made here and kept nowhere: no one, not even who made the release, can tell which
    person of the corpus an id is. Coders that are models or dictionaries keep their names.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All of them, so that the same person has the same id everywhere.
    more : mapping of str to iterable of str
        By table further columns that name persons.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    known = _machines(tables)
    out, changed = {}, []
    for name, frame in tables.items():
        wanted = (*PERSON_IDS, *more.get(name, ()), *(COMMENT_IDS if name == "comments" else ()))
        for column in [c for c in frame if c in wanted]:
            frame = frame.assign(**{column: _hashed(frame[column], salt, known)})
            changed.append(f"{name}.{column}")
        if name == "codes" and len(frame):
            kinds = set(tables["comments"].get("kind", ())) if "comments" in tables else set()
            told = frame["unit_type"].isin([*PERSON_UNITS, "comment", *kinds])
            ids = frame["unit_id"].mask(told, _hashed(frame["unit_id"], salt, set()))
            numbers = (frame.index + 1).astype("str")
            frame = frame.assign(unit_id=ids, code_id="k" + numbers)
        out[name] = frame
    return out, changed


def _machines(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    if "coders" not in tables:
        return set()
    coders = tables["coders"]
    return set(coders["coder_id"][coders["kind"] != "human"])


def _hashed(values: pd.Series, salt: bytes, known: set[str]) -> pd.Series:
    def one(value: object) -> str:
        text = str(value)
        if text in known:
            return text
        return hmac.new(salt, text.encode("utf-8"), hashlib.sha256).hexdigest()[:DIGITS]

    return values.map(one, na_action="ignore").astype("str")


def _banded(people: pd.DataFrame) -> tuple[pd.DataFrame, list[Withheld]]:
    withheld, out = [], people
    for column, band in BANDS.items():
        if column not in out:
            continue
        held = int(out[column].notna().sum())
        bands = out[column].map(_band, na_action="ignore").astype("str")
        out = out.drop(columns=column).assign(**{band: bands})
        words = f"{BAND} years together stand in '{band}' instead"
        withheld.append(Withheld("respondents", column, held, "column", words))
    return out, withheld


def _band(value: object) -> str | None:
    text = str(value).strip()
    if not re.fullmatch(WHOLE, text):
        return None
    first = int(float(text)) // BAND * BAND
    return f"{first}-{first + BAND - 1}"


def _small(people: pd.DataFrame, smallest: int) -> pd.Series:
    import pandas as pd

    traits = [name for name in WITHIN if name in people]
    if not traits:
        return pd.Series(len(people) < smallest, index=people.index)
    sizes = people.groupby(traits, dropna=False)[people.columns[0]].transform("size")
    return sizes < smallest


def _why(smallest: int) -> str:
    return f"fewer than {smallest} persons are alike"
