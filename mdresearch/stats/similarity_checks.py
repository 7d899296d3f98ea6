"""What to doubt in a statement of similarity between countries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import unknown_name
from mdresearch.core.results import Check

if TYPE_CHECKING:
    from mdresearch.stats.methods import Design
    from mdresearch.stats.profiles import Profiles

ADVISED_STIMULI = 12
ADVISED_COUNTRIES = 6
STIMULI = ("same", "recalled")


def similarity_checks(
    profiles: Profiles, design: Design, options: Mapping[str, Any]
) -> tuple[Check, ...]:
    """Return the checks that the variance share and the profile correlation have in common."""
    n_countries, n_stimuli = profiles.mean.shape
    checks = [
        Check(
            "stimuli",
            n_stimuli >= ADVISED_STIMULI,
            f"{n_stimuli} stimuli; {ADVISED_STIMULI} or more are advised to speak of stimuli at "
            "large",
        ),
        Check(
            "countries",
            n_countries >= ADVISED_COUNTRIES,
            f"{n_countries} countries; {ADVISED_COUNTRIES} or more are advised",
        ),
        _same(options.get("stimuli")),
        *_cells(profiles),
        _persons(profiles, design),
    ]
    if profiles.n_missing:
        left = f"{profiles.n_missing:,} rows have no outcome and are left out"
        checks.append(Check("complete", False, left))
    if profiles.n_merged:
        merged = f"{profiles.n_merged:,} repeated answers of a person on a stimulus are averaged"
        checks.append(Check("one_answer", True, merged))
    unexamined = (
        "invariance and response style were not examined: countries may use the scale apart"
    )
    return (*checks, Check("comparability", None, unexamined))


def _same(stimuli: Any) -> Check:
    if stimuli is None:
        return Check("same_stimuli", None, "no option 'stimuli' says that all saw the same stimuli")
    if stimuli not in STIMULI:
        raise unknown_name("value of the option 'stimuli'", stimuli, STIMULI)
    if stimuli == "recalled":
        return Check(
            "same_stimuli",
            False,
            "each person recalled an own event; stimuli are not the same",
        )
    return Check("same_stimuli", True, "all countries answered to the same stimuli")


def _cells(profiles: Profiles) -> list[Check]:
    empty, single = int((profiles.n == 0).sum()), int((profiles.n == 1).sum())
    if profiles.n.size and not empty and not single:
        return [Check("cells", True, f"every cell has at least {int(profiles.n.min())} persons")]
    evidence = f"{empty} of {profiles.n.size} cells are empty, {single} have one person"
    return [Check("cells", False, evidence)]


def _persons(profiles: Profiles, design: Design) -> Check:
    if not design.person:
        return Check("persons", None, "no person column: every row is taken as another person")
    how = "answered several stimuli" if profiles.crossed else "answered one stimulus each"
    return Check("persons", True, f"{profiles.n_persons:,} persons {how}")
