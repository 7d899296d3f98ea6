"""Progress of long work: silent for two seconds, then a line or a bar on standard error."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")
SILENT_SECONDS = 2.0
LINE_SECONDS = 5.0


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield the items, telling on standard error how far the work is once it takes long.

    Parameters
    ----------
    items : iterable
        What is worked on, one after the other.
    what : str
        Words for the line, such as ``"reading subtitles"``.
    total : int or None
        How many there are; taken from ``items`` where that has a length.
    """
    total = len(items) if total is None and isinstance(items, Sized) else total
    started = told = time.monotonic()
    shown = False
    for place, item in enumerate(items):
        now = time.monotonic()
        if now - started > SILENT_SECONDS:
            wait = 0.2 if sys.stderr.isatty() else LINE_SECONDS
            if not shown or now - told > wait:
                shown, told = True, now
                _tell(what, place, total)
        yield item
    if shown:
        _tell(what, total if total is not None else place + 1, total, end="\n")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Tell on standard error how long one step has taken, once it takes long.

    For steps that cannot be counted, such as a query.

    Parameters
    ----------
    what : str
        Words for the line, such as ``"querying log.parquet"``.
    """
    started, done, shown = time.monotonic(), threading.Event(), []

    def tell() -> None:
        pause = SILENT_SECONDS
        while not done.wait(pause):
            pause = 1.0 if sys.stderr.isatty() else LINE_SECONDS
            shown.append(True)
            _tell(f"{what}, seconds", int(time.monotonic() - started), None)

    teller = threading.Thread(target=tell, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        if shown:
            _tell(f"{what}, seconds", int(time.monotonic() - started), None, end="\n")


class Meter:
    """The same for work that counts itself, such as a download; pooch takes it as a bar.

    Parameters
    ----------
    what : str
        Words for the line.
    total : int
        How much there is to do; 0 where that is not known.
    """

    def __init__(self, what: str, total: int = 0) -> None:
        self.what, self.total, self.done = what, total, 0
        self.started = self.told = time.monotonic()
        self.shown = False

    def update(self, amount: int) -> None:
        """Count what was done, and tell it once the work takes long."""
        self.done += amount
        now = time.monotonic()
        wait = 0.2 if sys.stderr.isatty() else LINE_SECONDS
        if now - self.started > SILENT_SECONDS and (not self.shown or now - self.told > wait):
            self.shown, self.told = True, now
            _tell(self.what, self.done, self.total or None)

    def reset(self) -> None:
        """Count from the start again."""
        self.done = 0

    def close(self) -> None:
        """Tell that it is done, where anything was told before."""
        if self.shown:
            _tell(self.what, self.total or self.done, self.total or None, end="\n")


def _tell(what: str, done: int, total: int | None, end: str = "") -> None:
    of = f" of {total:,}" if total is not None else ""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what}: {done:,}{of}{end}")
        sys.stderr.flush()
    else:
        sys.stderr.write(f"{what}: {done:,}{of}\n")
