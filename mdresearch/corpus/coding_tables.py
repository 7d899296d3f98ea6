"""The tables of what coders saw: codes, coders, alignments."""

from mdresearch.corpus.schemas import Column, table

table(
    "codes",
    "one coder's value for one unit on one variable",
    ("code_id",),
    Column("code_id", "id", "names the row", required=True, example="k1"),
    Column("unit_type", "text", "what was coded: episode, segment, cue, ...", required=True),
    Column("unit_id", "id", "the unit", required=True, example="e1"),
    Column("variable", "text", "the variable of the codebook", required=True),
    Column("value", "text", "the value given; empty where the coder could not say"),
    Column("start_ms", "integer", "where it begins in the episode", minimum=0, unit="ms"),
    Column("end_ms", "integer", "where it has ended", minimum=0, unit="ms", example=1200),
    Column("char_from", "integer", "first code point of the text", minimum=0),
    Column("char_to", "integer", "first code point after it", minimum=0, example=9),
    Column(
        "coder_id",
        "id",
        "who coded",
        required=True,
        foreign_key=("coders", "coder_id"),
        example="r1",
    ),
    Column("round", "text", "which pass over the material"),
    Column("codebook", "text", "id@version of the codebook", example="core@1.0"),
    Column("parent_row_id", "id", "for an attribute of a span: the code_id of the span"),
    Column("confidence", "number", "how sure the coder was, 0 to 1", minimum=0, example=0.9),
    Column("note", "text", "what the coder remarked"),
    Column("input_sha256", "text", "hash of the text or file that was coded"),
    Column("created", "text", "when it was coded (ISO 8601)", example="2026-11-24T10:00:00Z"),
)

table(
    "coders",
    "a coder: a person, a model or a dictionary",
    ("coder_id",),
    Column("coder_id", "id", "names the coder (a pseudonym)", required=True, example="r1"),
    Column(
        "kind",
        "category",
        "what the coder is",
        required=True,
        allowed=("human", "model", "dictionary"),
    ),
    Column("country", "code_country", "where the coder grew up"),
    Column("langs", "text", "BCP 47 tags of the languages that the coder reads, joined by ';'"),
)

table(
    "alignments",
    "a unit of one version matched with a unit of another",
    ("left_id", "right_id", "relation", "layer"),
    Column("left_id", "id", "the unit of the first version; empty where nothing matches"),
    Column("right_id", "id", "the unit of the second version; empty where nothing matches"),
    Column("relation", "text", "how the two are related", example="same"),
    Column(
        "layer", "text", "what changed: language, surface, role, plot, value", example="surface"
    ),
    Column("method", "text", "how the match was made"),
    Column("confidence", "number", "how sure the match is, 0 to 1", minimum=0, example=0.9),
)
