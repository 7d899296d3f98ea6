"""Make the text exports of this folder: Qualtrics and LimeSurvey as they write them, made up.

.venv/bin/python tests/data/surveys/make_text.py
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

HERE = Path(__file__).resolve().parent
QUALTRICS = [
    ("StartDate", "Start Date", "startDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Finished", "Finished", "finished"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("UserLanguage", "User Language", "userLanguage"),
    ("Q1", "Where do you live,\nplease?", "QID1"),
    ("ex_slap_1", "How acceptable is it? 可以接受吗", "QID2_1"),
    ("ex_slap_2", "How acceptable is it?", "QID2_2"),
    ("choice_1", "Which one?", "QID3"),
    ("choice_2", "Which one?", "QID4"),
    ("Q9", "Anything else?", "QID9_TEXT"),
]
ROWS = [
    "IP Address,192.0.2.1,100,True,R_aaaaa1,Example,Ann,ann@example.org,p1,51.1,0.1,EN,Brazil,1,2,A,B,fine",
    "IP Address,192.0.2.2,100,True,R_AAAAA2,Example,Bob,bob@example.org,p2,51.2,0.2,ZH-S,中国,3,,B,,=1+1",
    "Survey Preview,,100,True,R_ccccc3,,,,,51.3,0.3,EN,Nowhere,5,5,A,A,test",
    "IP Address,192.0.2.4,40,False,R_ddddd4,Example,Dan,dan@example.org,p4,51.4,0.4,PT-BR,USA,4,-99,,A,",
    "Spam,192.0.2.5,100,True,R_eeeee5,,,,,,,EN,MEX,2,1,B,A,write to me@example.org",
]
LEGACY = [
    ("ResponseID", "ResponseID"),
    ("ResponseSet", "ResponseSet"),
    ("Name", "Name"),
    ("ExternalDataReference", "ExternalDataReference"),
    ("EmailAddress", "EmailAddress"),
    ("IPAddress", "IPAddress"),
    ("Status", "Status"),
    ("StartDate", "StartDate"),
    ("Finished", "Finished"),
    ("Q1", "How old are you?"),
    ("Q1", "And how old do you feel?"),
]
LEGACY_ROWS = [
    "R_bbbbb1,Default Response Set,Ann Example,x,ann@example.org,192.0.2.1,0,2015-01-05 10:00:00,1,31,25",
    "R_bbbbb2,Default Response Set,Bob Example,y,bob@example.org,192.0.2.2,1,2015-01-05 10:01:00,1,32,99",
    "R_bbbbb3,Default Response Set,,,,192.0.2.3,0,2015-01-05 10:02:00,0,,",
]
LIME_HEAD = [
    ("id", "Response ID"),
    ("submitdate", "Date submitted"),
    ("lastpage", "Last page"),
    ("startlanguage", "Start language"),
    ("seed", "Seed"),
    ("token", "Access code"),
    ("ipaddr", "IP address"),
    ("refurl", "Referrer URL"),
    ("G01Q01", "How much did you like it?"),
    ("G01Q02[SQ001]", "How often do you watch? [Alone]"),
    ("G01Q02[SQ002]", "How often do you watch? [With others]"),
    ("G01Q03", "How much did you like it?"),
]
LIME_ROWS = [
    "1,2026-01-05 10:00:00,3,en,101,tok1,192.0.2.1,https://example.org/?t=1,A2,1,5,Y",
    "2,2026-01-05 10:05:00,3,zh-Hans,102,tok2,192.0.2.2,,-oth-,2,N/A,N/A",
    "3,,1,pt-BR,103,tok3,192.0.2.3,,A1,,N/A,",
]


def written(rows: list[list[str]], delimiter: str = ",", quoted: bool = False) -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return out.getvalue()


def qualtrics() -> None:
    """Write three layouts and two damaged files."""
    imports = [
        json.dumps({"ImportId": i} | ({"timeZone": "America/Denver"} if i == "startDate" else {}))
        for _, _, i in QUALTRICS
    ]
    data = [["2026-01-05 10:00:00", *row.split(",")] for row in ROWS]
    head = [[n for n, _, _ in QUALTRICS], [q for _, q, _ in QUALTRICS], imports]
    put("qualtrics.csv", written([*head, *data]).encode("utf-8-sig"))
    put("qualtrics_utf16.tsv", written([*head, *data], "\t").encode("utf-16"))
    ragged = written([*head, *data, ["x"] * 3, [*data[0], "one more"]])
    put("qualtrics_ragged.csv", ragged.encode())
    put("qualtrics_head_only.csv", written(head).encode())
    old = [[n for n, _ in LEGACY], [q for _, q in LEGACY], *(r.split(",") for r in LEGACY_ROWS)]
    put("qualtrics_legacy.csv", written(old).encode())
    put("qualtrics_cut.csv", written([*head, *data]).encode()[:-70] + b'"')


def limesurvey() -> None:
    """Write the three headers, with commas and semicolons."""
    data = [row.split(",") for row in LIME_ROWS]
    codes, texts = [c for c, _ in LIME_HEAD], [t for _, t in LIME_HEAD]
    both = [f"{c}. {t}" for c, t in LIME_HEAD]
    put("lime_codes.csv", written([codes, *data], ",", True).encode("utf-8-sig"))
    put("lime_both.csv", written([both, *data], ";", True).encode())
    put("lime_texts.csv", written([texts, *data], ";", True).encode())


def put(name: str, content: bytes) -> None:
    """Write a file of this folder."""
    (HERE / name).write_bytes(content)


if __name__ == "__main__":
    qualtrics()
    limesurvey()
    page = "<!DOCTYPE html>\n<html><body>Sign in, please. StartDate,ResponseId</body></html>\n"
    put("sign_in.csv", page.encode())
    put("nul_bytes.csv", b"StartDate,Finished,ResponseId\n1,True,R_a\x00b\n")
    put("empty.csv", b"")
