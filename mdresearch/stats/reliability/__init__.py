"""Agreement of coders: ratings of units by several coders in, coefficients with intervals out."""
