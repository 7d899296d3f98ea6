"""The words that figures and pages share: verdicts, symbols, names of columns and of checks."""

from __future__ import annotations

VERDICT_SYMBOLS = {
    "supported": "✓",
    "contradicted": "✕",
    "equivalent": "≈",
    "undecided": "?",
    "not_tested": "\N{EN DASH}",
}

VERDICT_MEANINGS = {
    "supported": "The interval lies above what the claim says at least (above zero where it names "
    "no minimum). For a claim of similarity: the narrower interval lies within the smallest "
    "effect of interest.",
    "contradicted": "The interval lies on the other side of zero, or below the minimum that the "
    "claim's wording implies (the sentence then says “smaller than claimed”). For a claim of "
    "similarity: it lies wholly outside the smallest effect of interest.",
    "equivalent": "The narrower interval lies within the smallest effect of interest: the "
    "difference is too small to matter. It may still differ from zero; the sentence says so.",
    "undecided": "None of these. The data allow more than one answer: this is not evidence of no "
    "difference.",
    "not_tested": "The test was undefined, was refused, was not comparable, or a stated ceiling "
    "forbids a verdict. The reason is given.",
}

COLUMN_WORDS = {
    "n_countries": "countries",
    "n_titles": "titles",
    "n_persons": "persons",
    "n_rows": "rows",
    "n_effective": "effective n",
    "n_stimuli": "stimuli",
    "share_of_total": "share of total",
    "n_a": "n, first condition",
    "n_b": "n, second condition",
    "sd": "SD",
    "se": "SE",
    "low": "95% low",
    "high": "95% high",
    "floor": "at the floor",
    "ceiling": "at the ceiling",
    "accept": "share accepting",
    "period_start": "from",
}

TABLE_WORDS = {
    "groups": "Groups as they were analysed",
    "countries": "Countries",
    "titles": "Titles",
    "limits": "Answers at the ends of the ladder",
    "curve": "Curve behind the figure",
    "periods": "Periods",
    "events": "Events",
    "components": "Components of variance",
    "profiles": "Profiles",
    "pairs": "Pairs of countries",
    "averages": "Averages",
    "sensitivity": "Sensitivity to other choices",
}

# What a check that fails, or was not done, leaves open. A check that is not in this list is named
# and quoted; None: information, not a doubt.
OPEN_QUESTIONS: dict[str, str | None] = {
    "comparability": "that the outcome means the same thing in both groups",
    "countries": "anything of the regions as such: it speaks of these countries",
    "country_level": "how a larger sample of countries would turn out",
    "titles": "anything of titles other than these",
    "shared_titles": "anything of the titles that one side alone has seen",
    "lost_countries": "anything of the countries that were lost",
    "generalises": "anything of the regions that the two countries lie in",
    "independence": "that the viewers are as many independent observations as were counted",
    "complete": "what the missing answers would have been",
    "assigned": "anything of the rows that lie in neither region, or in no country",
    "regions_verified": "that every country belongs to the region that it was placed in",
    "both_conditions": "the effect in the countries that saw one condition only",
    "censoring": "how far tolerance reaches beyond the ends of the ladder",
    "persons": "that no person was counted twice",
    "stimuli": "anything of stimuli other than these",
    "same_stimuli": "that all answered to the same thing",
    "search_protocol": "that events became more frequent, rather than easier to find",
    "events": "a rate that so few events could pin down",
    "dispersion": "that events are as independent of each other as counts of chance",
    "serial_dependence": "that one period is independent of the next",
    "window": "anything of the events that were left out",
    "exact_dates": "in which period each event fell",
    "one_country": "a trend of many countries",
    "adjacent_law": "the same with and without laws that only touch the subject",
    "sensitivity": "the same under every other reasonable choice",
    "below_one": "how alike the profiles are near the upper end of the scale",
    "variances_above_zero": "how large the parts of variance are that were estimated below 0",
    "error": None,
    "noise": None,
}


def verdict_word(verdict: str) -> str:
    """Return a verdict as it is printed.

    Examples
    --------
    >>> verdict_word("not_tested")
    'not tested'
    """
    return verdict.replace("_", " ")


def column_word(column: str) -> str:
    """Return the heading of a column."""
    return COLUMN_WORDS.get(column, column.replace("_", " "))
