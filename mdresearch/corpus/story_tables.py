"""The tables of what is told: works, versions, episodes, cues, segments, characters."""

from mdresearch.corpus.schemas import Column, table

WORK = ("works", "work_id")
VERSION = ("versions", "version_id")
EPISODE = ("episodes", "episode_id")

START = Column(
    "start_ms", "integer", "first millisecond, from the start of the episode", minimum=0, unit="ms"
)
END = Column(
    "end_ms",
    "integer",
    "first millisecond after it: [start_ms, end_ms)",
    minimum=0,
    unit="ms",
    example=1200,
)

table(
    "works",
    "a story, whatever its editions",
    ("work_id",),
    Column("work_id", "id", "names the story", required=True, example="w1"),
    Column("title", "text", "its title in the language of origin"),
    Column("title_lang", "code_lang", "the language of the title", example="zh"),
    Column("origin_country", "code_country", "where the story was first made", example="CHN"),
    Column("source_kind", "text", "what it was made from, such as web_novel"),
)

table(
    "versions",
    "one edition of a work for one market",
    ("version_id",),
    Column("version_id", "id", "names the edition", required=True, example="v1"),
    Column("work_id", "id", "the story", required=True, foreign_key=WORK, example="w1"),
    Column("market", "text", "the market that it was made for: alpha-3, or a word such as WORLD"),
    Column("lang", "code_lang", "the language that the audience hears"),
    Column(
        "version_type",
        "category",
        "how it was made from the original",
        allowed=("original", "subtitled", "dubbed", "remade", "local_original"),
    ),
    Column("release_date", "date", "its first day in that market"),
    Column("n_episodes", "integer", "its number of episodes", minimum=1),
    Column("first_paywall_ep", "integer", "the first episode that costs money", minimum=1),
    Column("promoted", "number", "how much it was advertised (impressions, creatives)", minimum=0),
    Column("count_kind", "text", "what its counts count", example="views"),
)

table(
    "episodes",
    "an episode of a version",
    ("episode_id",),
    Column("episode_id", "id", "names the episode", required=True, example="e1"),
    Column("version_id", "id", "its version", required=True, foreign_key=VERSION, example="v1"),
    Column("number", "integer", "its place in the version, from 1", minimum=0),
    Column("duration_ms", "integer", "how long it lasts", minimum=0, unit="ms", example=90000),
    Column("access", "text", "free, paid, or ad", example="free"),
)

table(
    "cues",
    "a timed line of text",
    ("cue_id",),
    Column("cue_id", "id", "names the line", required=True, example="q1"),
    Column("episode_id", "id", "its episode", required=True, foreign_key=EPISODE, example="e1"),
    START,
    END,
    Column("kind", "text", "dialogue, caption, sign, sound, ...", example="dialogue"),
    Column("lang", "code_lang", "the language of the text"),
    Column("speaker_id", "id", "who speaks"),
    Column("text", "text", "the words"),
    Column("layer", "text", "which of several tracks it is from"),
)

table(
    "segments",
    "a beat or scene of an episode",
    ("segment_id",),
    Column("segment_id", "id", "names the segment", required=True, example="s1"),
    Column("episode_id", "id", "its episode", required=True, foreign_key=EPISODE, example="e1"),
    START,
    END,
    Column("made_by", "text", "the rule or person that drew its limits"),
)

table(
    "characters",
    "a person of the story",
    ("character_id",),
    Column("character_id", "id", "names the person", required=True, example="c1"),
    Column("work_id", "id", "the story", required=True, foreign_key=WORK, example="w1"),
    Column("name", "text", "the name in the story"),
    Column("lead", "boolean", "whether the story is about this person"),
)
