"""Country names and codes as scholars write them, turned into ISO 3166-1 alpha-3 codes."""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

DATA = Path(__file__).resolve().parent / "region_data"
KOSOVO = "XKX"  # user-assigned: the World Bank uses it, ISO 3166-1 has no code
LANGUAGES = ("es", "pt", "pt_BR", "zh_CN", "zh_TW")  # catalogues of names that pycountry brings
_NUMBER = re.compile(r"0*(\d{1,3})(\.0+)?")
_MISSING = {"n a", "nan", "none", "null", "missing", "unknown", "other", "total", "all"}
_MOST = 500  # different values up to which near names are looked for: it takes 1 ms a value
_SHOWN = 8  # values named in a sentence before it says "and n more"


@dataclass(frozen=True, eq=False, repr=False)
class CountryCodes:
    """Alpha-3 codes for a column of values, and what could not be turned into one.

    Attributes
    ----------
    codes : Series
        Alpha-3 codes aligned to the input; an empty string where the value is empty or unresolved.
    unresolved : DataFrame
        ``value, n, suggestion``; one row a value that is in no list or means several countries.
    remarks : DataFrame
        ``value, country, n, remark``; values that were read in a way the reader should know of,
        such as England as GBR.
    n_empty : int
        Empty values.
    """

    codes: pd.Series
    unresolved: pd.DataFrame
    remarks: pd.DataFrame
    n_empty: int

    def sentence(self) -> str:
        """Return what was resolved, what was not, and what was read in a way to be said.

        Examples
        --------
        >>> country_codes(["UK", "Brasil", "Korea"]).sentence()
        "Country codes: 2 of 3 values resolved; 0 empty; 1 unresolved: 'Korea' (1)."
        """
        n, lost = len(self.codes), int(self.unresolved["n"].sum())
        text = f"Country codes: {n - lost - self.n_empty} of {n} values resolved; "
        text += f"{self.n_empty} empty; {lost} unresolved"
        if lost:
            text += ": " + _counted(
                f"'{v}' ({k})"
                for v, k in zip(*_columns(self.unresolved, "value", "n"), strict=True)
            )
        read = _columns(self.remarks, "value", "country", "n", "remark")
        if len(self.remarks):
            text += "; read as: " + _counted(
                f"'{v}' {c} ({k}, {r})" for v, c, k, r in zip(*read, strict=True)
            )
        return text + "."

    def __repr__(self) -> str:
        if self.unresolved.empty:
            return self.sentence()
        return f"{self.sentence()}\n{self.unresolved.to_string(index=False)}"


def country_codes(values: pd.Series | Iterable[Any]) -> CountryCodes:
    """Turn names and codes of countries into ISO 3166-1 alpha-3 codes; nothing is guessed.

    Reads alpha-2, alpha-3 and numeric codes (also ``840.0``), English, Spanish, Portuguese and
    Chinese names, and the aliases in ``region_data/aliases.csv``; capitals, diacritics, spaces
    and punctuation do not matter. A name that means several countries (Korea, Congo) stays
    unresolved, and so does anything that is only similar to a name. Kosovo is ``XKX``, a
    user-assigned code. England, Scotland and Wales become ``GBR`` with a remark.

    Parameters
    ----------
    values : Series or iterable
        Strings or numbers; None, NaN and blank strings are empty.

    Returns
    -------
    CountryCodes
        Codes aligned to the input, and the values that need a decision.

    Raises
    ------
    DataError
        One string was given in place of a column of them.

    Examples
    --------
    >>> country_codes(["UK", "Hong Kong, China", "br", 840, "Türkiye", ""]).codes.tolist()
    ['GBR', 'HKG', 'BRA', 'USA', 'TUR', '']
    >>> country_codes(["Congo"]).unresolved["suggestion"].tolist()
    ['COG (Congo) or COD (The Democratic Republic of the Congo); two states']
    """
    import pandas as pd

    if isinstance(values, str):
        raise DataError(f"values is a column or a list of values; write ['{values}'].")
    column = values if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)
    empty = column.isna() | (column.astype(str).str.strip() == "")
    # 1, 1.0 and True are one key of a dict, so the type stands beside the value.
    keys = [None if e else (type(v), v) for v, e in zip(column, empty, strict=True)]
    counts = Counter(k for k in keys if k is not None)
    found = {key: _read(key[1], near=len(counts) <= _MOST) for key in counts}
    codes = [found[k][0] if k is not None else "" for k in keys]
    lost = [(str(v), n, found[t, v][1]) for (t, v), n in counts.items() if not found[t, v][0]]
    said = [(str(v), *_pair(found[t, v], n)) for (t, v), n in counts.items() if all(found[t, v])]
    return CountryCodes(
        codes=pd.Series(codes, index=column.index, name="country", dtype="str"),
        unresolved=pd.DataFrame(sorted(lost), columns=["value", "n", "suggestion"]),
        remarks=pd.DataFrame(sorted(said), columns=["value", "country", "n", "remark"]),
        n_empty=int(empty.sum()),
    )


