"""Text and marks stand out from the paper, in both themes and for colour-blind readers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from mdresearch.reporting.themes import THEMES

# Machado, Oliveira & Fernandes (2009), severity 1.0, on linear RGB.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)


def linear(color):
    """Return linear RGB of a hex colour."""
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(first, second):
    """Return the contrast ratio of WCAG 2."""
    light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_text_has_a_contrast_of_four_and_a_half(theme):
    colors = (theme.ink, theme.muted, theme.first, theme.second, theme.claimed, theme.warn)
    for color in (*colors, *theme.cycle):
        assert contrast(color, theme.paper) >= 4.5, color
    for color in (theme.ink, theme.muted, theme.claimed):
        assert contrast(color, theme.band) >= 4.5, color


@pytest.mark.parametrize("matrix", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda t: t.name)
def test_the_two_groups_differ_for_colour_blind_readers(theme, matrix):
    for first, second in combinations((theme.first, theme.second, theme.ink), 2):
        seen = [np.clip(matrix @ linear(c), 0, 1) for c in (first, second)]
        assert np.abs(seen[0] - seen[1]).max() > 0.08
