"""Data with a known truth, always marked as simulated."""
