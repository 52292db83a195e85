"""Every normalisation that reading the seeds took, by line: `python -m tests.seeds.normalisations` writes the list."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.seeds import s0, s1, s2, s3, s4
from tests.seeds.examples import Example, line_of

LIST = Path(__file__).with_name("normalisations.yaml")
_HEAD = """\
# What was mended to read the examples of the seeds, and which examples are not replayed; by seed and line.
# Numbers, ids, dates and names of the samples are not compared, so where they do not add up nothing is mended.
# Written by `python -m tests.seeds.normalisations`; a test compares it with what the extraction finds.
"""


def examples() -> list[Example]:
    """The examples of all seeds."""
    return [one for module in (s0, s1, s2, s3, s4) for one in module.examples()]


def found() -> dict[str, dict[str, dict[int, str]]]:
    """Seed -> `mended` and `not replayed` -> line -> what."""
    listed: dict[str, dict[str, dict[int, str]]] = {}
    for one in examples():
        seed = listed.setdefault(one.seed, {"mended": {}, "not replayed": {}})
        for fix in one.fixes:
            mended, line = seed["mended"], line_of(fix)
            what = fix.partition(": ")[2]
            if what not in mended.get(line, "").split("; "):
                mended[line] = f"{mended[line]}; {what}" if line in mended else what
        if one.defect:
            seed["not replayed"][line_of(one.defect)] = f"{one.operation}: {one.defect.partition(': ')[2]}"
    return {seed: {kind: dict(sorted(lines.items())) for kind, lines in of.items()} for seed, of in listed.items()}


def written() -> str:
    """The list as it is checked in."""
    return _HEAD + yaml.safe_dump(found(), sort_keys=False, allow_unicode=True, width=200)


if __name__ == "__main__":
    LIST.write_text(written(), encoding="utf-8")
