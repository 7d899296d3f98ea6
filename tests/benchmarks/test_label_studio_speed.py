"""200,000 codes from a Label Studio export in under five seconds of CPU."""

from __future__ import annotations

import json
import time

import pytest

from mdresearch.coding import read_label_studio
from mdresearch.coding.codebooks import Codebook
from mdresearch.core.offsets import to_utf16

pytestmark = pytest.mark.slow
CODES, MOST_SECONDS = 200_000, 5.0


def test_two_hundred_thousand_codes_in_five_seconds(tmp_path):
    core = Codebook.load("core")
    text = "她骗了我 😀 You will kneel before me. " * 6
    at = [to_utf16(text, 2 * k) for k in range(60)]
    per_task = 100
    tasks = []
    for t in range(CODES // per_task):
        results = []
        for k in range(per_task // 2):
            span = {"start": str(0), "end": str(0), "startOffset": at[k], "endOffset": at[k + 2]}
            span |= {"paragraphlabels": ["humiliation"], "text": ""}
            region = {"id": f"r{k}", "to_name": "text"}
            results += [
                {**region, "from_name": "trigger", "type": "paragraphlabels", "value": span},
                {**region, "from_name": "trigger_intensity", "type": "choices",
                 "value": {"choices": ["int_high"]}},
            ]  # fmt: skip
        for result in results:
            result["value"].pop("text", None)
        annotation = {"id": t, "completed_by": t % 7, "result": results}
        data = {"unit_id": f"e{t}", "unit_type": "segment", "text": [{"text": text}]}
        tasks.append({"id": t, "data": data, "annotations": [annotation]})
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    start = time.process_time()
    got = read_label_studio(path, core)
    spent = time.process_time() - start
    print(f"\n{path.stat().st_size / 1e6:.0f} MB, {len(got.codes):,} codes: {spent:.2f} s of CPU")
    assert len(got.codes) == CODES
    assert got.codes["parent_row_id"].notna().sum() == CODES // 2
    assert spent < MOST_SECONDS
