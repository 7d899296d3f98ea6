"""The tables of what a survey file says of itself: its variables, and what their codes mean."""

from mdresearch.corpus.schemas import Column, table

SOURCE = Column("source_id", "id", "the file", foreign_key=("sources", "source_id"), example="s1")

table(
    "variables",
    "a variable of a survey file",
    ("source_id", "variable"),
    SOURCE,
    Column("variable", "text", "the column of 'respondents'", required=True, example="q1"),
    Column("name_in_file", "text", "its name in the file, where the column has another"),
    Column("says", "text", "the question, or the label of the variable"),
    Column("type", "text", "numeric or string, in the file"),
    Column("format", "text", "how the file shows it, such as F8.2 or %td"),
    Column("measure", "text", "nominal, ordinal or scale, where the file says it"),
    Column("n_answers", "integer", "rows with an answer", minimum=0),
    Column("n_missing", "integer", "rows with a code that means no answer", minimum=0),
    Column("n_empty", "integer", "rows with nothing at all", minimum=0),
    Column("label_column", "text", "where the words of its codes stand", example="q1_label"),
    Column("missing_column", "text", "where its codes for no answer stand", example="q1_missing"),
)

table(
    "value_labels",
    "a code of a variable, and what it means",
    ("source_id", "variable", "value"),
    SOURCE,
    Column("variable", "text", "the variable", required=True, example="q1"),
    Column("value", "text", "the code, as text; .a is a letter of Stata or SAS", required=True),
    Column("label", "text", "what it means"),
    Column("missing", "boolean", "whether it means that there is no answer"),
    Column("n", "integer", "rows with this code", minimum=0),
)
