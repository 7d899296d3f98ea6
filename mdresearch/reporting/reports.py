"""`md.report`: findings as a folder of files that a paper, a reader and a program can use."""

from __future__ import annotations

from pathlib import Path

from mdresearch.core.atomic import write_bytes, write_text
from mdresearch.core.csv_files import write_csv
from mdresearch.core.errors import DataError
from mdresearch.core.findings import Finding, Findings
from mdresearch.reporting.canvases import png_bytes, svg_text
from mdresearch.reporting.exports import claim_tables, findings_plain, json_text, values_plain
from mdresearch.reporting.figures import figure
from mdresearch.reporting.pages import report_html, verdict_keys
from mdresearch.reporting.references import bibtex, unknown_keys

LOOKS = {
    "light": ("light", False),
    "dark": ("dark", False),
    "light-narrow": ("light", True),
    "dark-narrow": ("dark", True),
}


def report(findings: Findings | Finding, out: str | Path) -> Path:
    """Write findings into a folder.

    Parameters
    ----------
    findings : Findings or Finding
        A single finding is taken as a study of one claim.
    out : str or Path
        The folder; it is made where it is not there. Files of the same names are replaced, each in
        one step; other files stay.

    Returns
    -------
    Path
        The folder: ``report.html``, ``findings.csv``, ``findings.json``, ``values.json``,
        ``refs.bib``, ``figures/<claim>.svg`` and ``.png``, ``tables/<claim>.csv``.

    Raises
    ------
    DataError
        Two claims have ids that differ at most in upper and lower case: their files would collide.
    """
    if isinstance(findings, Finding):
        findings = Findings(findings.claim.id, "", (findings,), findings.provenance)
    _refuse_collisions(findings)
    folder = Path(out)
    drawings = {"": _draw(findings, folder / "figures" / "overview")}
    for item in findings:
        drawings[item.claim.id] = _draw(item, folder / "figures" / item.claim.id)
        write_csv(claim_tables(item), folder / "tables" / f"{item.claim.id}.csv")
    write_csv(findings.frame(), folder / "findings.csv")
    write_text(folder / "findings.json", json_text(findings_plain(findings)))
    write_text(folder / "values.json", json_text(values_plain(findings)))
    write_text(folder / "refs.bib", references_text(findings))
    write_text(folder / "report.html", report_html(findings, drawings))
    return folder


def references_text(findings: Findings) -> str:
    """Return the BibTeX of what the findings cite; keys that are not known stand in a comment."""
    keys = (*findings.cite, *verdict_keys(findings))
    lost = unknown_keys(keys)
    note = f"% No entry is known for: {', '.join(lost)}\n\n" if lost else ""
    return note.replace("@", "(at)") + bibtex(keys)


def _draw(result: Findings | Finding, path: Path) -> dict[str, str]:
    """Write a figure as SVG and PNG, and return it as SVG in every look."""
    drawn = {look: figure(result, theme, narrow=narrow) for look, (theme, narrow) in LOOKS.items()}
    for fig in drawn.values():
        fig.set_layout_engine("none")  # it is laid out; twice more would give the same, later
    out = {look: svg_text(fig) for look, fig in drawn.items()}
    write_text(path.with_name(path.name + ".svg"), out["light"])
    write_bytes(path.with_name(path.name + ".png"), png_bytes(drawn["light"]))
    return out


def _refuse_collisions(findings: Findings) -> None:
    seen: dict[str, str] = {"overview": "the overview of all claims"}
    for item in findings:
        key = item.claim.id.lower()
        if key in seen:
            raise DataError(
                f"The claim '{item.claim.id}' and {seen[key]} would have the same file names. "
                "Give one of them another id."
            )
        seen[key] = f"the claim '{item.claim.id}'"
