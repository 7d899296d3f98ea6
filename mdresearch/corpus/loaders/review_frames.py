"""From the rows of review and comment files to one table `comments`, with all that was left out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.json_rows import Row
from mdresearch.corpus.loaders.review_dates import iso_date, read_dates
from mdresearch.corpus.loaders.review_files import Rows, in_parts, open_rows, texts
from mdresearch.corpus.loaders.review_kinds import Context, Kind, stated
from mdresearch.corpus.loaders.review_words import NOTES, WORDS, in_words
from mdresearch.corpus.loading import FileNote, Reading
from mdresearch.corpus.short_numbers import short_numbers

if TYPE_CHECKING:
    import pandas as pd

DISPLAY_NAMES = ("userName", "nickname")
COUNTS = ("thumbs_up", "n_replies")
TRUTHS = ("edited", "hearted", "is_reply")
MOMENTS = ("replied_at", "updated_at")
FIRST = (
    *("comment_id", "version_id", "kind", "lang", "country", "country_source", "posted_at"),
    *("posted_precision", "posted_as_given", "stars", "text", "user_hash"),
)
NO_ID = "no id"
ROUNDED_ID = "an id that a spreadsheet has rounded"
SAME = "the same row again"
OTHER = "an id that stands already, with other content"
_ROUNDED = re.compile(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")
_POINT_ZERO = re.compile(r"[0-9]{1,15}\.0+")


def read_kind(kind: Kind, paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read files of one kind.

    Parameters
    ----------
    kind : Kind
        What the files are.
    paths : sequence of Path
        The files.
    options : mapping
        See `mdresearch.corpus.loaders.review_kinds.OPTIONS`; also ``retrieved_at``.

    Raises
    ------
    DataError
        A file is not what it should be, or an option says what cannot be.
    """
    import pandas as pd

    tally: Counter[str] = Counter()
    files: list[Rows] = []
    frames = []
    for place, path in enumerate(paths):
        held = open_rows(path, kind.expected, kind.nested, options)
        context = Context(path, options, Counter())
        parts = [_frame(kind, rows, held, context) for rows in in_parts(held, kind.expected)]
        held.note = _note(kind, held, in_words(NOTES, context.tally, context.tally["rows"]))
        tally.update(context.tally)
        frames += [part.assign(source_file=place) for part in parts]
        files.append(held)
    whole = _once(pd.concat(frames, ignore_index=True), files)
    if kind.finish is not None:
        whole = kind.finish(whole, tally)
    _tell(whole, tally)
    kept = whole["source_file"].value_counts()
    notes = tuple(
        FileNote(
            held.path,
            held.encoding,
            int(kept.get(place, 0)) + sum(held.refused.values()),
            dict(held.refused),
            held.note,
        )
        for place, held in enumerate(files)
    )
    warnings = in_words(WORDS, tally, len(whole))
    return Reading({"comments": whole}, notes, {"comments": ("user_hash",)}, warnings)


def _frame(kind: Kind, rows: Sequence[Row], held: Rows, context: Context) -> pd.DataFrame:
    """Turn rows of one file into columns with their types."""
    import pandas as pd

    rows = kind.expand(rows) if kind.expand is not None else rows
    context.tally["rows"] += len(rows)
    columns: dict[str, Any] = {c: texts(rows, *names) for c, names in kind.columns.items()}
    columns["user_hash"] = texts(rows, *kind.persons)
    if kind.persons and kind.persons[-1] in DISPLAY_NAMES:
        stable = texts(rows, *kind.persons[:-1])
        named = zip(stable, columns["user_hash"], strict=True)
        context.tally["display_name"] += sum(1 for s, u in named if s is None and u is not None)
    dates = read_dates(columns.pop("posted_at", [None] * len(rows)), kind.unix_zone)
    frame = pd.DataFrame(
        {
            **columns,
            "kind": [kind.word] * len(rows),
            "posted_at": dates.posted_at,
            "posted_precision": dates.precision,
            "posted_as_given": dates.as_given,
        },
        dtype="str",
    )
    context.tally["naive"] += dates.n_naive
    frame = _typed(_stated(frame, kind, context), context.tally)
    if kind.refine is not None:
        frame = kind.refine(rows, frame, context)
    frame = _named(frame, kind, held, context.tally)
    order = [*FIRST, *(c for c in frame.columns if c not in FIRST)]
    return frame.reindex(columns=order)


def _stated(frame: pd.DataFrame, kind: Kind, context: Context) -> pd.DataFrame:
    """Fill version, language and country from the options, where the rows do not have them."""
    import pandas as pd

    given = {key: stated(context.options, key, context.path) for key in ("version_id", "lang")}
    country = stated(context.options, "country", context.path)
    source = "storefront" if kind.word == "review" else "given"
    filled = {
        key: pd.Series(value, index=frame.index, dtype="str")
        for key, value in given.items()
        if value is not None or key not in frame
    }
    return frame.assign(
        **filled,
        country=pd.Series(country, index=frame.index, dtype="str"),
        country_source=pd.Series(source if country else None, index=frame.index, dtype="str"),
    )


