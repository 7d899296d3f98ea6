"""The tables of what audiences say, answer, watch and spend."""

from mdresearch.corpus.schemas import Column, table

EPISODE = ("episodes", "episode_id")
VERSION = ("versions", "version_id")
RESPONDENT = ("respondents", "respondent_id")
COUNTRY = Column("country", "code_country", "where the audience lives")
SOURCES = {
    "declared": "the writer said it",
    "stated": "a field of the row names it",
    "label": "the platform's label of the place of the connection",
    "storefront": "the store whose reviews were asked for, as the reader gave it",
    "given": "the reader gave it for all rows",
    "inferred": "concluded from something else, such as a profile or a time zone",
}
VIEWER = Column("viewer_id", "id", "names the viewer (a pseudonym)", required=True, example="u1")

table(
    "comments",
    "something that the audience wrote",
    ("comment_id",),
    Column("comment_id", "id", "names the comment", required=True, example="m1"),
    Column("version_id", "id", "the version", foreign_key=VERSION, example="v1"),
    Column("episode_id", "id", "the episode", foreign_key=EPISODE, example="e1"),
    Column("kind", "category", "what it is", allowed=("review", "comment", "danmaku")),
    Column("lang", "code_lang", "its language"),
    COUNTRY,
    Column(
        "country_source",
        "category",
        "how the country is known: " + "; ".join(f"{k} = {v}" for k, v in SOURCES.items()),
        allowed=tuple(SOURCES),
    ),
    Column("posted_at", "date", "when it was posted"),
    Column("time_ms", "integer", "the moment of the episode", minimum=0, unit="ms"),
    Column("stars", "number", "the stars given", minimum=0, example=4.0),
    Column("text", "text", "the words"),
    Column("user_hash", "id", "a salted pseudonym of the writer"),
)

table(
    "captures",
    "one capture of the comments of an episode: how complete it is",
    ("capture_id",),
    Column("capture_id", "id", "names the capture", required=True, example="p1"),
    Column("episode_id", "id", "the episode", required=True, foreign_key=EPISODE, example="e1"),
    Column("n_seen", "integer", "comments captured", minimum=0),
    Column("n_reported", "integer", "comments that the platform says there are", minimum=0),
    Column("cap", "integer", "the most that the platform hands out", minimum=0),
    Column("complete", "boolean", "whether nothing is missing"),
    Column("captured_at", "date", "when it was made"),
)

table(
    "respondents",
    "a person in a study",
    ("respondent_id",),
    Column("respondent_id", "id", "names the person (a pseudonym)", required=True, example="r1"),
    Column("country", "code_country", "where the person lives"),
    Column("country_raised", "code_country", "where the person grew up"),
    Column("ui_lang", "code_lang", "the language of the questionnaire"),
    Column("birth_year", "integer", "year of birth", minimum=1900, example=1990),
    Column("gender", "text", "as the person says"),
    Column("weight", "number", "the weight inside the country", minimum=0),
    Column("attention_passed", "boolean", "whether the person passed the attention check"),
)

table(
    "ladders",
    "a level of a stimulus ladder",
    ("ladder_id", "level", "title_id"),
    Column("ladder_id", "id", "names the ladder", required=True, example="l1"),
    Column("level", "number", "the step, in order", required=True, example=1.0),
    Column("title_id", "id", "the title that the stimulus was cut from", example="t1"),
    Column("construct", "text", "what rises: exaggeration, setup, intensity, ..."),
    Column("value", "number", "how much of it there is at this level"),
    Column("unit", "text", "the unit of the value"),
    Column("calibrated", "boolean", "whether the value was measured, not planned"),
    Column("emotion_class", "text", "the emotion that the stimulus shows"),
    Column("performer_culture", "text", "where the performers are from"),
)

