"""Lines of Chinese scripts: episodes, scenes, action marks, and speech behind a colon."""

from __future__ import annotations

import re

from mdresearch.corpus.loaders.script_elements import Element, number_of

_NUMBER = "[0-9０-９零〇一二两三四五六七八九十百千]{1,8}"
_EPISODE = re.compile(rf"[【\[]?\s*第\s*({_NUMBER})\s*集\s*[】\]]?\s*[:：]?\s*(.*)")
_SCENE = re.compile(
    rf"[【\[]?\s*(?:(?:场景?|场次)\s*[:：]?\s*({_NUMBER}(?:\s*[-－—.]\s*{_NUMBER})?)"
    rf"|第\s*({_NUMBER})\s*[场幕]|({_NUMBER}\s*[-－—]\s*{_NUMBER}))(?:[、.．:：,，]|\s|[】\]]|$)\s*(.*)"
)
_TIMES = (
    *("清晨", "凌晨", "早晨", "上午", "中午", "下午", "傍晚", "黄昏", "夜晚", "晚上", "深夜"),
    *("白天", "早", "晨", "晚", "日", "夜", "昼"),
)
_SETTINGS = {"内": "INT", "外": "EXT", "内外": "INT/EXT", "内/外": "INT/EXT", "外/内": "INT/EXT"}
_TIMED = re.compile(rf"({'|'.join(_TIMES)})[\s/／·,，、]*(内/外|外/内|内外|内|外)?")
_SET = re.compile(rf"(内/外|外/内|内外|内|外)[\s/／·,，、]*({'|'.join(_TIMES)})?")
_SPOKEN = re.compile(r"([^\s:：,，。！？!?、（(【\[][^:：,，。！？!?]{0,29}?)\s*[:：]\s*(.*)")
_BRACKET = re.compile(r"[（(]([^（）()]{0,60})[）)]")
_OFF = re.compile(r"\s+(O\.?S\.?|V\.?O\.?|画外音|旁白|内心独白|独白)$", re.IGNORECASE)
_ACTION = "△▲▵◭Δ"
HAN = re.compile("[\u3400-\u9fff]")
# Words before a colon that name no speaker, and what stands behind them.
LABELS = {
    **dict.fromkeys(("人物", "出场人物", "出场", "登场人物", "角色", "演员"), "cast"),
    **dict.fromkeys(("字幕", "片名", "屏幕字幕"), "caption"),
    **dict.fromkeys(("音效", "音乐", "配乐", "特效", "BGM"), "sound"),
    **dict.fromkeys(("镜头", "闪回", "闪出", "动作", "画面", "特写", "转场", "备注"), "action"),
    **dict.fromkeys(("地点", "场景", "时间", "内外景", "景别", "道具", "服装"), "setting"),
}
NARRATORS = ("旁白", "画外音")


def episode_line(line: str) -> tuple[int, str] | None:
    """Return number and title where a line opens an episode.

    Examples
    --------
    >>> episode_line("第十二集 归来"), episode_line("第1集"), episode_line("第一集里他走了。")
    ((12, '归来'), (1, ''), None)
    """
    found = _EPISODE.fullmatch(line)
    number = number_of(found.group(1)) if found else None
    if found is None or number is None:
        return None
    title = found.group(2).strip()
    close = line.rstrip().endswith(("】", "]")) or not title
    gap = close or line[found.start(2) - 1] in " \u3000:：】]"
    return (number, title) if gap and len(title) <= 40 and "。" not in title else None


def scene_line(line: str) -> dict[str, str] | None:
    """Return the parts of a heading where a line opens a scene.

    Examples
    --------
    >>> scene_line("场 1-1 日 内 办公室")
    {'scene_number': '1-1', 'setting': 'INT', 'place': '办公室', 'time_of_day': '日'}
    >>> scene_line("1-2、客厅 夜 内")
    {'scene_number': '1-2', 'setting': 'INT', 'place': '客厅', 'time_of_day': '夜'}
    >>> scene_line("第三场 街道 外 日")["setting"], scene_line("场面一度失控。")
    ('EXT', None)
    """
    found = _SCENE.fullmatch(line)
    if found is None or len(line) > 80:
        return None
    number = next(part for part in found.groups()[:3] if part)
    number = re.sub(r"\s*[-－—.]\s*", "-", number)
    if not all(number_of(part) is not None for part in number.split("-")):
        return None
    words = found.group(4).strip(" 】]")
    if found.group(3) and not (HAN.search(words) and _parted(words)):
        return None  # a bare 1-1 is a heading only where day, night, inside or outside is said
    out = {"scene_number": number, **_set_of(words)}
    return {k: v for k, v in out.items() if v}


def _parted(words: str) -> bool:
    pieces = re.split(r"[\s/／·,，、]+", words)
    return any(piece in _SETTINGS or piece in _TIMES or _TIMED.fullmatch(piece) for piece in pieces)


def _set_of(words: str) -> dict[str, str]:
    setting = time = ""
    place = []
    for piece in (p for p in re.split(r"[\s,，、·]+", words) if p):
        timed, inside = _TIMED.fullmatch(piece), _SET.fullmatch(piece)
        if timed and not time:
            time, setting = timed.group(1), timed.group(2) or setting
        elif inside and not setting:
            setting, time = inside.group(1), inside.group(2) or time
        else:
            place.append(piece)
    return {
        "setting": _SETTINGS.get(setting, ""),
        "place": " ".join(place),
        "time_of_day": time,
    }


def labelled(line: str) -> tuple[str, str, str] | None:
    """Return label or speaker, brackets and words of a line ``name：words``, or None.

    Examples
    --------
    >>> labelled("林晚（怒）：你骗我！"), labelled("顾总 OS：她变了。"), labelled("他走了。")
    (('林晚', '怒', '你骗我！'), ('顾总', 'OS', '她变了。'), None)
    """
    found = _SPOKEN.fullmatch(line)
    if found is None:
        return None
    said = [part.strip() for part in _BRACKET.findall(found.group(1)) if part.strip()]
    name = _BRACKET.sub(" ", found.group(1)).strip()
    off = _OFF.search(name)
    if off:
        said.append(off.group(1))
        name = name[: off.start()].strip()
    return (" ".join(name.split()), "; ".join(said), found.group(2).strip()) if name else None


def marked_line(line: str, number: int) -> Element | None:
    """Return the element that a line is by its own marks: action, caption, brackets; or None."""
    if line[0] in _ACTION:
        return Element("action", line.lstrip(_ACTION).strip(" :："), number)
    if line[0] in "【[" and line[-1] in "】]":
        inner = line[1:-1].strip()
        label = labelled(inner)
        kind = LABELS.get(label[0], "") if label else LABELS.get(inner[:2], "")
        return Element(kind if kind in ("caption", "sound") else "action", inner, number)
    if line[0] in "（(" and line[-1] in "）)" and line.count(line[0]) == 1:
        return Element("parenthetical", line[1:-1].strip(), number)
    return None


def is_chinese(text: str) -> bool:
    """Whether a text has the headings or the speech of Chinese scripts."""
    return any(
        episode_line(line) or scene_line(line) or line[0] in _ACTION
        for line in (raw.strip() for raw in text.split("\n"))
        if line
    )