def _typed(frame: pd.DataFrame, tally: Counter[str]) -> pd.DataFrame:
    """Give counts, stars and truth values their types; what cannot be read is counted."""
    import pandas as pd

    out = {}
    for name in COUNTS:
        if name in frame:
            out[name], unread = short_numbers(frame[name])
            tally["bad_count"] += int(unread.sum())
    for name in TRUTHS:
        if name in frame:
            words = frame[name].str.strip().str.lower()
            out[name] = words.map({"true": True, "false": False, "1": True, "0": False}).astype(
                "boolean"
            )
    for name in MOMENTS:
        if name in frame:
            out[name] = frame[name].map(lambda t: iso_date(t) or t, na_action="ignore")
    if "stars" in frame:
        stars = pd.to_numeric(frame["stars"].str.strip(), errors="coerce").astype("float64")
        good = stars.between(1, 5)
        tally["bad_stars"] += int((frame["stars"].notna() & ~good).sum())
        out["stars"] = stars.where(good)
    else:
        out["stars"] = pd.Series(float("nan"), index=frame.index, dtype="float64")
    return frame.assign(**out)


def _named(frame: pd.DataFrame, kind: Kind, held: Rows, tally: Counter[str]) -> pd.DataFrame:
    """Give every row its id: its own, or one made of what it says; refuse rounded ones."""
    import pandas as pd

    if kind.made_id:
        tally["made_id"] += len(frame)
        made = [_made(cells) for cells in frame[list(kind.made_id)].itertuples(index=False)]
        return frame.assign(comment_id=pd.Series(made, index=frame.index, dtype="str"))
    ids = frame["comment_id"].str.strip()
    exact = ids.str.fullmatch(_POINT_ZERO).fillna(False).astype(bool)
    ids = ids.mask(exact, ids.str.partition(".")[0] if len(ids) else ids)
    rounded = ids.str.fullmatch(_ROUNDED).fillna(False).astype(bool)
    for reason, lost in ((NO_ID, ids.isna()), (ROUNDED_ID, rounded)):
        if lost.any():
            held.refused[reason] += int(lost.sum())
    good = ids.notna() & ~rounded
    return frame.assign(comment_id=ids)[good]


def _made(cells: Sequence[Any]) -> str:
    text = "\x1f".join("" if cell is None or cell != cell else str(cell) for cell in cells)
    return "h" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:20]


def _once(frame: pd.DataFrame, files: Sequence[Rows]) -> pd.DataFrame:
    """Keep each row once; where ids were made, two persons who say the same stay two."""
    content = ["comment_id", "user_hash", "text"]
    again = frame.duplicated(content)
    _refuse(frame[again], files, SAME)
    frame = frame[~again].reset_index(drop=True)
    made = frame["comment_id"].str.fullmatch("h[0-9a-f]{20}").fillna(False).astype(bool)
    later = frame.groupby("comment_id").cumcount() + 1
    apart = made & (later > 1)
    ids = frame["comment_id"].mask(apart, frame["comment_id"] + "-" + later.astype("str"))
    frame = frame.assign(comment_id=ids)
    other = frame.duplicated("comment_id")
    _refuse(frame[other], files, OTHER)
    return frame[~other].reset_index(drop=True)


def _refuse(lost: pd.DataFrame, files: Sequence[Rows], reason: str) -> None:
    for place, n in lost["source_file"].value_counts().items():
        files[int(str(place))].refused[reason] += int(n)


def _note(kind: Kind, held: Rows, others: Sequence[str]) -> str:
    """Say of a file which fields were left out, and how often those on persons were filled."""
    seen = held.seen
    personal = [f"{name} ({seen[name]:,})" for name in sorted(seen) if name in kind.personal]
    unknown = sorted(name for name in seen if name not in kind.known())
    said = [held.note] if held.note else []
    if personal:
        said.append(f"fields on persons dropped: {', '.join(personal)}")
    if unknown:
        said.append(f"fields left out: {', '.join(unknown[:30])}")
    return " ".join((["; ".join(said) + "."] if said else []) + list(others))


def _tell(frame: pd.DataFrame, tally: Counter[str]) -> None:
    """Count what the whole table lacks."""
    if frame.empty:
        tally["none"] += 1
    for key, column in (("no_version", "version_id"), ("no_lang", "lang")):
        tally[key] += int(frame[column].isna().sum())
    tally["no_country"] += max(int(frame["country"].isna().sum()) - tally["lost_label"], 0)
    empty = frame["posted_at"].isna()
    lost = int((empty & frame["posted_as_given"].notna()).sum()) - tally["age_only"]
    tally["lost_date"] += max(lost, 0)
    tally["no_date"] += int((empty & frame["posted_as_given"].isna()).sum())
