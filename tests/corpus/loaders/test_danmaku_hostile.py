"""Hostile and damaged danmaku files: refused in words, in a process that may hold little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

GIB = 1 << 30
MOST_MB = 600  # of memory that is touched, with pandas itself
HEAD = b'<?xml version="1.0" encoding="UTF-8"?><i><chatid>7</chatid>'
ITEM = b'<d p="1.00000,1,25,16777215,1626077354,0,5bd04b14,1,10">made up</d>'
CHAT = b'<chat thread="1" no="1" vpos="76" date="1402132048" user_id="1">made up</chat>'
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (k, b"ha" if k == 0 else b"&l%d;" % (k - 1) * 10) for k in range(10)
)
OUTSIDE = b'<!ENTITY x SYSTEM "file:///etc/hostname">'
KINDS = {"bilibili_xml": (b"i", ITEM), "niconico_xml": (b"packet", CHAT)}
DTD = "declares a document type or entities"

READ = """
import json, resource, sys, warnings
import pandas, mdresearch.corpus.workbooks
from mdresearch.core.errors import DataError
from mdresearch.corpus.loading import LOADERS
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
warnings.simplefilter("ignore")
from pathlib import Path

def own_peak():
    # of this program alone: ru_maxrss begins with what the process that started it had
    status = Path("/proc/self/status")
    if status.exists():
        held = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
        return int(held.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

told = {}
for kind, path in json.loads(sys.argv[1]):
    try:
        LOADERS[kind].function([Path(path)], {})
        told[path] = "it was read"
    except DataError as error:
        told[path] = str(error)
peak = own_peak()
json.dump([peak, told], sys.stdout)
"""


def sparse(path: Path, begin: bytes, size: int = 2 * GIB) -> None:
    """Write a beginning, and a hole of NUL bytes up to the size: nothing of it is on the disk."""
    with path.open("wb") as stream:
        stream.write(begin)
        stream.truncate(size)


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> tuple[float, dict[str, str]]:
    """Read every hostile file in one process of at most 2 GiB; what each was refused for."""
    folder = tmp_path_factory.mktemp("hostile")
    asked = []
    for kind, (root, item) in KINDS.items():
        start, end = b"<%s>" % root, b"</%s>" % root
        contents = {
            "laughs": b'<?xml version="1.0"?><!DOCTYPE %s [%s]>' % (root, LAUGHS)
            + start
            + item.replace(b"made up", b"&l9;")
            + end,
            "outside": b"<!DOCTYPE %s [%s]>" % (root, OUTSIDE)
            + start
            + item.replace(b"made up", b"&x;")
            + end,
            "nul": start + item.replace(b"made", b"ma\0de") + end,
            "page": b"<!doctype html>\n<html><body>" + item + b"</body></html>",
            "cut": start + item * 50_000 + item[:20],
        }
        for name, content in contents.items():
            (folder / f"{name}-{kind}.xml").write_bytes(content)
        sparse(folder / f"hole-{kind}.xml", start + item)
        sparse(folder / f"open-{kind}.xml", start + item[:-5])
        asked += [(kind, str(p)) for p in sorted(folder.glob(f"*-{kind}.xml"))]
    for kind in ("hongguo_csv", "danmaku_json"):
        begin = b'{"episodes": [' if kind == "danmaku_json" else "剧名称,group_title\n".encode()
        path = folder / (f"hole-{kind}.json" if kind == "danmaku_json" else f"hole-{kind}.csv")
        sparse(path, begin)
        asked.append((kind, str(path)))
    command = [sys.executable, "-c", READ, json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    peak, messages = json.loads(done.stdout)
    return peak, {Path(path).stem: text for path, text in messages.items()}


SAID = {
    "laughs": DTD,
    "outside": DTD,
    "nul": "a NUL ",
    "page": "it is a web page (HTML), not ",
    "cut": "It is not well-formed XML: damaged, or cut off. Copy it again from its source.",
    "hole": "2,147,483,648 bytes; at most 2,000,000,000 are read at once",
    "open": "2,147,483,648 bytes; at most 2,000,000,000 are read at once",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", SAID)
def test_it_is_refused_with_its_name_and_the_reason(what, kind, told) -> None:
    message = told[1][f"{what}-{kind}"]
    assert f"{what}-{kind}.xml" in message
    assert SAID[what] in message
    assert len(message) < 500


@pytest.mark.parametrize("kind", ["hongguo_csv", "danmaku_json"])
def test_two_gibibytes_in_one_line_are_refused_by_their_size(kind, told) -> None:
    assert "2,147,483,648 bytes" in told[1][f"hole-{kind}"]


def test_no_hostile_file_fills_the_memory(told) -> None:
    assert told[0] < MOST_MB
