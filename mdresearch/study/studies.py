"""A study file: what is claimed, on which data, left out for which reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdresearch.core.claims import CLAIM_KEYS, Claim, claim_from
from mdresearch.core.conditions import parse_condition
from mdresearch.core.errors import MdresearchError, StudyError, several, suggest
from mdresearch.core.hashing import hash_text

STUDY_KEYS = (
    "study title corpus columns regions market_map measures exclude seed claims note".split()
)


@dataclass(frozen=True)
class Study:
    """A study, read and checked.

    Attributes
    ----------
    name, title, note : str
    corpus : str
        A bundled or fetched dataset, or a folder.
    columns : mapping
        From the scholar's own names to the toolkit's, a mapping a table.
    regions : str
        Scheme of claims that name none.
    market_map : str or None
        The user's file of platform markets.
    measures : tuple of str
        Measures to compute besides those that the claims name.
    exclude : tuple of mapping
        Rules of the whole study.
    seed : int
    claims : tuple of Claim
    corpora : mapping of str to str
        Claim id to the corpus that it is judged on.
    path : Path or None
        The file, which relative paths start from.
    sha256 : str
        Of the file's text.
    """

    name: str
    title: str
    corpus: str
    claims: tuple[Claim, ...]
    columns: Mapping[str, Any] = field(default_factory=dict)
    regions: str = "essay"
    market_map: str | None = None
    measures: tuple[str, ...] = ()
    exclude: tuple[Mapping[str, str], ...] = ()
    seed: int = 0
    corpora: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    path: Path | None = None
    sha256: str = ""

    @classmethod
    def read(cls, path: str | Path) -> Study:
        """Read a study file; every mistake in it is reported at once, with its line.

        ``path`` is a file, or the name of a bundled study.
        """
        from mdresearch.core.strict_yaml import read_yaml

        path = find_study(path)
        data = read_yaml(path)
        return study_from(data, path.read_text(encoding="utf-8-sig"), path)

    def corpus_of(self, claim: Claim) -> str:
        """Return the name or folder of the corpus that a claim is judged on."""
        return self.corpora.get(claim.id, self.corpus)


def bundled_studies() -> dict[str, Path]:
    """Return the studies that travel with the toolkit, by name."""
    from mdresearch.core.bundled import bundled_path

    found = {"study": bundled_path("paper/study.yaml")}
    folder = bundled_path("paper/studies")
    return found | {p.stem: p for p in sorted(folder.glob("*.yaml"))}


def find_study(path: str | Path) -> Path:
    """Return the file of a study, given a path or the name of a bundled one."""
    given = Path(path)
    if given.is_file():
        return given
    if given.is_dir() and (given / "study.yaml").is_file():
        return given / "study.yaml"
    known = bundled_studies()
    if str(path) in known:
        return known[str(path)]
    near = suggest(str(path), known)
    raise StudyError(
        f"There is no study file '{path}'."
        + (f" Did you mean '{near}'?" if near else "")
        + f" Give a path, or one of the bundled studies: {', '.join(known)}. "
        "'mdresearch new FOLDER' writes one to start from."
    )


def study_from(data: Any, text: str = "", path: Path | None = None) -> Study:
    """Make a study of plain data; see `Study.read`."""
    where = str(path) if path else "study"
    if not isinstance(data, Mapping):
        raise StudyError(f"{where}: a study is a mapping of keys such as {', '.join(STUDY_KEYS)}.")
    problems = _key_problems(data, text)
    claims, corpora, more = _claims(data, text)
    problems += more
    problems += _rule_problems(data, text)
    seed = data.get("seed", 0)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        problems.append(f"{_at(text, ('seed',))}seed is '{seed}'; it must be a whole number >= 0.")
    if problems:
        number = f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}"
        raise several(f"{where} has {number}", problems, StudyError)
    return Study(
        name=str(data["study"]),
        title=str(data.get("title") or data["study"]),
        corpus=str(data["corpus"]),
        claims=tuple(claims),
        columns=data.get("columns") or {},
        regions=str(data.get("regions") or "essay"),
        market_map=data.get("market_map"),
        measures=tuple(data.get("measures") or ()),
        exclude=tuple(data.get("exclude") or ()),
        seed=seed,
        corpora=corpora,
        note=str(data.get("note") or ""),
        path=path,
        sha256=hash_text(text),
    )


def _at(text: str, path: tuple[str | int, ...]) -> str:
    from mdresearch.core.strict_yaml import line_of

    line = line_of(text, path) if text else None
    return f"line {line}: " if line else ""


def _key_problems(data: Mapping[str, Any], text: str) -> list[str]:
    out = []
    for key in data:
        if key not in STUDY_KEYS:
            near = suggest(key, STUDY_KEYS)
            hint = f" Did you mean '{near}'?" if near else ""
            out.append(
                f"{_at(text, (key,))}'{key}' is not a key of a study.{hint} "
                f"Known: {', '.join(STUDY_KEYS)}."
            )
    for key in ("study", "corpus", "claims"):
        if not data.get(key):
            out.append(f"the key '{key}' must be given.")
    return out


def _claims(data: Mapping[str, Any], text: str) -> tuple[list[Claim], dict[str, str], list[str]]:
    claims: list[Claim] = []
    corpora: dict[str, str] = {}
    problems: list[str] = []
    entries = data.get("claims") or []
    if not isinstance(entries, list):
        return [], {}, [f"{_at(text, ('claims',))}claims must be a list, each with a dash."]
    for place, entry in enumerate(entries):
        line = _at(text, ("claims", place))
        if not isinstance(entry, Mapping):
            problems.append(
                f"{line}a claim is a mapping of keys such as {', '.join(CLAIM_KEYS[:5])}."
            )
            continue
        values = {k: v for k, v in entry.items() if k != "corpus"}
        values.setdefault("regions", data.get("regions") or "essay")
        try:
            claim = claim_from(values)
        except (MdresearchError, TypeError, ValueError) as error:
            problems.append(f"{line}{error}")
            continue
        if claim.id in {c.id for c in claims}:
            problems.append(f"{line}the id '{claim.id}' is used twice. Give each claim its own.")
        claims.append(claim)
        if entry.get("corpus"):
            corpora[claim.id] = str(entry["corpus"])
        problems += [f"{line}{p}" for p in _name_problems(claim)]
    return claims, corpora, problems


def _name_problems(claim: Claim) -> list[str]:
    """Return regions, schemes and tests that a claim names and that do not exist."""
    from mdresearch.core import regions
    from mdresearch.stats.methods import TESTS

    out = []
    try:
        if claim.test is not None:
            _ = TESTS[claim.test]
        if claim.between == "region" and claim.regions != "market":
            for side in (claim.expectation.a, claim.expectation.b):
                regions.resolve(side, claim.regions)
    except MdresearchError as error:
        out.append(f"Claim {claim.id}: {error}")
    return out


def _rule_problems(data: Mapping[str, Any], text: str) -> list[str]:
    out = []
    for place, rule in enumerate(data.get("exclude") or []):
        line = _at(text, ("exclude", place))
        if not isinstance(rule, Mapping) or set(rule) != {"where", "why"}:
            out.append(f"{line}exclude needs exactly the keys 'where' and 'why'.")
            continue
        try:
            parse_condition(rule["where"])
        except StudyError as error:
            out.append(f"{line}{error}")
    return out
