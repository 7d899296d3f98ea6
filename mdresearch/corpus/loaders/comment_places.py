"""Place labels of Douyin (``ip_label``): a province of China or a country; no place is guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mdresearch.core.countries import country_codes

if TYPE_CHECKING:
    import pandas as pd

# The divisions of mainland China as the label names them. Hong Kong, Macao and Taiwan have codes
# of their own in ISO 3166-1 and get those, since they are audiences and markets of their own.
CHINA = (
    *("北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江"),
    *("安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆"),
    *("四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"),
)
OWN_CODES = {"香港": "HKG", "澳门": "MAC", "台湾": "TWN"}
PREFIX = re.compile(r"^\s*(?:IP\s*属地)?\s*[:：]?\s*", re.IGNORECASE)
ENDINGS = ("维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市")


def place_countries(labels: Sequence[str | None]) -> tuple[pd.Series, dict[str, int]]:
    """Turn place labels into countries by a declared table, then by names of countries.

    Returns
    -------
    (Series of str, dict of str to int)
        Alpha-3 codes, missing where there is no label or it names no one country; and how often
        each label of the latter kind stands.

    Examples
    --------
    >>> codes, lost = place_countries(["广东", "IP属地：美国", "中国香港", "欧洲", None])
    >>> codes.dropna().tolist(), lost
    (['CHN', 'USA', 'HKG'], {'欧洲': 1})
    """
    import pandas as pd

    cells = pd.Series(list(labels), dtype="str")
    names = sorted(set(cells.dropna()))
    bare = [_bare(name) for name in names]
    read = country_codes(pd.Series(bare, dtype="str")).codes.tolist()
    known = {
        name: _listed(short) or code for name, short, code in zip(names, bare, read, strict=True)
    }
    codes = cells.map(known, na_action="ignore").astype("str")
    codes = codes.mask(codes == "")
    lost = cells[cells.notna() & codes.isna()].value_counts().sort_index()
    return codes, {str(label): int(n) for label, n in lost.items()}


def _bare(label: str) -> str:
    return PREFIX.sub("", label).strip()


def _listed(name: str) -> str:
    short = name.removeprefix("中国") if name != "中国" else name
    for ending in ENDINGS:
        short = short.removesuffix(ending)
    return "CHN" if short in CHINA else OWN_CODES.get(short, "")
