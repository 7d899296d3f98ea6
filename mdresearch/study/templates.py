"""`mdresearch new`: a commented study, blank tables and a coder's sheet to start from."""

from __future__ import annotations

from pathlib import Path

from mdresearch.core.atomic import write_text
from mdresearch.core.errors import StudyError

STUDY = """\
# A study of mdresearch. Change what is here, then:
#   mdresearch check {name}    says what the data can and cannot show, before anything is tested
#   mdresearch run {name}      judges the claims and writes results/
study: {study}
title: Tolerance of exaggerated performance in my own data

# A folder of CSV or XLSX tables beside this file, or the name of a dataset ('mdresearch list
# datasets'). The blank tables in data/ have the right headings; fill them, or keep your own files
# and map your own names in 'columns'.
corpus: data

# columns:                          # table: {{file: yours, our_name: your name}}
#   respondents: {{file: people.xlsx, respondent_id: Participant, country: Country of residence}}
#   ratings: {{file: answers.csv, respondent_id: Participant, accept: OK?}}

regions: essay                      # 'mdresearch list regions' shows the schemes and their ids
exclude:                            # counted and shown; nothing else is left out
  - {{where: attention_passed == false, why: failed the attention check}}
seed: 1                             # for permutations; it stands in the results

claims:
  - id: C1
    says: Latin American audiences tolerate exaggerated performance more than Anglo audiences.
    outcome: exaggeration_threshold # 'mdresearch list measures'
    between: region                 # region, country, or a column that is constant in a country
    expect: latam > anglo           # a > b, a < b, a != b, a ~ b
    smallest: 0.2                   # smallest effect of interest, in SDs of persons (the default)
    # at_least: 0.43                # a minimum that the wording of the claim implies
    why: half of the mean effect of the field (r = .10)
    # family: tolerance             # claims of one family share the error rate (Holm)
"""

TABLES = {
    "respondents": "respondent_id,country,country_raised,ui_lang,birth_year,gender,weight,"
    "attention_passed",
    "ladders": "ladder_id,level,title_id,construct,value,unit,calibrated,emotion_class,"
    "performer_culture",
    "ratings": "respondent_id,ladder_id,level,accept,rating,presented_order,vignette",
    "versions": "version_id,work_id,market,lang,version_type,release_date,n_episodes,"
    "first_paywall_ep,promoted,count_kind",
    "coders": "coder_id,kind,country,langs",
}
CODING_SHEET = "unit_type,unit_id,variable,value,start_ms,end_ms,coder_id,round,codebook"

READ_ME = """\
# {study}

- `study.yaml`: what is claimed and how it is decided; commented.
- `data/`: blank tables with the right headings; delete those that you do not need. Ids are text,
  countries ISO 3166-1 alpha-3 (names are resolved and listed), missing is empty.
- `coding_sheet.csv`: one row a coder's value for one unit on one variable; move it to
  `data/codes.csv` when it is filled.

`mdresearch check .` before `mdresearch run .`
"""


def new_study(folder: str | Path) -> Path:
    """Write a study to start from into an empty or new folder, and return the folder.

    Raises
    ------
    StudyError
        The folder holds files already.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(f"'{folder}' is not empty. Give a new folder; nothing was written.")
    name = "".join(c if c.isalnum() else "_" for c in folder.resolve().name).strip("_") or "study"
    name = name if name[0].isalpha() else f"study_{name}"
    write_text(folder / "study.yaml", STUDY.format(study=name, name=folder))
    write_text(folder / "README.md", READ_ME.format(study=name))
    for table, head in TABLES.items():
        write_text(folder / "data" / f"{table}.csv", head + "\n")
    write_text(folder / "coding_sheet.csv", CODING_SHEET + "\n")
    return folder
