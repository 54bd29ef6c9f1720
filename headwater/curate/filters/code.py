"""Rules for source code: written by people, in lines a person can read.

In: a column of texts. Out: statistics, and the rules on them.
What a file is called is told by its address (`code_paths.py`), what it says by its text: line
lengths, letters, data in place of code, a generator's mark, a licence header and nothing else, a notebook's raw JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headwater.curate.limits import OURS, limit
from headwater.curate.rules import Columns, Rule
from headwater.pipeline.option import option

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

COLUMNS = (
    "code_num_lines",
    "code_max_line_chars",
    "code_mean_line_chars",
    "code_alnum_share",
    "code_alpha_share",
    "code_space_share",
    "code_generated",
    "code_data_share",
    "code_longest_encoded",
    "code_license_share",
    "code_notebook",
)
STARCODER = "StarCoder, arXiv 2305.06161, section 3.1"
STARCODER2 = "StarCoder2, arXiv 2402.19173"
MIN_CHARS_SPACED = 500  # letters and digits; a shorter file may well be one expression
MIN_CHARS_SPELLED = 100  # a shorter one may well be `x = 1`


@dataclass(frozen=True, kw_only=True)
class CodeConfig:
    """Source code: written by people, in lines."""

    max_lines: float = limit(100_000, STARCODER2, "lines", "lines", least=1)
    max_line_chars: float = limit(1000, STARCODER, "longest line", "characters", least=1)
    max_mean_line_chars: float = limit(100, STARCODER, "longest mean line", "characters", least=1)
    min_alnum: float = limit(0.25, STARCODER, "letters and digits among characters")
    min_alpha: float = limit(0.25, STARCODER2, "letters among characters")
    min_space: float = limit(0.05, OURS, f"white space among characters, from {MIN_CHARS_SPACED} characters on")
    max_generated: float = limit(0, STARCODER2, "marks of generated files near the top", "marks")
    max_data: float = limit(0.7, OURS, "visible characters in long number lists and encoded blobs")
    max_encoded_chars: float = limit(1024, STARCODER2, "longest run of base64, hexadecimal or escapes", "characters")
    max_license: float = limit(0.9, OURS, "visible characters in the licence header")
    vendored: bool = option(False, "keep copies of other projects, by their path (vendor, node_modules, third_party)")
    generated_paths: bool = option(False, "keep files whose path says that they are generated or minified")
    lock_files: bool = option(False, "keep lists of exact versions that package managers write")


def measure(texts: pa.Array, rows: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics named in COLUMNS, of these rows of a text column."""
    import numpy as np

    from headwater.curate import characters
    from headwater.kernels import code
    from headwater.kernels.arrow import text_buffers

    offsets, text = text_buffers(texts)
    found = code.figures(offsets, text, rows, characters.flags())
    chars, visible = np.maximum(found["chars"], 1), np.maximum(found["visible"], 1)
    said = np.array([_said(text[offsets[row] : offsets[row + 1]].tobytes()) for row in rows], np.float64)
    generated, licence, notebook = said.reshape(len(rows), 3).T
    return {
        "code_num_lines": found["lines"] + 0.0,
        "code_max_line_chars": found["max_line"] + 0.0,
        "code_mean_line_chars": found["line_chars"] / np.maximum(found["lines"], 1),
        "code_alnum_share": found["alnum"] / chars,
        "code_alpha_share": found["alpha"] / chars,
        "code_space_share": 1 - found["visible"] / chars,
        "code_generated": generated,
        "code_data_share": np.minimum(1.0, (found["listed"] + found["encoded"]) / visible),
        "code_longest_encoded": found["longest_encoded"] + 0.0,
        "code_license_share": np.minimum(1.0, licence / visible),
        "code_notebook": notebook,
    }


def _said(data: bytes) -> tuple[int, int, bool]:
    """What a file says of itself: marks of a generator, the length of its licence header, whether it is a notebook."""
    from headwater.curate import notebooks
    from headwater.curate.filters import code_marks, licences

    marks = code_marks.generated_marks(data[: code_marks.TOP_BYTES])
    top = data[: licences.READ_CHARS]
    licence = licences.header_chars(top.decode("utf-8", "ignore"))
    ends = data[: notebooks.HEAD_CHARS] + data[-notebooks.HEAD_CHARS :]
    notebook = any(mark in ends for mark in notebooks.MARKS) and notebooks.is_raw(ends.decode("utf-8", "replace"))
    return marks, licence, notebook


def is_spaced(columns: Columns) -> np.ndarray:
    """Enough of a file for its white space to mean something."""
    return columns["num_letters_digits"] >= MIN_CHARS_SPACED


def is_spelled(columns: Columns) -> np.ndarray:
    """Enough of a file for the share of its letters to mean something."""
    return columns["num_letters_digits"] >= MIN_CHARS_SPELLED


def rules(config: CodeConfig) -> list[Rule]:
    paths = []
    if not config.vendored:
        paths.append(Rule(reason="code.vendored", column="code_path_vendored", high=0))
    if not config.generated_paths:
        paths.append(Rule(reason="code.minified_path", column="code_path_minified", high=0))
        paths.append(Rule(reason="code.generated_path", column="code_path_generated", high=0))
    if not config.lock_files:
        paths.append(Rule(reason="code.lock_file", column="code_path_lock", high=0))
    return [
        *paths,
        Rule(reason="code.notebook", column="code_notebook", high=0),
        Rule(reason="code.generated", column="code_generated", high=config.max_generated),
        Rule(reason="code.license_only", column="code_license_share", high=config.max_license),
        Rule(reason="code.data", column="code_data_share", high=config.max_data),
        Rule(reason="code.encoded", column="code_longest_encoded", high=config.max_encoded_chars),
        Rule(reason="code.minified", column="code_space_share", low=config.min_space, applies=is_spaced),
        Rule(reason="code.num_lines", column="code_num_lines", high=config.max_lines),
        Rule(reason="code.max_line", column="code_max_line_chars", high=config.max_line_chars),
        Rule(reason="code.mean_line", column="code_mean_line_chars", high=config.max_mean_line_chars),
        Rule(reason="code.alnum", column="code_alnum_share", low=config.min_alnum),
        Rule(reason="code.alpha", column="code_alpha_share", low=config.min_alpha, applies=is_spelled),
    ]
