"""Frames and arrays in, results out; this room knows nothing of drama."""
