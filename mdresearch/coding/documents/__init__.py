"""The codebook for people: HTML, Markdown and PDF in its languages, sheets for translators."""
