"""A registry: a readable, read-only mapping from names to what was registered under them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from mdresearch.core.errors import MdresearchError, unknown_name

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """Names of one kind of thing, filled by a decorator and read like a dict.

    Parameters
    ----------
    kind : str
        What one entry is, in the singular; used in error messages.
    homes : tuple of str
        Modules whose import fills the registry. They are imported at the first look-up, so that
        ``import mdresearch`` stays light and a room never imports one below it.

    Examples
    --------
    >>> tests = Registry("test")
    >>> @tests.add("sign")
    ... def sign_test(x):
    ...     return x
    >>> list(tests)
    ['sign']
    """

    def __init__(self, kind: str, homes: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self._homes = homes
        self._filled = not homes
        self._entries: dict[str, T] = {}

    def add(self, name: str) -> Callable[[T], T]:
        """Register the decorated object under ``name``; a name is taken once only."""

        def keep(entry: T) -> T:
            held = self._entries.get(name)
            if held is not None and _origin(held) != _origin(entry):
                raise MdresearchError(
                    f"The {self.kind} '{name}' is registered already, by {_origin(held)}. "
                    f"Choose another name for {_origin(entry)}."
                )
            self._entries[name] = entry
            return entry

        return keep

    def _fill(self) -> None:
        if not self._filled:
            self._filled = True
            for home in self._homes:
                importlib.import_module(home)

    def __getitem__(self, name: str) -> T:
        self._fill()
        if name not in self._entries:
            raise unknown_name(self.kind, name, self)
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        self._fill()
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        self._fill()
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Registry of {len(self)} x {self.kind}: {', '.join(self)}"


def _origin(entry: object) -> str:
    module = getattr(entry, "__module__", type(entry).__module__)
    return f"{module}.{getattr(entry, '__qualname__', type(entry).__qualname__)}"