table(
    "ratings",
    "a person's answer to a stimulus at a level",
    ("respondent_id", "ladder_id", "level", "title_id", "vignette", "condition", "occasion"),
    Column(
        "respondent_id", "id", "the person", required=True, foreign_key=RESPONDENT, example="r1"
    ),
    Column("ladder_id", "id", "the ladder", foreign_key=("ladders", "ladder_id"), example="l1"),
    Column("level", "number", "the step of the ladder", example=1.0),
    Column("title_id", "id", "the title that the stimulus is from", example="t1"),
    Column("accept", "boolean", "whether the person found it acceptable"),
    Column("rating", "number", "the answer on the scale", example=3.0),
    Column("presented_order", "integer", "the place in which this person saw it", minimum=0),
    Column("vignette", "boolean", "whether it is an anchoring vignette"),
    Column("condition", "text", "the experimental condition of this answer"),
    Column("occasion", "text", "which time, where a person answers the same thing again"),
)

table(
    "choices",
    "one profile of a forced choice",
    ("respondent_id", "task", "profile"),
    Column(
        "respondent_id", "id", "the person", required=True, foreign_key=RESPONDENT, example="r1"
    ),
    Column("task", "text", "names the choice", required=True, example="1"),
    Column("profile", "text", "names the profile in it; its attributes are attr_*", required=True),
    Column("chosen", "boolean", "whether it was chosen", required=True),
)

table(
    "watch",
    "a viewer's spell on a version",
    ("viewer_id", "version_id", "spell"),
    VIEWER,
    Column("version_id", "id", "the version", required=True, foreign_key=VERSION, example="v1"),
    COUNTRY,
    Column("watched_ms", "integer", "how long the viewer watched", minimum=0, unit="ms"),
    Column("last_episode", "integer", "the number of the last episode watched", minimum=0),
    Column(
        "ended",
        "category",
        "how the spell ended",
        allowed=("dropped", "completed", "paywall", "censored"),
    ),
    Column("install_source", "text", "how the viewer came: paid, organic, unknown"),
    Column("spell", "text", "which spell, where a viewer has several on one version"),
)

table(
    "spend",
    "a viewer in a period",
    ("viewer_id", "period", "currency"),
    VIEWER,
    COUNTRY,
    Column("period", "date", "the day, month or year", required=True, example="2026-10"),
    Column("amount", "number", "the money spent", minimum=0),
    Column("currency", "text", "ISO 4217", pattern="[A-Z]{3}", example="USD"),
    Column("n_unlocks", "integer", "episodes unlocked", minimum=0),
    Column("churned", "boolean", "whether the viewer left in this period"),
)

table(
    "performance",
    "an outcome of a version in a country and period",
    ("version_id", "country", "period", "metric", "count_kind"),
    Column("version_id", "id", "the version", required=True, foreign_key=VERSION, example="v1"),
    COUNTRY,
    Column("period", "date", "the day, month or year", example="2026-10"),
    Column("metric", "text", "what is measured", required=True, example="views"),
    Column("value", "number", "how much"),
    Column("count_kind", "text", "what was counted, and by whom"),
)

table(
    "acquisition",
    "installs of a country, period and source",
    ("country", "period", "source", "vendor"),
    Column("country", "code_country", "where the installs were", required=True),
    Column("period", "date", "the day, month or year", required=True, example="2026-10"),
    Column("source", "text", "paid, organic, or the name of the channel", required=True),
    Column("value", "number", "how many", minimum=0),
    Column("vendor", "text", "who estimated or reported it"),
    Column("retrieved_at", "date", "when it was read"),
)

table(
    "search",
    "search interest in a term, in a country and period",
    ("country", "period", "term", "vendor"),
    Column("country", "code_country", "where the searches were", required=True),
    Column("period", "date", "the day, month or year", required=True, example="2026-10"),
    Column("term", "text", "the words searched for", required=True),
    Column("term_class", "text", "format, title, chinese_culture or control", example="format"),
    Column("value", "number", "the index or count", minimum=0),
    Column("vendor", "text", "who reported it"),
    Column("retrieved_at", "date", "when it was read"),
)
