"""A user's fastText model in place of ours: supervised `.bin` and `.ftz` files, read without the fastText package.

In: a file that may be anyone's; texts. Out: a language and a probability each. Every count in the file is held against
the file's size before anything is made of it; nothing in it can run. Labels such as `__label__zho_Hans` become codes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.curate import languages
from headwater.errors import HeadwaterError

MAGIC, VERSIONS = 793712314, (11, 12)
SUPERVISED, HIERARCHICAL, ONE_VS_ALL = 3, 1, 4
PREFIX = "__label__"
MAX_DIM, MAX_LABELS, MAX_VALUES, MAX_FILE_BYTES = 4096, 4096, 1 << 28, 1 << 31
LOG_FLOOR = 1e-5  # fastText adds it before it takes a logarithm
READ_BYTES = 8_000  # of a text
BATCH_ROWS = 4096


@dataclass(frozen=True, kw_only=True)
class FastText:
    """A supervised model. Shapes: matrix [words + buckets kept, dim], output [labels or inner nodes, dim]."""

    labels: list[tuple[str, str]]  # (language, script)
    counts: np.ndarray
    sizes: np.ndarray  # min and max characters, buckets, longest run of words, words
    places: np.ndarray
    word_offsets: np.ndarray
    words: np.ndarray
    kept: np.ndarray
    kept_rows: np.ndarray
    pruned: bool
    matrix: np.ndarray
    output: np.ndarray
    loss: int

    def probabilities(self, texts: pa.Array) -> np.ndarray:
        """float64 [texts, labels]."""
        scores = self.hidden(texts).astype(np.float64) @ self.output.T.astype(np.float64)
        if self.loss == ONE_VS_ALL:
            return 1 / (1 + np.exp(-np.clip(scores, -60, 60)))
        if self.loss == HIERARCHICAL:
            right, left = _paths(self.counts)
            odds = 1 / (1 + np.exp(-np.clip(scores[:, : right.shape[1]], -60, 60)))
            scores = np.log(odds + LOG_FLOOR) @ right.T + np.log(1 - odds + LOG_FLOOR) @ left.T
            return np.exp(scores)
        scores = np.exp(scores - scores.max(1, keepdims=True))
        return scores / scores.sum(1, keepdims=True)

    def hidden(self, texts: pa.Array) -> np.ndarray:
        """The mean row of each text, float32 [texts, dim]."""
        from headwater.kernels import fasttext
        from headwater.kernels.arrow import text_buffers
        from headwater.kernels.compiled import frozen, warm

        def rows(array: pa.Array) -> np.ndarray:
            offsets, text = text_buffers(array)
            out = np.zeros((len(array), self.matrix.shape[1]), np.float32)
            fasttext.means(
                frozen(offsets, np.int64), frozen(text, np.uint8), READ_BYTES, self.sizes, self.places,
                self.word_offsets, self.words, self.matrix, self.kept, self.kept_rows, self.pruned, out,
            )  # fmt: skip
            return out

        warm("fasttext", lambda: rows(pa.array(["a"])))
        return rows(texts)

    def answers(self, texts: pa.Array) -> tuple[list[tuple[str, str]], np.ndarray]:
        """((language, script), probability) of each text: labels of one language and script count together."""
        names = sorted(set(self.labels))
        join = np.zeros((len(self.labels), len(names)))
        join[np.arange(len(self.labels)), [names.index(label) for label in self.labels]] = 1
        found: list[tuple[str, str]] = []
        scores = [np.empty(0)]
        for first in range(0, len(texts), BATCH_ROWS):
            odds = self.probabilities(texts.slice(first, BATCH_ROWS)) @ join
            found += [names[at] for at in odds.argmax(1)]
            scores.append(odds.max(1))
        return found, np.minimum(np.concatenate(scores), 1.0)


def _paths(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(labels x inner nodes) with a 1 where the way to a label turns right, and where it turns left.

    A Huffman tree over the labels' counts, most frequent first, built as fastText builds it.
    """
    num = len(counts)
    weight = [*counts.tolist(), *([10**15] * (num - 1))]
    parent, turn = [-1] * (2 * num - 1), [False] * (2 * num - 1)
    leaf, node = num - 1, num
    for inner in range(num, 2 * num - 1):
        least = []
        for _ in range(2):
            if leaf >= 0 and weight[leaf] < weight[node]:
                least.append(leaf)
                leaf -= 1
            else:
                least.append(node)
                node += 1
        weight[inner] = weight[least[0]] + weight[least[1]]
        parent[least[0]] = parent[least[1]] = inner
        turn[least[1]] = True
    right, left = np.zeros((num, max(num - 1, 1))), np.zeros((num, max(num - 1, 1)))
    for label in range(num):
        at = label
        while parent[at] >= 0:
            (right if turn[at] else left)[label, parent[at] - num] = 1
            at = parent[at]
    return right, left


