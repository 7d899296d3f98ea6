"""Loaders: one file a family of formats, each registered in `mdresearch.corpus.loading.LOADERS`."""
