"""Numbers as the APA manual prints them; the only place where a number is rounded for a reader."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"


def number(value: float, digits: int = 2) -> str:
    """Print a number with a fixed count of decimals and a true minus sign.

    Examples
    --------
    >>> number(-0.5)
    '−0.50'
    """
    if value is None or math.isnan(value):
        return "undefined"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """Print a number with about three significant digits, for axes of unknown unit.

    Examples
    --------
    >>> significant(1234.5), significant(0.012345)
    ('1,234', '0.0123')
    """
    if value is None or not math.isfinite(value):
        return number(value)
    if value != 0 and abs(value) < 10 ** (digits - 1):
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        return number(value, min(places, 8))
    return f"{value:,.0f}".replace("-", MINUS) if value else "0"


def p_value(p: float) -> str:
    """Print a probability: no leading zero, three decimals, never zero.

    Examples
    --------
    >>> p_value(0.0412), p_value(0.00002), p_value(1.0)
    ('= .041', '< .001', '= 1.000')
    """
    if p is None or math.isnan(p):
        return "undefined"
    if p < 0.001:
        return "< .001"
    return "= " + (f"{p:.3f}".removeprefix("0") if p < 0.9995 else "1.000")


def degrees(df: float) -> str:
    """Print degrees of freedom: whole where whole, two decimals otherwise.

    Examples
    --------
    >>> degrees(12.0), degrees(6554.0502)
    ('12', '6554.05')
    """
    if df is None or math.isnan(df):
        return "undefined"
    if math.isinf(df):
        return "∞"
    return f"{df:.0f}" if abs(df - round(df)) < 1e-9 else f"{df:.2f}"


def statistic(symbol: str, value: float, df: float, p: float, digits: int = 2) -> str:
    """Print a test statistic with its degrees of freedom and p.

    Examples
    --------
    >>> statistic("t", 2.5, 8.25, 0.036)
    't(8.25) = 2.50, p = .036'
    """
    inside = f"({degrees(df)})" if df is not None and math.isfinite(df) else ""
    return f"{symbol}{inside} = {number(value, digits)}, p {p_value(p)}"


def interval(low: float, high: float, level: float, digits: int = 2) -> str:
    """Print an interval with its level.

    Examples
    --------
    >>> interval(-0.1, 0.52, 0.95)
    '95% CI [−0.10, 0.52]'
    """
    percent = f"{100 * level:.2f}".rstrip("0").rstrip(".")
    return f"{percent}% CI [{number(low, digits)}, {number(high, digits)}]"
