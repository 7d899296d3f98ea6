"""The works that results cite, as BibTeX; a key that is not here is printed as it is, not guessed.

Title, year, venue and DOI of each entry were looked up elsewhere than in our own notes. What the
places do not agree on, or do not say, is left out: the issue of rains2018, the last page of
karber1931 (480-483 and 480-487 are both in print), the DOIs of spearman1908 and karber1931.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

REFERENCES = {
    "welch1947": """@article{welch1947,
  author  = {Welch, B. L.},
  title   = {The generalization of {`Student's'} problem when several different population
             variances are involved},
  journal = {Biometrika},
  year    = {1947},
  volume  = {34},
  number  = {1--2},
  pages   = {28--35},
  doi     = {10.1093/biomet/34.1-2.28},
}""",
    "satterthwaite1946": """@article{satterthwaite1946,
  author  = {Satterthwaite, F. E.},
  title   = {An approximate distribution of estimates of variance components},
  journal = {Biometrics Bulletin},
  year    = {1946},
  volume  = {2},
  number  = {6},
  pages   = {110--114},
  doi     = {10.2307/3002019},
}""",
    "holm1979": """@article{holm1979,
  author  = {Holm, Sture},
  title   = {A simple sequentially rejective multiple test procedure},
  journal = {Scandinavian Journal of Statistics},
  year    = {1979},
  volume  = {6},
  number  = {2},
  pages   = {65--70},
}""",
    "schuirmann1987": """@article{schuirmann1987,
  author  = {Schuirmann, Donald J.},
  title   = {A comparison of the two one-sided tests procedure and the power approach for
             assessing the equivalence of average bioavailability},
  journal = {Journal of Pharmacokinetics and Biopharmaceutics},
  year    = {1987},
  volume  = {15},
  number  = {6},
  pages   = {657--680},
  doi     = {10.1007/BF01068419},
}""",
    "judd2012": """@article{judd2012,
  author  = {Judd, Charles M. and Westfall, Jacob and Kenny, David A.},
  title   = {Treating stimuli as a random factor in social psychology: A new and comprehensive
             solution to a pervasive but largely ignored problem},
  journal = {Journal of Personality and Social Psychology},
  year    = {2012},
  volume  = {103},
  number  = {1},
  pages   = {54--69},
  doi     = {10.1037/a0028347},
}""",
    "rains2018": """@article{rains2018,
  author  = {Rains, Stephen A. and Levine, Timothy R. and Weber, Rene},
  title   = {Sixty years of quantitative communication research summarized: Lessons from 149 meta-
             analyses},
  journal = {Annals of the International Communication Association},
  year    = {2018},
  volume  = {42},
  pages   = {105--124},
  doi     = {10.1080/23808985.2018.1446350},
}""",
    "cowen2020": """@article{cowen2020,
  author  = {Cowen, Alan S. and Fang, Xia and Sauter, Disa and Keltner, Dacher},
  title   = {What music makes us feel: At least 13 dimensions organize subjective experiences
             associated with music across different cultures},
  journal = {Proceedings of the National Academy of Sciences},
  year    = {2020},
  volume  = {117},
  number  = {4},
  pages   = {1924--1934},
  doi     = {10.1073/pnas.1910704117},
}""",
    "klein2018": """@article{klein2018,
  author  = {Klein, Richard A. and Vianello, Michelangelo and Hasselman, Fred and others},
  title   = {Many {Labs} 2: Investigating variation in replicability across samples and settings},
  journal = {Advances in Methods and Practices in Psychological Science},
  year    = {2018},
  volume  = {1},
  number  = {4},
  pages   = {443--490},
  doi     = {10.1177/2515245918810225},
}""",
    "spearman1908": """@article{spearman1908,
  author  = {Spearman, C.},
  title   = {The method of `right and wrong cases' (`constant stimuli') without {Gauss's} formulae},
  journal = {British Journal of Psychology},
  year    = {1908},
  volume  = {2},
  pages   = {227--242},
}""",
    "karber1931": """@article{karber1931,
  author  = {K{\\"a}rber, G.},
  title   = {Beitrag zur kollektiven {Behandlung} pharmakologischer {Reihenversuche}},
  journal = {Archiv f{\\"u}r experimentelle Pathologie und Pharmakologie},
  year    = {1931},
  volume  = {162},
  pages   = {480},
}""",
}

_TEX = {
    '{\\"a}': "ä",
    '{\\"u}': "ü",
    "--": "\N{EN DASH}",
    "`": "\N{LEFT SINGLE QUOTATION MARK}",
    "'": "\N{RIGHT SINGLE QUOTATION MARK}",
    "{": "",
    "}": "",
}
_FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*?)\},$", re.MULTILINE | re.DOTALL)


def bibtex(keys: Iterable[str]) -> str:
    """Return the entries of the keys that are known, each once, in order of key."""
    known = sorted({k for k in keys if k in REFERENCES})
    return "\n\n".join(REFERENCES[k] for k in known) + "\n" if known else ""


def unknown_keys(keys: Iterable[str]) -> list[str]:
    """Return the keys that have no entry here, each once, in the order given."""
    return [k for k in dict.fromkeys(keys) if k not in REFERENCES]


def plain_reference(key: str) -> str:
    """Return a reference as a line of text; an unknown key is returned as it is.

    Examples
    --------
    >>> plain_reference("holm1979")[:44]
    'Holm, Sture (1979). A simple sequentially re'
    >>> plain_reference("own notes, p. 4")
    'own notes, p. 4'
    """
    if key not in REFERENCES:
        return key
    part = {name: _untex(text) for name, text in _FIELD.findall(REFERENCES[key])}
    names = part["author"].replace(" and others", ", et al.").split(" and ")
    author = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " & " + names[-1]
    number = f"({part['number']})" if "number" in part else ""
    pages = f", {part['pages']}" if "pages" in part else ""
    doi = f". doi:{part['doi']}" if "doi" in part else "."
    text = f"{author} ({part['year']}). {part['title']}. {part['journal']} {part['volume']}"
    return text + number + pages + doi


def _untex(text: str) -> str:
    for tex, plain in _TEX.items():
        text = text.replace(tex, plain)
    return " ".join(text.split())