class _Cursor:
    """Reads numbers off a buffer, never past its end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def numbers(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def array(self, dtype: str, count: int) -> np.ndarray:
        if count < 0 or count * np.dtype(dtype).itemsize > len(self.data) - self.at:
            raise ValueError(f"{count} values where the file has fewer")
        found = np.frombuffer(self.data, dtype, count, self.at)
        self.at += found.nbytes
        return found

    def name(self) -> bytes:
        end = self.data.index(b"\0", self.at)
        found = self.data[self.at : end]
        self.at = end + 1
        return found


def is_fasttext(path: Path) -> bool:
    """Whether a file begins as fastText's do."""
    try:
        with open(path, "rb") as handle:
            return handle.read(4) == struct.pack("<i", MAGIC)
    except OSError:
        return False


def load(path: Path) -> FastText:
    """Raises HeadwaterError unreadable_input or damaged_file."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise HeadwaterError("unreadable_input", f"is larger than {MAX_FILE_BYTES >> 30} GiB", where=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return _read(_Cursor(data))
    except (ValueError, struct.error, OverflowError, MemoryError) as error:
        told = f"is no whole fastText model: {str(error)[:100]}"
        raise HeadwaterError("damaged_file", told, where=str(path)) from error


def _read(cursor: _Cursor) -> FastText:
    magic, version = cursor.numbers("ii")
    dim, _, _, _, _, runs, loss, model, buckets, shortest, longest, _ = cursor.numbers("12i")
    cursor.numbers("d")
    if magic != MAGIC or version not in VERSIONS or model != SUPERVISED:
        raise ValueError("only supervised models of versions 11 and 12 are read")
    if version == 11:
        longest = 0
    if not (0 < dim <= MAX_DIM and buckets >= 0 and shortest >= 0 and 0 <= longest <= 100 and 0 <= runs <= 100):
        raise ValueError("settings out of bounds")
    if not buckets and (longest or runs > 1):
        raise ValueError("parts of words, and no buckets for them")
    names, counts, num_words, kept, kept_rows, pruned = _dictionary(cursor)
    (quantised,) = cursor.numbers("?")
    matrix = _quantised(cursor) if quantised else _matrix(cursor)
    (quantised_output,) = cursor.numbers("?")
    output = _quantised(cursor) if quantised and quantised_output else _matrix(cursor)
    labels = names[num_words:]
    rows_needed = num_words + (int(kept_rows.max(initial=-1)) + 1 if pruned else buckets if longest or runs > 1 else 0)
    if matrix.shape[1] != dim or matrix.shape[0] < rows_needed or output.shape != (len(labels), dim):
        raise ValueError("matrices do not fit the dictionary")
    if not (np.isfinite(matrix).all() and np.isfinite(output).all()):
        raise ValueError("a weight is not a number")
    return _made(
        names, counts, num_words, (shortest, longest, buckets, runs), (kept, kept_rows, pruned), matrix, output, loss
    )


def _made(
    names: list[bytes], counts: np.ndarray, num_words: int, sizes: tuple[int, ...], kept: tuple[Any, ...],
    matrix: np.ndarray, output: np.ndarray, loss: int,
) -> FastText:  # fmt: skip
    from headwater.kernels import fasttext
    from headwater.kernels.compiled import frozen

    word_offsets = frozen(np.cumsum([0, *map(len, names)]), np.int64)
    words = frozen(np.frombuffer(b"".join(names) or b"\0", np.uint8), np.uint8)
    places = np.full(1 << max(4, (2 * len(names)).bit_length()), -1, np.int32)
    fasttext.fill_places(word_offsets, words, places)
    return FastText(
        labels=[label(name.decode("utf-8", "replace")) for name in names[num_words:]],
        counts=counts[num_words:],
        sizes=frozen(np.array([*sizes, num_words]), np.int64),
        places=frozen(places, np.int32), word_offsets=word_offsets, words=words,
        kept=frozen(kept[0], np.int64), kept_rows=frozen(kept[1], np.int64), pruned=kept[2],
        matrix=frozen(matrix, np.float32), output=output, loss=loss,
    )  # fmt: skip


def _dictionary(cursor: _Cursor) -> tuple[list[bytes], np.ndarray, int, np.ndarray, np.ndarray, bool]:
    size, num_words, num_labels, _, num_kept = cursor.numbers("iiiqq")
    if size != num_words + num_labels or num_words < 0 or not 0 < num_labels <= MAX_LABELS:
        raise ValueError("the dictionary's counts do not fit")
    if size * 10 > len(cursor.data) or num_kept > len(cursor.data) // 8:
        raise ValueError("more words than the file has room for")
    names, counts = [], np.zeros(size, np.int64)
    for number in range(size):
        names.append(cursor.name())
        counts[number], kind = cursor.numbers("qb")
        if (kind == 1) != (number >= num_words):
            raise ValueError("labels are not behind the words")
    pairs = cursor.array("<i4", 2 * max(num_kept, 0)).reshape(-1, 2).astype(np.int64)
    if len(pairs) and (pairs.min() < 0):
        raise ValueError("a kept bucket below 0")
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    return names, counts, num_words, pairs[:, 0], pairs[:, 1], num_kept >= 0


def _matrix(cursor: _Cursor) -> np.ndarray:
    rows, columns = cursor.numbers("qq")
    if not (0 <= rows <= MAX_VALUES and 0 < columns <= MAX_DIM and rows * columns <= MAX_VALUES):
        raise ValueError("a matrix out of bounds")
    return cursor.array("<f4", rows * columns).reshape(rows, columns)


def _quantised(cursor: _Cursor) -> np.ndarray:
    """A product-quantised matrix, made plain."""
    has_norms, rows, columns, size = cursor.numbers("?qqi")
    if not (0 <= rows <= MAX_VALUES and 0 < columns <= MAX_DIM and rows * columns <= MAX_VALUES):
        raise ValueError("a matrix out of bounds")
    codes = cursor.array("u1", size)
    matrix = _decoded(cursor, codes, rows, columns)
    if has_norms:
        norms = _decoded(cursor, cursor.array("u1", rows), rows, 1)
        matrix = matrix * norms
    return matrix


def _decoded(cursor: _Cursor, codes: np.ndarray, rows: int, columns: int) -> np.ndarray:
    dim, parts, width, last = cursor.numbers("iiii")
    if dim != columns or parts <= 0 or width <= 0 or not 0 < last <= width or (parts - 1) * width + last != dim:
        raise ValueError("a codebook that does not fit")
    if len(codes) != rows * parts:
        raise ValueError("codes that do not fit")
    centroids = cursor.array("<f4", dim * 256)
    matrix = np.empty((rows, columns), np.float32)
    for part, of in enumerate(codes.reshape(rows, parts).T):
        size = last if part == parts - 1 else width
        book = centroids[part * 256 * width : part * 256 * width + 256 * size].reshape(256, size)
        matrix[:, part * width : part * width + size] = book[of]
    return matrix


def label(name: str) -> tuple[str, str]:
    """`__label__zho_Hans` as ("zh", "Hans"); a label that names no language is `und`."""
    plain = name.removeprefix(PREFIX)
    parts = plain.replace("-", "_").split("_")
    script = next((part.title() for part in parts[1:] if len(part) == 4 and part.isalpha()), "")
    return languages.normalise(plain) or "und", script
