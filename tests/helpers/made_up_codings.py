"""Made-up codebooks and coded rows for the tests of reliability; all of it is simulated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HEAD = """mdcodebook: "1.0"
id: test:toy
version: 0.1.0
status: pilot
title: {en: A made-up scheme}
description: {en: For tests.}
default_language: en
languages: [en]
license: CC0-1.0
date: "2026-11-24"
authors:
  - {name: nobody}
units:
  episode: {label: {en: Episode}}
code_lists:
  roles:
    label: {en: Roles}
    codes:
"""


def codebook_text(variables: str, tops: int = 3, etics: int = 2, emics: int = 2) -> str:
    """Return a codebook with a tree of tops x etics x emics codes and the given variables."""
    lines = [HEAD]
    for t in range(tops):
        lines.append(code(f"t{t}", "etic", 6, 1))
        for e in range(etics):
            lines.append(code(f"t{t}e{e}", "etic", 10, 1))
            lines += [code(f"t{t}e{e}m{m}", "emic", 14, 0) for m in range(emics)]
    return "".join(lines) + "variables:\n" + variables


def code(name: str, role: str, indent: int, children: int) -> str:
    pad = " " * indent
    text = f"{pad}- id: {name}\n{pad}  label: {{en: {name}}}\n{pad}  role: {role}\n{pad}  evidence: hypothesis\n"
    text += f"{pad}  definition: {{en: Made up.}}\n"
    return text + (f"{pad}  children:\n" if children else "")


def variable(name: str, kind: str = "nominal", extra: str = "") -> str:
    listed = "    codes_from: roles\n" if kind in ("nominal", "multilabel", "span") else ""
    return (
        f"  - id: {name}\n    label: {{en: {name}}}\n    unit: episode\n    type: {kind}\n"
        f"{listed}{extra}"
    )


def write_codebook(folder: Path, variables: str) -> Path:
    """Write a codebook into a folder and return its path."""
    path = folder / "toy.mdcb.yaml"
    path.write_text(codebook_text(variables), encoding="utf-8")
    return path


def leaves() -> list[str]:
    """Return the emic codes of the made-up tree."""
    return [f"t{t}e{e}m{m}" for t in range(3) for e in range(2) for m in range(2)]


def coded_rows(sheet: pd.DataFrame, variable: str, **columns: object) -> pd.DataFrame:
    """Turn units x coders into rows of ``codes``; an empty cell is no row."""
    wide = sheet.rename_axis(index="unit_id").reset_index()
    rows = wide.melt("unit_id", var_name="coder_id", value_name="value").dropna(subset=["value"])
    rows = rows.assign(unit_type="episode", variable=variable, round="reliability", **columns)
    return rows.astype({"value": "str", "unit_id": "str", "coder_id": "str"})


def many_codings(n_units: int = 10_000, n_coders: int = 5, n_variables: int = 40) -> np.ndarray:
    """Return codes (places in `leaves`), shape (variables, units, coders), about .64 in alpha."""
    rng = np.random.default_rng(3)
    q = len(leaves())
    truth = rng.integers(q, size=(n_variables, n_units, 1))
    knows = rng.random((n_variables, n_units, n_coders)) < 0.8
    return np.where(knows, truth, rng.integers(q, size=knows.shape))


def long_codings(codes: np.ndarray) -> pd.DataFrame:
    """Return the same as rows of ``codes``."""
    v, n, r = codes.shape
    return pd.DataFrame(
        {
            "unit_type": "episode",
            "unit_id": np.tile(np.repeat([f"u{i}" for i in range(n)], r), v),
            "variable": np.repeat([f"v{i}" for i in range(v)], n * r),
            "value": np.array(leaves())[codes.ravel()],
            "coder_id": np.tile([f"k{i}" for i in range(r)], v * n),
            "round": "reliability",
        }
    )
