"""The partial likelihood of a Cox regression on cells: value, gradient, information, scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdresearch.stats.survival_models.cox_cells import CoxCells

Array = np.ndarray
_SERIES, _SERIES_TIES, _SERIES_SHARE = 44, 256, 0.35


@dataclass(frozen=True, eq=False)
class Ties:
    """Sums over the tied events of each event time, k = 0 ... d - 1, with f = k / d (Efron).

    ``a1`` to ``b3``: sums of 1/y, f/y, 1/y^2, f/y^2, f^2/y^2, where y = 1 - f d0 / s0, what is
    left at risk; ``log``: of log(s0 y). Under Breslow's rule f is 0.
    """

    a1: Array
    a2: Array
    b1: Array
    b2: Array
    b3: Array
    log: Array


def breslow_sums(s0: Array, d: Array) -> Ties:
    """Return the sums where every tied event has the whole risk set."""
    none = np.zeros_like(s0)
    return Ties(d, none, d, none, none, d * np.log(s0))


def efron_sums(s0: Array, d0: Array, d: Array) -> Ties:
    """Return Efron's sums: term by term, or as a series where many tie and few of those at risk.

    The series is in powers of u = d0 / s0, all of its terms positive, with the power sums of
    k / d by the Euler-Maclaurin formula.
    """
    u = d0 / s0
    many = (d > _SERIES_TIES) & (u < _SERIES_SHARE)
    out = np.zeros((6, len(s0)))
    if many.any():
        out[:, many] = _series(u[many], d[many])
    few = ~many
    if few.any():
        out[:, few] = _termwise(u[few], d[few].astype(np.int64))
    a1, a2, b1, b2, b3, log = out
    return Ties(a1, a2, b1, b2, b3, log + d * np.log(s0))


def _termwise(u: Array, d: Array) -> Array:
    ends = np.cumsum(d)
    first = ends - d
    f = (np.arange(ends[-1]) - np.repeat(first, d)) / np.repeat(d, d)
    left = 1 - f * np.repeat(u, d)
    one = 1 / left
    two = one * one
    found = [one, f * one, two, f * two, f * f * two, np.log(left)]
    return np.array([np.add.reduceat(v, first) for v in found])


def _series(u: Array, d: Array) -> Array:
    j = np.arange(_SERIES + 3)[:, None]
    power = d / (j + 1) - 0.5
    fall = j.astype(float)
    for order, number in ((1, 12), (3, -720), (5, 30240), (7, -1209600)):
        power = power + np.where(j == order, 0.0, fall) / (number * d**order)
        fall = fall * (j - order) * (j - order - 1)
    power[0] = d
    m = np.arange(_SERIES)[:, None]
    us = u**m
    more = (m + 1) * us
    return np.array(
        [
            (us * power[:_SERIES]).sum(axis=0),
            (us * power[1 : _SERIES + 1]).sum(axis=0),
            (more * power[:_SERIES]).sum(axis=0),
            (more * power[1 : _SERIES + 1]).sum(axis=0),
            (more * power[2 : _SERIES + 2]).sum(axis=0),
            -(us[1:] * power[1:_SERIES] / m[1:]).sum(axis=0),
        ]
    )


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at one value of the coefficients.

    ``gradients`` has a row an event time; ``mean`` is the mean weight of an event there, ``s0``
    the sum of weighted risks; ``s1`` and ``d1`` are sums of covariates over those at risk and
    those having the event, by weighted risk as a share of ``s0``.
    """

    loglik: float
    gradients: Array
    risk: Array
    mean: Array
    ties: Ties
    s0: Array
    s1: Array
    d1: Array

    @property
    def gradient(self) -> Array:
        """The gradient of the log-likelihood."""
        return np.asarray(self.gradients.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Likelihood:
    """A partial likelihood over cells; ``x`` holds the covariates, centred and scaled."""

    cells: CoxCells
    x: Array
    ties: str

    def at(self, beta: Array) -> Point:
        """Return value and gradient at ``beta``."""
        cells, x = self.cells, self.x
        eta = x @ beta
        top = np.full(len(cells.strata), -np.inf)
        np.maximum.at(top, cells.stratum, eta)
        eta = eta - top[cells.stratum]
        relative = np.exp(eta)
        risk = cells.weight * relative
        sums = cells.at_risk(np.column_stack([risk, risk[:, None] * x]))
        died = cells.having_event(
            np.column_stack(
                [cells.count, cells.weight, risk, risk[:, None] * x, cells.weight[:, None] * x]
            )
        )
        p = x.shape[1]
        s0, s1 = sums[:, 0], sums[:, 1:]
        d, dw, d0, d1, dx = died[:, 0], died[:, 1], died[:, 2], died[:, 3 : 3 + p], died[:, 3 + p :]
        mean = dw / d
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            t = efron_sums(s0, d0, d) if self.ties == "efron" else breslow_sums(s0, d)
            s1, d1 = s1 / s0[:, None], d1 / s0[:, None]
            centre = t.a1[:, None] * s1 - t.a2[:, None] * d1
            loglik = float(cells.weight[cells.dead] @ eta[cells.dead] - mean @ t.log)
            gradients = dx - mean[:, None] * centre
        return Point(loglik, gradients, relative, mean, t, s0, s1, d1)

    def information(self, point: Point, by: Array | None = None) -> Array:
        """Return the information; ``by`` weighs the event times (``None``: all 1)."""
        cells, x, t = self.cells, self.x, point.ties
        q = point.mean if by is None else point.mean * by
        s1, d1 = point.s1, point.d1
        own = np.zeros(len(x))
        with np.errstate(over="ignore", invalid="ignore"):
            total = np.concatenate([[0.0], np.cumsum(q * t.a1 / point.s0)])
            spread = total[cells.high] - total[cells.low]
            own[cells.dead] = (q * t.a2 / point.s0)[cells.high[cells.dead] - 1]
            second = ((cells.weight * point.risk * (spread - own))[:, None] * x).T @ x
            mixed = ((q * t.b2)[:, None] * s1).T @ d1
            squares = ((q * t.b1)[:, None] * s1).T @ s1 + ((q * t.b3)[:, None] * d1).T @ d1
            return np.asarray(second - squares + mixed + mixed.T)

    def scores(self, point: Point) -> Array:
        """Return the score residual of one row of each cell, before its weight (Lin and Wei)."""
        cells, x, t = self.cells, self.x, point.ties
        q = (point.mean / point.s0)[:, None]
        s1, d1 = point.s1, point.d1
        hazard = q * np.column_stack([t.a1, t.b1[:, None] * s1 - t.b2[:, None] * d1])
        spared = q * np.column_stack(
            [t.a2, t.b2[:, None] * s1 - t.b3[:, None] * d1]
        )  # what an event among ties is spared: sums over f h and f h xbar
        total = np.vstack([np.zeros(hazard.shape[1]), np.cumsum(hazard, axis=0)])
        run = total[cells.high] - total[cells.low]
        place = cells.high[cells.dead] - 1
        run[cells.dead] -= spared[place]
        found = -point.risk[:, None] * (x * run[:, :1] - run[:, 1:])
        d = cells.having_event(cells.count)[:, None]
        centre = (t.a1[:, None] * s1 - t.a2[:, None] * d1) / d
        found[cells.dead] += x[cells.dead] - centre[place]
        return np.asarray(found)


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where the likelihood is greatest.

    ``free`` are the coefficients that the data can tell apart; ``endless`` those along which the
    likelihood rises without end.
    """

    beta: Array
    point: Point
    start: Point
    information: Array
    start_information: Array
    free: Array
    endless: Array
    converged: bool
    iterations: int


def maximise(likelihood: Likelihood, *, most: int = 60, halvings: int = 40) -> Maximum:
    """Climb by Newton's method with step halving, from 0."""
    p = likelihood.x.shape[1]
    beta = np.zeros(p)
    start = point = likelihood.at(beta)
    information = first = likelihood.information(point)
    free = distinct(first, float(likelihood.cells.weight[likelihood.cells.dead].sum()))
    step, bend, converged, count = np.zeros(p), first, not free.any(), 0
    for count in range(1, most + 1):
        if converged:
            break
        step = _newton(information, point.gradient, free)
        best, scale = None, 1.0
        for _ in range(halvings):
            trial = likelihood.at(beta + scale * step)
            slack = 1e-13 * abs(point.loglik)
            if np.isfinite(trial.loglik) and trial.loglik >= point.loglik - slack:
                best, bend = trial, likelihood.information(trial)
                break
            scale /= 2
        if best is None or not np.isfinite(bend).all():
            break
        beta = beta + scale * step
        gain, point = best.loglik - point.loglik, best
        information = bend
        small = float(np.abs(step).max()) < 1e-8
        converged = small or (abs(gain) <= 1e-13 * (1 + abs(point.loglik)) and count > 1)
    final = _newton(information, point.gradient, free)
    flat = np.diag(information) <= 1e-10 * np.diag(first)
    endless = free & (flat | ~(np.abs(final) < 1e-3))
    return Maximum(beta, point, start, information, first, free, endless, converged, count)


def _newton(information: Array, gradient: Array, free: Array) -> Array:
    step = np.zeros(len(gradient))
    if free.any():
        part = information[np.ix_(free, free)]
        scale = np.sqrt(np.maximum(np.diag(part), 1e-300))
        part = part / np.outer(scale, scale)
        step[free] = np.linalg.lstsq(part, gradient[free] / scale, rcond=1e-14)[0] / scale
    return step


def distinct(information: Array, events: float) -> Array:
    """Return which columns of unit variance are not combinations of earlier ones at any event."""
    rest = information.copy()
    kept = np.zeros(len(rest), dtype=bool)
    for j in range(len(rest)):
        if rest[j, j] > 1e-9 * events:
            kept[j] = True
            rest = rest - np.outer(rest[:, j], rest[j]) / rest[j, j]
    return kept
