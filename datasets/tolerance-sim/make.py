"""Make the bundled dataset `tolerance-sim`: python datasets/tolerance-sim/make.py."""

from pathlib import Path

from mdresearch.simulation.simulating import SEED, simulate

if __name__ == "__main__":
    simulate("tolerance-sim", seed=SEED).save(Path(__file__).resolve().parent)