def country_name(code: str) -> str:
    """Return the short English name of an alpha-3 code.

    Examples
    --------
    >>> country_name("KOR"), country_name("TUR"), country_name("XKX")
    ('South Korea', 'Türkiye', 'Kosovo')
    """
    import pycountry

    if code == KOSOVO:
        return "Kosovo"
    country = pycountry.countries.get(alpha_3=code)
    if country is None:
        raise DataError(
            f"'{code}' is not an ISO 3166-1 alpha-3 country code. Turn names and other codes into "
            "them with md.country_codes(values)."
        )
    name = str(getattr(country, "common_name", country.name))
    return _turned(name) if name.endswith((" of", " of the")) else name


def is_country(code: object) -> bool:
    """Tell whether a value is an ISO 3166-1 alpha-3 code, or XKX for Kosovo.

    Examples
    --------
    >>> is_country("NOR"), is_country("NO"), is_country(False)
    (True, False, False)
    """
    return isinstance(code, str) and code in _alpha_3()


@lru_cache(maxsize=1)
def _alpha_3() -> frozenset[str]:
    import pycountry

    return frozenset(c.alpha_3 for c in pycountry.countries) | {KOSOVO}


def _read(value: object, near: bool) -> tuple[str, str]:
    """Return code and remark; an empty code comes with a suggestion instead of a remark."""
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "", "a truth value; YAML 1.1 and some readers turn NO (Norway) into False"
    text = str(value).strip()
    key, number = _key(text), _NUMBER.fullmatch(text)
    if number:
        code = _numeric().get(number[1].zfill(3), "")
        if not code:
            return "", "a number that is not an ISO 3166-1 numeric code"
        short = len(text.split(".")[0]) < 3  # a spreadsheet ate the zeros, or a coder's own number
        return code, f"read as the ISO 3166-1 numeric code {number[1].zfill(3)}" if short else ""
    if key in _MISSING:
        return "", "no country; empty the value if it marks missing data"
    candidates, note = _index().get(key, ((), ""))
    if len(candidates) == 1:
        return candidates[0], note
    choice = " or ".join(f"{c} ({country_name(c)})" for c in candidates)
    said = "; ".join(part for part in (choice, note) if part)
    return "", said or (_near(key) if near else "")


def _key(text: str) -> str:
    """Return the form under which a name is looked up: no capitals, accents or punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("&", " and "))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"[.'’‘`´]", "", plain)
    words = re.sub(r"[\W_]+", " ", plain).split()
    words = ["saint" if w == "st" else w for w in words]
    while len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] == "the":
        words = words[:-1]
    return " ".join(words)


def _near(key: str) -> str:
    close = difflib.get_close_matches(key, _index(), n=1, cutoff=0.8)
    if not close:
        return ""
    return " or ".join(f"{c} ({country_name(c)})" for c in _index()[close[0]][0]) + "?"


@lru_cache(maxsize=1)
def _numeric() -> dict[str, str]:
    import pycountry

    return {c.numeric: c.alpha_3 for c in pycountry.countries}


@lru_cache(maxsize=1)
def _index() -> dict[str, tuple[tuple[str, ...], str]]:
    """Return key to (candidates, note): aliases first, then codes, English, the other languages."""
    import pycountry

    index: dict[str, tuple[tuple[str, ...], str]] = {}
    with (DATA / "aliases.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            index[_key(row["alias"])] = (
                tuple(filter(None, row["country"].split("|"))),
                row["note"],
            )
    countries = list(pycountry.countries)
    for names in (
        [(c.alpha_3, code) for c in countries for code in (c.alpha_2, c.alpha_3)],
        [(c.alpha_3, name) for c in countries for name in _english(c)],
        [(code, name) for language in LANGUAGES for code, name in _foreign(countries, language)],
    ):
        layer: dict[str, list[str]] = {}
        for code, name in names:
            held = layer.setdefault(_key(name), [])
            if code not in held:
                held.append(code)
        for key, candidates in layer.items():
            index.setdefault(key, (tuple(candidates), ""))
    return index


def _english(country: Any, *fields: str) -> list[str]:
    given = [getattr(country, n, "") for n in fields or ("name", "common_name", "official_name")]
    return [name for n in given if n for name in (n, _turned(n))]


def _foreign(countries: list[Any], language: str) -> list[tuple[str, str]]:
    import gettext

    import pycountry

    catalogue = gettext.translation("iso3166-1", pycountry.LOCALES_DIR, [language], fallback=True)
    # Short names only: the catalogues give one state another's official name here and there.
    names = [(c.alpha_3, n) for c in countries for n in _english(c, "name", "common_name")]
    told = [(code, n, catalogue.gettext(n)) for code, n in names]
    return [(code, form) for code, n, t in told if t != n for form in (t, _turned(t))]


def _turned(name: str) -> str:
    """Return ``Plurinational State of Bolivia`` for ``Bolivia, Plurinational State of``."""
    head, comma, tail = name.partition(", ")
    return f"{tail} {head}" if comma else name


def _columns(frame: pd.DataFrame, *names: str) -> list[list[Any]]:
    return [frame[name].tolist() for name in names]


def _pair(read: tuple[str, str], n: int) -> tuple[str, int, str]:
    return read[0], n, read[1]


def _counted(items: Iterable[str]) -> str:
    shown = list(items)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more
