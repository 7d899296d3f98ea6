"""Fuzz one target: ``python tests/fuzz/run.py TARGET -max_total_time=600`` (README.md says more)."""

from __future__ import annotations

import csv
import datetime
import hashlib
import importlib
import os
import pkgutil
import re
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUNS = HERE / "RUNS.csv"
LIMITS = ("-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1")
INSTRUMENTED = ("mdresearch", "pysubs2", "ruamel")
CHILD = "MDRESEARCH_FUZZ_CHILD"
REPLAY = "replay"
SCHEMA_EVERY = 6
ROOMS = ("core", "corpus", "coding", "study")


def work(target: str) -> Path:
    """Return the folder of a target: inputs that the fuzzer keeps, and crashes."""
    return Path(tempfile.gettempdir()) / "mdresearch-fuzz" / target


def child(name: str, arguments: list[str]) -> None:
    """Fuzz in this process; every crash is kept once for each place in the code, and goes on."""
    import atheris

    sys.path.insert(0, str(HERE))
    atheris.enabled_hooks.add("str")
    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        import pysubs2  # noqa: F401

        import mdresearch

        for module in pkgutil.walk_packages(mdresearch.__path__, "mdresearch."):
            if module.name.split(".")[1] in ROOMS:
                importlib.import_module(module.name)
        import fuzz_checks
        from fuzz_targets import TARGETS

    target = TARGETS[name]
    fuzz_checks.own_folder()
    inputs, crashes = work(name) / "inputs", work(name) / "crashes"
    inputs.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    for seed, content in target.seeds().items():
        (inputs / f"seed-{seed}").write_bytes(content)
    dictionary = work(name) / "words.dict"
    dictionary.write_text("".join(f'"{_escaped(w)}"\n' for w in target.words), encoding="ascii")

    def one(data: bytes) -> None:
        try:
            target.run(data)
        except Exception as error:
            _keep(crashes, data, error)

    told = [f"-dict={dictionary}", f"-artifact_prefix={crashes}/", f"-max_len={target.longest}"]
    if arguments == [REPLAY]:
        for path in sorted(inputs.iterdir()):
            one(path.read_bytes())
        return
    fuzz_checks.EVERY[0] = SCHEMA_EVERY
    atheris.Setup([sys.argv[0], *LIMITS, *told, *arguments, str(inputs)], one)
    atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _keep(crashes: Path, data: bytes, error: Exception) -> None:
    """Write an input that broke something, the shortest for each place in the code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "mdresearch" in f.filename or "fuzz_" in f.filename]
    place = f"{type(error).__name__}-{'-'.join(f'{Path(f.filename).stem}.{f.lineno}' for f in ours[-2:])}"
    if type(error).__name__ == "BrokenPromiseError":
        words = re.sub(r"[^a-z]+", "-", str(error).lower())[:40]
        place = f"broken-{words}{hashlib.sha256(words.encode()).hexdigest()[:4]}"
    path = crashes / place
    if not path.exists() or path.stat().st_size > len(data):
        if not path.exists():
            sys.stderr.write(f"CRASH {place}: {str(error)[:500]}\n")
        path.write_bytes(data)
        path.with_name(f"{place}.trace").write_text(
            "".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace"
        )


def main(arguments: list[str]) -> int:
    """Fuzz in a process of its own, show what it says, and write a line to RUNS.csv."""
    if len(arguments) < 1 or arguments[0].startswith("-"):
        sys.stderr.write("Usage: python tests/fuzz/run.py TARGET [-max_total_time=600]\n")
        return 2
    name, *rest = arguments
    before = set((work(name) / "crashes").glob("*")) if (work(name) / "crashes").is_dir() else set()
    start = time.monotonic()
    env = {**os.environ, CHILD: "1"}
    own = [sys.executable, __file__, name]
    done = subprocess.Popen(
        [*own, *rest], env=env, stderr=subprocess.PIPE, text=True, errors="replace"
    )
    executions, edges = 0, 0
    for line in done.stderr or ():
        sys.stderr.write(line)
        if found := re.match(r"#(\d+)\s.*?cov: (\d+)", line):
            executions, edges = int(found[1]), int(found[2])
        if found := re.match(r"stat::number_of_executed_units:\s*(\d+)", line):
            executions = int(found[1])
    code = done.wait()
    seconds = round(time.monotonic() - start)
    subprocess.run([*own, REPLAY], env=env, check=True)  # what it kept, each against the schemas
    after = {p for p in (work(name) / "crashes").glob("*") if p.suffix != ".trace"} - before
    row = (name, datetime.date.today().isoformat(), seconds, executions)
    with RUNS.open("a", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerow((*row, edges, len(after), "", _commit()))
    sys.stderr.write(f"{name}: {executions} executions, {len(after)} crashes in {work(name)}\n")
    return 1 if after or code else 0


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    return os.environ.get("MDRESEARCH_FUZZ_COMMIT") or done.stdout.strip()


if __name__ == "__main__":
    if os.environ.get(CHILD):
        child(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
