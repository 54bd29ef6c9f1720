"""Every repair over one batch of documents.

In: a record batch of documents, the settings, and the lines of its sites. Out: the batch, row for row, with repaired
text (and its digest), and a batch of `edits.SCHEMA`.
Steps: notebooks unpacked → lines that a site repeats → broken characters → boilerplate lines → licence headers →
personal data.

Who is repaired: general and specific documents; lines are cut from general ones only, and of source code (`lang: code`)
only personal data and, where asked for, licence headers. Instructions and answers stay as they are, except for personal
data where `pii.kinds` names them. A document that states an injected fact keeps it whole: nothing in it is masked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headwater import document
from headwater.curate import languages
from headwater.curate.clean import c4_lines, cells, edits, encoding, licence_headers, lines, script, shared_lines
from headwater.curate.clean.config import CleanConfig
from headwater.curate.clean.edits import Counts
from headwater.curate.clean.pii import masking
from headwater.curate.inject.lineage import injected

COLUMNS = ("id", "text", "url", "lang", "kind", "meta")
CODE = "code"


@dataclass(frozen=True, kw_only=True)
class Who:
    """Which rows each repair is for."""

    prose: np.ndarray
    general: np.ndarray
    english: np.ndarray
    code: np.ndarray
    pii: np.ndarray
    chinese: np.ndarray
    instruct: np.ndarray


def who(batch: pa.RecordBatch, config: CleanConfig) -> Who:
    """Which rows each repair is for, by their labels."""
    kinds = np.array(batch.column("kind").to_pylist(), object)
    kinds = np.where(np.isin(kinds, document.KINDS), kinds, document.KINDS[0])
    coded = pc.fill_null(batch.column("lang"), "").dictionary_encode()
    known = np.array([*map(languages.normalise, coded.dictionary.to_pylist()), ""], object)
    langs = known[coded.indices.to_numpy()]
    code = langs == CODE
    instruct = kinds == "instruct"
    return Who(
        prose=~code & ~instruct,
        general=(kinds == "general") & ~code,
        english=(kinds == "general") & (langs == "en"),
        code=code,
        instruct=instruct,
        chinese=~code & ~instruct & np.isin(langs, ("zh", "")),
        pii=np.isin(kinds, config.pii.kinds) & ~injected(batch.column("meta")),
    )


def repair(batch: pa.RecordBatch, config: CleanConfig, site_lines: np.ndarray) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(documents, edits) of a batch. `site_lines`: keys as `shared_lines.read_lines` gives them."""
    before = batch.column("text")
    counts = edits.none_yet(batch.num_rows)
    after = repaired(before, batch, config, site_lines, counts)
    sizes = [pc.fill_null(pc.binary_length(column), 0).to_numpy() for column in (before, after)]
    done = edits.batch(batch.column("id"), counts, *sizes)
    return _with_text(batch, after), done


def repaired(
    texts: pa.Array, batch: pa.RecordBatch, config: CleanConfig, site_lines: np.ndarray, counts: Counts
) -> pa.Array:
    """The column of texts with every repair that is asked for."""
    if not config.enabled:
        return texts
    rows = who(batch, config)
    if config.notebooks:
        texts = cells.unpack(texts, ~rows.instruct, counts)
    if config.lines.shared and len(site_lines):
        hosts = shared_lines.hosts_of(batch.column("url"))
        texts = shared_lines.cut_shared(texts, hosts, rows.general, site_lines, config.lines, counts)
    texts = encoding.repair(texts, rows.prose, config.encoding, counts)
    if config.chinese != "none":
        texts = script.in_one_script(texts, rows.chinese, config.chinese, counts)
    if config.lines.boilerplate:
        texts = lines.cut_boilerplate(texts, rows.general, counts)
    if config.lines.c4:
        texts = c4_lines.cut_lines(texts, rows.english, counts)
    if config.licence_headers:
        texts = licence_headers.cut_headers(texts, rows.code, counts)
    return masking.mask(texts, rows.pii, rows.code, config.pii, counts)


def _with_text(batch: pa.RecordBatch, texts: pa.Array) -> pa.RecordBatch:
    """The batch with these texts, and the digests of those that changed."""
    before = batch.column("text")
    if texts is before:
        return batch
    changed = np.flatnonzero(pc.fill_null(pc.not_equal(before, texts), False).to_numpy(zero_copy_only=False))
    digests = batch.column("digest").to_pylist()
    for row in changed.tolist():
        digests[row] = document.text_digest(texts[row].as_py())
    columns = {"text": texts, "digest": pa.array(digests, pa.string())}
    return pa.RecordBatch.from_arrays(
        [columns.get(name, batch.column(name)) for name in batch.schema.names], schema=batch.schema
    )
