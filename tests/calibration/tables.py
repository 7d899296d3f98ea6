"""How a calibration is written down: a row a rate, with its runs, error, bar, seed, command."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
DATE = date.today().isoformat()


@dataclass(frozen=True)
class Rate:
    """A rate found by simulation.

    ``bar`` is what it is held against: ``<= 0.06``, ``>= 0.93``, or ``= 0.768`` for the re-creation
    of a figure that was itself found in ``bar_runs`` runs; three Monte Carlo standard errors are
    allowed, of both figures where both were simulated.
    """

    study: str
    design: str
    quantity: str
    runs: int
    rate: float
    bar: str
    bar_runs: int = 0

    @property
    def mc_se(self) -> float:
        """Standard error of the rate at its bar; of the difference where the bar was simulated."""
        target = float(self.bar.split()[1])
        variance = max(target * (1 - target), 1e-3)
        return (variance / self.runs + (variance / self.bar_runs if self.bar_runs else 0)) ** 0.5

    @property
    def holds(self) -> bool:
        """Whether the rate meets its bar within three Monte Carlo standard errors."""
        relation, text = self.bar.split()
        target, allowed = float(text), 3 * self.mc_se
        if relation == "<=":
            return self.rate <= target + allowed
        if relation == ">=":
            return self.rate >= target - allowed
        return abs(self.rate - target) <= allowed + 0.0005  # figures are printed to three digits


def write(rates: list[Rate], name: str, seed: int, command: str) -> None:
    """Write the table of a calibration beside this file, and print it."""
    rows = [
        {
            **asdict(r),
            "rate": f"{r.rate:.4f}",
            "mc_se": f"{r.mc_se:.4f}",
            "holds": str(r.holds).lower(),
            "seed": seed,
            "command": command,
            "date": DATE,
        }
        for r in rates
    ]
    with (HERE / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for row in rows:
        print(
            ", ".join(
                f"{k} {row[k]}" for k in ("design", "quantity", "runs", "rate", "bar", "holds")
            )
        )


def read(name: str) -> list[dict[str, str]]:
    """Read a committed calibration table."""
    with (HERE / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))
