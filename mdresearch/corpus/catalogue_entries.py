"""Fills the catalogue; imported at its first look-up, and not before."""

from mdresearch.corpus.catalogue import DATASETS, bundled_entries, remote_entries

for dataset in (*bundled_entries(), *remote_entries()):
    DATASETS.add(dataset.name)(dataset)
