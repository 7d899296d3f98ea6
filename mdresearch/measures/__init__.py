"""Tables to numbers: each measure is one registered function that gives one score a unit."""
