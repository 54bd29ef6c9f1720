"""Presets: documentation passes under `technical`, named thresholds stand, rule sets can be switched off."""

from __future__ import annotations

import pyarrow as pa

from headwater import document
from headwater.curate import annotate, judge, presets
from headwater.curate.config import CurateConfig
from headwater.curate.filters.fineweb import FinewebConfig
from headwater.curate.filters.gopher import GopherConfig
from tests.curate.workspace import ENGLISH

MANUAL = """## Opening a table

`open_table(path, *, mode="r", limit=None)` returns a handle to the table at `path`. The mode is one of `"r"`, `"w"` and
`"a"`; any other raises `ValueError`. With `limit`, no more than that many rows are read:

```python
with open_table("a.tbl", limit=10) as t:
    rows = [r["name"] for r in t if r["size"] > 3]
```

The handle is an iterator, so `next(t)` gives a `Row` and `t.close()` must be called, or a `with` block be used, to
have all that was written reach the disk (see [flush()](#flush) and `sync=True`, new in 3.2).

## Settings

- `cache_mb` (default: `64`): how much memory the pages of a table may take; `0` turns the cache off.
- `fsync` (default: `"close"`): when to call `os.fsync()`: `"never"`, `"close"` or `"always"`.
- `codec` (default: `"zstd"`): `"zstd"`, `"lz4"` or `None`, by column: `{"name": "lz4", "size": None}`.

A table that was written with a newer version than the reader's raises `VersionError(found, known)`, which is a subclass
of `OSError`. It holds both numbers in `.found` and `.known`, and `str(error)` names the file that was to be opened.
"""


def reasons(config: CurateConfig, *texts: str) -> list[str]:
    batch = document.batch(
        [{"id": str(i), "text": text, "lang": "en", "url": "https://a.example/"} for i, text in enumerate(texts)]
    )
    return judge.judge(pa.Table.from_batches([annotate.statistics(batch)]), config)[0].to_pylist()


def test_documentation_is_kept_under_technical():
    assert reasons(CurateConfig(), MANUAL, ENGLISH) == ["gopher.alpha_words", ""]
    assert reasons(presets.settle(CurateConfig(preset="technical")), MANUAL, ENGLISH) == ["", ""]


def test_a_threshold_that_somebody_named_stands():
    strict = CurateConfig(preset="technical", gopher=GopherConfig(min_alpha_words=0.9))
    assert reasons(strict, MANUAL) == ["gopher.alpha_words"]
    assert presets.settle(strict).gopher.max_hashes_per_word == presets.TECHNICAL["gopher"]["max_hashes_per_word"]
    assert presets.settle(CurateConfig()) == CurateConfig()


def test_a_rule_set_can_be_switched_off():
    repeated = ENGLISH + "\nAnd this line is here, and it comes again later.\n" * 2
    assert reasons(CurateConfig(), repeated) == ["fineweb.dup_line_chars"]
    assert reasons(CurateConfig(fineweb=FinewebConfig(enabled=False)), repeated) == [""]


def test_every_preset_names_real_thresholds():
    for section, values in presets.TECHNICAL.items():
        assert all(hasattr(getattr(CurateConfig(), section), name) for name in values)
