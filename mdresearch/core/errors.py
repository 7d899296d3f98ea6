"""The errors of the toolkit, and the one way an unknown name is worded."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def showable(text: str) -> str:
    r"""Return a text in which what no terminal should be given is written as an escape.

    What a message quotes comes from files that nobody vouches for: control characters (which can
    move the cursor or hide words), marks that turn the direction, and halves of characters.

    Examples
    --------
    >>> showable("a\x1b[2Jb\n\ud800")
    'a\\x1b[2Jb\n\\ud800'
    """
    return _UNSHOWN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class MdresearchError(Exception):
    """Base of every error that the toolkit raises on purpose; its message can always be shown."""

    def __init__(self, *args: object) -> None:
        super().__init__(*(showable(arg) if isinstance(arg, str) else arg for arg in args))


class UnknownNameError(MdresearchError, KeyError):
    """A name that is in no registry."""

    def __str__(self) -> str:
        return str(self.args[0])


class DataError(MdresearchError, ValueError):
    """A table, column or value that is not what the schema allows."""


class StudyError(MdresearchError, ValueError):
    """A study file or claim that cannot be carried out as written."""


class CodebookError(MdresearchError, ValueError):
    """A codebook that cannot be read, resolved or used as written."""


class DatasetError(MdresearchError, OSError):
    """A dataset that is absent, unreachable, or not the one that was pinned."""

    def __str__(self) -> str:
        return str(self.args[0])


class StatisticsError(MdresearchError, ValueError):
    """A test or measure asked for something that it cannot give."""


def suggest(name: object, known: Iterable[str]) -> str:
    """Return the known name that is nearest to ``name``, or an empty string.

    Examples
    --------
    >>> suggest("tolerence", ["tolerance", "patience"])
    'tolerance'
    """
    lowered = {str(k).lower(): str(k) for k in known}
    near = difflib.get_close_matches(str(name).lower(), lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else ""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownNameError:
    """Word the error for a name that is not known: what is wrong, the nearest name, all names.

    Parameters
    ----------
    kind : str
        What the name should have been, such as ``"measure"``.
    name : object
        The name that was given.
    known : iterable of str
        Every name that would have been right.

    Returns
    -------
    UnknownNameError
        To be raised by the caller.

    Examples
    --------
    >>> print(unknown_name("measure", "tolerence", ["tolerance"]))
    There is no measure 'tolerence'. Did you mean 'tolerance'? Known: tolerance.
    """
    names = [str(k) for k in known]
    near = suggest(name, names)
    hint = f" Did you mean '{near}'?" if near else ""
    listing = ", ".join(names) if names else "none yet"
    return UnknownNameError(f"There is no {kind} '{name}'.{hint} Known: {listing}.")


MOST_SHOWN = 40


def several(title: str, problems: list[str], kind: type[MdresearchError]) -> MdresearchError:
    """Join all the mistakes that were found into one error, a line each; at most 40 are shown.

    Examples
    --------
    >>> print(several("study.yaml has 2 mistakes", ["line 1: a", "line 2: b"], StudyError))
    study.yaml has 2 mistakes:
      - line 1: a
      - line 2: b
    """
    shown = [f"  - {p}" for p in problems[:MOST_SHOWN]]
    if len(problems) > MOST_SHOWN:
        shown.append(f"  - and {len(problems) - MOST_SHOWN:,} more: mend these first.")
    return kind(f"{title}:\n" + "\n".join(shown))
