"""The codebook: frozen, in file order; each method is a thin face of a function of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.codebook_documents import ForPeople, ForTools
from mdresearch.coding.codebook_parts import (
    NONE_OF_THESE,
    Code,
    CodeList,
    Missing,
    Variable,
    frozen,
    in_language,
    nothing,
)
from mdresearch.core.errors import unknown_name

__all__ = ["NONE_OF_THESE", "Code", "CodeList", "Codebook", "Missing", "Variable"]

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.diffs import Diff
    from mdresearch.coding.extending import Extension
    from mdresearch.coding.migrating import Migrated
    from mdresearch.coding.trees import Tree
    from mdresearch.coding.validating import Validation


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Codebook(ForPeople, ForTools):
    """A coding scheme, with everything that it extends worked in.

    Made by `Codebook.load` and `Codebook.read`; nothing in it can be changed.

    Attributes
    ----------
    id, version : str
        Such as ``mdr:microdrama-core`` and ``0.2.0``.
    codes, code_lists, variables, units : mapping
        By id, in file order.
    parents : tuple of Codebook
        The schemes that it extends directly.
    path : Path or None
        The file that it was read from.
    """

    id: str
    version: str
    codes: Mapping[str, Code]
    code_lists: Mapping[str, CodeList]
    variables: Mapping[str, Variable]
    units: Mapping[str, Mapping[str, Any]]
    parents: tuple[Codebook, ...] = ()
    path: Path | None = None
    content: Mapping[str, Any] = field(default_factory=nothing)
    written: Mapping[str, Any] = field(default_factory=nothing)
    own: Mapping[str, Any] = field(default_factory=nothing)
    text: Any = None

    @classmethod
    def load(cls, name: str | Path, version: str | None = None) -> Codebook:
        """Return a bundled codebook by short name or id, or the one in a file.

        Parameters
        ----------
        name : str or Path
            A short name (``"core"``), an id (``"mdr:microdrama-core"``), or the path of a file.
        version : str or None
            The version that it must have: exact (``"0.1.0"``) or a range (``"^0.1"``).

        Raises
        ------
        CodebookError
            It is not there, has another version, or has mistakes (all are listed, with lines).

        Examples
        --------
        >>> Codebook.load("core")["wolf_alpha"].parent
        'possessive_sovereign'
        """
        from mdresearch.coding.reading import load_codebook

        return load_codebook(name, version)

    @classmethod
    def read(cls, path: str | Path) -> Codebook:
        """Return the codebook in a file, with what it extends worked in; see `Codebook.load`."""
        from mdresearch.coding.reading import read_codebook

        return read_codebook(path)

    @property
    def spec(self) -> str:
        """``id@version``: what stored codings carry."""
        return f"{self.id}@{self.version}"

    @property
    def document(self) -> dict[str, Any]:
        """A copy of the resolved content as plain dicts and lists."""
        from mdresearch.coding.normalising import plain_copy

        return dict(plain_copy(self.content))

    @property
    def source(self) -> dict[str, Any]:
        """A copy of the file's own content, before anything was worked in."""
        from mdresearch.coding.normalising import plain_copy

        return dict(plain_copy(self.written))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved content in canonical JSON, as 64 hex digits."""
        from mdresearch.coding.canonical import content_hash

        return content_hash(self.content)

    @property
    def default_language(self) -> str:
        """The language of bare texts."""
        return str(self.content["default_language"])

    @property
    def title(self) -> str:
        """The title in the default language."""
        return in_language(self.content["title"], None, self.default_language)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that the scheme says it covers; the default one where it says nothing."""
        return tuple(self.content.get("languages", (self.default_language,)))

    @property
    def language_status(self) -> Mapping[str, Mapping[str, Any]]:
        """Language to its state: ``source``, ``draft`` or ``checked``, by whom, when."""
        return frozen(self.content.get("language_status", {}))

    @property
    def bibliography(self) -> Mapping[str, str]:
        """Key to reference."""
        return frozen(self.content.get("bibliography", {}))

    @property
    def transcoding(self) -> tuple[Mapping[str, Any], ...]:
        """Maps to the codes of other markets and schemes, as they were written."""
        return tuple(frozen(m) for m in self.content.get("transcoding", ()))

    @property
    def migrations(self) -> tuple[Mapping[str, Any], ...]:
        """What changed between versions of this scheme."""
        return tuple(frozen(m) for m in self.content.get("migrations", ()))

    def __getitem__(self, code: str) -> Code:
        if code not in self.codes:
            raise unknown_name(f"code in {self.spec}", code, self.codes)
        return self.codes[code]

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Codebook) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def variable(self, name: str) -> Variable:
        """Return a variable; an unknown name is an error that lists those there are."""
        if name not in self.variables:
            raise unknown_name(f"variable in {self.spec}", name, self.variables)
        return self.variables[name]

    def codes_of(self, variable: str) -> tuple[Code, ...]:
        """Return the codes that a variable takes, in file order, depth first."""
        return tuple(self.codes[code] for code in self.variable(variable).codes)

    def children(self, code: str) -> tuple[str, ...]:
        """Return the ids of the codes right below a code."""
        return self[code].children

    def value_of(self, code: str) -> float | None:
        """Return the number of a code, or of the nearest code above it that has one."""
        from mdresearch.coding.rollups import inherited_value

        return inherited_value(self.codes, self[code].id)

    def rollup(self, code: str, level: str = "etic") -> str:
        """Return the code that stands for ``code`` at a level; see `rollup_table`.

        Examples
        --------
        >>> Codebook.load("core").rollup("wolf_alpha")
        'possessive_sovereign'
        """
        from mdresearch.coding.rollups import roll_up

        return roll_up(self, self[code].id, level)

    def rollup_table(self, level: str = "etic") -> dict[str, str]:
        """Return code to rolled-up code, for every code of the scheme: ``series.map(table)``.

        Parameters
        ----------
        level : str
            ``emic``: the code itself. ``etic``: the nearest code, from itself upwards, with the
            role etic. ``top``: the top code of its list. The id of a scheme: the nearest code that
            this scheme defines.

        Raises
        ------
        CodebookError
            A code has no such code above it, or the level is unknown.
        """
        from mdresearch.coding.rollups import roll_up

        return {code: roll_up(self, code, level) for code in self.codes}

    def tree(self, list_id: str | None = None, lang: str | None = None) -> Tree:
        """Return the codes as a tree that folds in a notebook and prints in a terminal.

        Parameters
        ----------
        list_id : str or None
            One list, or the variable whose own codes are meant; all where None.
        lang : str or None
            Language of the labels; the scheme's own where None.
        """
        from mdresearch.coding.trees import show_tree

        return show_tree(self, list_id, lang)

    def diff(self, other: Codebook, clarifies: Collection[str] = ()) -> Diff:
        """Return what changed from this version to another, and the step it asks for.

        Parameters
        ----------
        other : Codebook
            The later version of the same scheme.
        clarifies : collection of str
            Codes and variables whose definition, include or exclude was reworded without another
            meaning. No machine can judge that: without it, a new wording asks for a major step.
            Corrected translations that were marked ``draft`` ask for a patch.

        Returns
        -------
        Diff
            ``changes`` (a table), ``bump``, ``legal``.
        """
        from mdresearch.coding.comparing import compare

        return compare(self, other, clarifies)

    def extend(
        self,
        id: str,
        version: str = "0.1.0",
        title: str | Mapping[str, str] | None = None,
        **fields: Any,
    ) -> Extension:
        """Begin a scheme that refines this one; nothing of this one can be redefined by it.

        Parameters
        ----------
        id : str
            ``namespace:slug``, such as ``me:mine``.
        version : str
            Its first version.
        title : str, mapping of str to str, or None
        **fields
            What else the head of the file may say: description, authors, license, languages, ...

        Examples
        --------
        >>> mine = Codebook.load("core").extend("me:mine").refine("kin_gatekeeper", ["camer"])
        >>> mine.codebook().rollup("camer")
        'kin_gatekeeper'
        """
        from mdresearch.coding.extending import extend

        return extend(self, id, version, title, **fields)

    def migrate(self, codes: pd.DataFrame, coded_with: str | None = None) -> Migrated:
        """Carry coded rows of an older version to this one; no row is dropped, none is guessed.

        The steps are those of ``migrations`` between the version that a row names in its column
        ``codebook`` and this one. A rename or a merge marked ``automatic`` gives the new id; every
        other step marks the row ``needs_recode`` and leaves its value as it was.

        Parameters
        ----------
        codes : DataFrame
            The table `codes`.
        coded_with : str or None
            ``id@version`` of rows that name no codebook.

        Returns
        -------
        Migrated
            ``rows`` (all of them, the old columns beside the new), ``report``, ``to_recode()``.

        Raises
        ------
        DataError
            A column is missing, or rows name no codebook and ``coded_with`` is not given.
        """
        from mdresearch.coding.migrating import migrate

        return migrate(codes, self, coded_with)

    def check_rows(
        self, codes: pd.DataFrame, units: Mapping[str, pd.DataFrame] | None = None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows of the table `codes` that are in order, and what is wrong in others.

        Parameters
        ----------
        codes : DataFrame
            At least unit_type, unit_id, variable, value, coder_id.
        units : mapping of str to DataFrame or None
            Unit to its table, for conditions on its columns.

        Returns
        -------
        rows, problems : DataFrame
            ``problems`` has one row a problem, with the row, the value and what is allowed.
        """
        from mdresearch.coding.code_rows import check_code_rows

        return check_code_rows(codes, self, units)

    def validate(self) -> Validation:
        """Return every mistake and doubt, with the line of the file where it stands.

        A codebook with mistakes is not read at all, so that what is left here are doubts: missing
        translations, drafts that a native scholar must check, codes without examples.
        """
        from mdresearch.coding.reading import validate_codebook

        return validate_codebook(self)

    def __repr__(self) -> str:
        etic = sum(code.role == "etic" for code in self.codes.values())
        return (
            f"Codebook {self.spec}: {self.title}\n"
            f"  {len(self.codes)} codes ({etic} etic, {len(self.codes) - etic} emic), "
            f"{len(self.code_lists)} lists, {len(self.variables)} variables, "
            f"{len(self.languages)} languages"
        )
