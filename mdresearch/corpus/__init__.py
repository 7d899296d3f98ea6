"""Corpora: tables with a schema, read from scholars' folders and from pinned datasets."""
