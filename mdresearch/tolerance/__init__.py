"""Tolerance: thresholds from ladders of accept and reject, and the shares at the ladder's ends."""
