"""Made-up tables for tests."""

from __future__ import annotations

import numpy as np
import pandas as pd


def make_answers(
    rng: np.random.Generator,
    countries: tuple[int, int],
    titles: int,
    persons: int,
    delta: float = 0.0,
) -> pd.DataFrame:
    """Return a table of answers: respondent_id, country, side (a or b), title_id, y."""
    n = sum(countries)
    side = np.arange(n) < countries[0]
    level = rng.normal(0, 0.15, n) + delta * side
    title = rng.normal(0, 0.4, titles)
    shift = rng.normal(0, 0.15, (2, titles))
    person = rng.normal(0, 0.6, (n, persons))
    country, who, which = np.indices((n, persons, titles)).reshape(3, -1)
    y = level[country] + title[which] + shift[(~side[country]).astype(int), which]
    y = y + person[country, who] + rng.normal(0, 0.75, len(country))
    names = np.array([f"C{i:02d}" for i in range(n)])
    return pd.DataFrame(
        {
            "respondent_id": [f"P{c:02d}-{w:03d}" for c, w in zip(country, who, strict=True)],
            "country": names[country],
            "side": np.where(side[country], "a", "b"),
            "title_id": np.array([f"T{i:02d}" for i in range(titles)])[which],
            "y": y,
        }
    )
