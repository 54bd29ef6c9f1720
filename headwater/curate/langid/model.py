"""The trained model of language identification: what it holds, its file, and the kernel run over a column.

In: a file that may be anyone's, or what training made. Out: an answer a text. The file is one line of JSON and arrays
packed with zstandard; every size is checked before it is trusted, and nothing in it can run.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headwater import storage
from headwater.errors import HeadwaterError

FORMAT, VERSION = "headwater.langid", 1
SHIPPED = Path(__file__).parent / "model.bin"
MAX_HEADER_BYTES, MAX_PACKED_BYTES = 65_536, 64 << 20
MAX_ROWS, MAX_CLASSES = 65_535, 1000
FIRST_HAN = 0x3400
NUM_HAN = 0xA000 - FIRST_HAN


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Of each text: class, share, probability of code, kind of Chinese and words read. Shapes: [n]."""

    classes: np.ndarray
    shares: np.ndarray
    code: np.ndarray
    hans: np.ndarray  # characters only simplified text has, less those only traditional text has
    words: np.ndarray
    letters: np.ndarray  # [n, scripts]: of each script in what was read


@dataclass(frozen=True, kw_only=True)
class LangidModel:
    """Classes are languages in a script, script by script. Shapes: slots and weights [rows], in tables by script."""

    classes: list[tuple[str, str]]  # (language, script)
    slots: dict[str, np.ndarray]  # script: int32 [rows], ascending
    weights: dict[str, np.ndarray]  # script: int8 [rows, languages of the script]
    scales: dict[str, float]  # what 1 in int8 stands for
    biases: np.ndarray  # float32 [classes]
    heats: dict[str, tuple[float, float]]  # logits are multiplied by a + b · log letters
    code_weights: np.ndarray  # float32 [2^15]
    code_bias: tuple[float, float, float]  # bias, factor of the logit, of its product with log tokens
    han_kinds: np.ndarray  # uint8 [NUM_HAN]
    about: dict[str, Any]

    def answers(self, texts: pa.Array) -> Answers:
        """Run the kernel over a text array."""
        from headwater.kernels import languages, scripts
        from headwater.kernels.arrow import text_buffers
        from headwater.kernels.compiled import frozen, warm

        tables = _tables(self)
        code, bias = frozen(self.code_weights, np.float32), frozen(np.array(self.code_bias), np.float64)

        def rows(array: pa.Array) -> np.ndarray:
            offsets, text = text_buffers(array)
            results = np.zeros((len(array), languages.NUM_COLUMNS + len(scripts.NAMES)), np.float64)
            given = frozen(offsets, np.int64), frozen(text, np.uint8)
            languages.identify_rows(*given, tables, code, bias, len(self.classes), results)
            return results

        warm("languages", lambda: rows(pa.array(["a"])))
        found = rows(texts)
        offset, factor, by_length = self.code_bias
        by_size = factor + by_length * np.log(np.maximum(found[:, languages.TOKENS], 1))
        logit = found[:, languages.CODE_LOGIT] * by_size + offset
        return Answers(
            classes=found[:, languages.CLASS].astype(np.int64),
            shares=found[:, languages.SHARE],
            code=1 / (1 + np.exp(-np.clip(logit, -60, 60))),
            hans=found[:, languages.HANS_LESS_HANT],
            words=found[:, languages.WORDS],
            letters=found[:, languages.NUM_COLUMNS :],
        )

    def letters(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Letters by script [n, scripts], and how much more simplified than traditional Chinese each text shows [n]."""
        from headwater.kernels import languages, scripts
        from headwater.kernels.arrow import text_buffers
        from headwater.kernels.compiled import frozen, warm

        tables = _tables(self)

        def rows(array: pa.Array) -> np.ndarray:
            offsets, text = text_buffers(array)
            results = np.zeros((len(array), 1 + len(scripts.NAMES)), np.float64)
            languages.count_letters(frozen(offsets, np.int64), frozen(text, np.uint8), tables, results)
            return results

        warm("letters", lambda: rows(pa.array(["a"])))
        found = rows(texts)
        return found[:, 1:], found[:, 0]

    def save(self, path: Path) -> None:
        """One file, the same bytes for the same model."""
        import zstandard

        scripts = sorted(self.slots)
        parts = [np.diff(self.slots[name], prepend=0).astype("<i4").tobytes() for name in scripts]
        parts += [np.ascontiguousarray(self.weights[name].T).tobytes() for name in scripts]
        parts += [self.biases.astype("<f4").tobytes(), self.code_weights.astype("<f4").tobytes()]
        parts += [self.han_kinds.astype(np.uint8).tobytes()]
        data = b"".join(parts)
        header = {
            "format": FORMAT, "version": VERSION, "sha256": hashlib.sha256(data).hexdigest(), "num_bytes": len(data),
            "classes": self.classes, "rows": {name: len(self.slots[name]) for name in scripts}, "scales": self.scales,
            "heats": self.heats, "code_bias": self.code_bias, "about": self.about,
        }  # fmt: skip
        line = json.dumps(header, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        with storage.open_atomic(path) as out:
            out.write(line + zstandard.compress(data, 19))


@cache
def shipped() -> LangidModel:
    """The model that comes with headwater."""
    return load(SHIPPED)


def load(path: Path) -> LangidModel:
    """Raises HeadwaterError unreadable_input, foreign_version or damaged_file."""
    try:
        with open(path, "rb") as handle:
            header = _header(handle.readline(MAX_HEADER_BYTES + 1), path)
            packed = handle.read(MAX_PACKED_BYTES + 1)
    except OSError as error:
        raise HeadwaterError("unreadable_input", f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        return _read(header, packed)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise HeadwaterError("damaged_file", f"is no whole model: {str(error)[:100]}", where=str(path)) from error


def _header(line: bytes, path: Path) -> dict[str, Any]:
    try:
        header = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise HeadwaterError("unreadable_input", "is not a language model of headwater", where=str(path))
    if header.get("version") != VERSION:
        told = f"has version {str(header.get('version'))[:20]}; this headwater reads {VERSION}"
        raise HeadwaterError("foreign_version", told, where=str(path))
    return header


def _read(header: dict[str, Any], packed: bytes) -> LangidModel:
    """Raises ValueError and its like for anything that does not fit."""
    import zstandard

    from headwater.kernels import code_shape, langid, scripts

    classes = [(str(language), str(script)) for language, script in header["classes"]]
    rows = {str(name): int(count) for name, count in header["rows"].items()}
    widths = {name: sum(script == name for _, script in classes) for name in rows}
    if not 0 < len(classes) <= MAX_CLASSES or any(script not in scripts.NUMBER for _, script in classes):
        raise ValueError("classes")
    if classes != sorted(classes, key=lambda item: (item[1], item[0])) or len(set(classes)) < len(classes):
        raise ValueError("order of classes")
    if sum(rows.values()) > MAX_ROWS or min(rows.values(), default=0) < 0 or 0 in widths.values():
        raise ValueError("rows")
    code_bytes = 4 << code_shape.BITS
    size = sum(4 * rows[name] + rows[name] * widths[name] for name in rows) + 4 * len(classes) + code_bytes + NUM_HAN
    if size != header["num_bytes"]:
        raise ValueError("size")
    with zstandard.ZstdDecompressor().stream_reader(packed) as reader:
        try:
            data = reader.read(size + 1)
        except zstandard.ZstdError as error:
            raise ValueError("not zstandard") from error
    if len(data) != size or hashlib.sha256(data).hexdigest() != header["sha256"]:
        raise ValueError("the weights are not those that were written")
    at = 0

    def take(dtype: str, count: int) -> np.ndarray:
        nonlocal at
        array = np.frombuffer(data, dtype, count, at)
        at += array.nbytes
        return array

    slots = {name: np.cumsum(take("<i4", rows[name]), dtype=np.int32) for name in sorted(rows)}
    weights = {name: take("i1", rows[name] * widths[name]).reshape(widths[name], -1).T for name in sorted(rows)}
    biases, code = take("<f4", len(classes)), take("<f4", 1 << code_shape.BITS)
    han_kinds = take("u1", NUM_HAN)
    for found in slots.values():
        if len(found) and (found[0] < 0 or found[-1] >= 1 << langid.BITS or (np.diff(found) <= 0).any()):
            raise ValueError("slots")
    model = LangidModel(
        classes=classes, slots=slots, weights=weights, biases=biases, code_weights=code, han_kinds=han_kinds,
        scales={name: float(header["scales"][name]) for name in rows},
        heats={name: (float(header["heats"][name][0]), float(header["heats"][name][1])) for name in rows},
        code_bias=(float(header["code_bias"][0]), float(header["code_bias"][1]), float(header["code_bias"][2])),
        about=dict(header["about"]),
    )  # fmt: skip
    numbers = [*model.scales.values(), *sum(model.heats.values(), ()), *model.code_bias]
    if not (
        np.isfinite(biases).all() and np.isfinite(code).all() and np.isfinite(numbers).all() and han_kinds.max() < 4
    ):
        raise ValueError("a weight is not a number")
    return model


def _tables(model: LangidModel) -> tuple[Any, ...]:
    """What the kernel reads, in its order; made once a model."""
    kept = _made.get(id(model))
    if kept is None or kept[0] is not model:
        kept = (model, _make_tables(model))
        _made.clear()
        _made[id(model)] = kept
    return kept[1]


_made: dict[int, tuple[LangidModel, tuple[Any, ...]]] = {}


def _make_tables(model: LangidModel) -> tuple[Any, ...]:
    from headwater.kernels import langid, scripts
    from headwater.kernels.compiled import frozen

    num = len(scripts.NAMES)
    index = np.zeros(1 << langid.BITS, np.uint16)
    firsts, widths, first_rows = np.full(num, -1), np.zeros(num, np.int64), np.zeros(num, np.int64)
    scales, heats, tables, row = np.ones(num), np.ones((num, 2)), [], 0
    places = np.zeros(num + 1, np.int64)  # of each script in the one table: one array compiles faster than a tuple
    for number, name in enumerate(scripts.NAMES):
        own = [at for at, (_, script) in enumerate(model.classes) if script == name]
        if own:
            firsts[number], widths[number] = own[0], len(own) if name in model.slots else 1
        if name in model.slots:
            found = model.slots[name]
            index[found] = np.arange(row + 1, row + 1 + len(found))
            padding = -model.weights[name].shape[1] % langid.BLOCK
            tables.append(np.pad(model.weights[name], ((0, 0), (0, padding))).ravel())
            places[number + 1] = tables[-1].size
            first_rows[number], row = row, row + len(found)
            scales[number], heats[number] = model.scales[name], model.heats[name]
    han = np.zeros(scripts.NUM_CODES, np.uint8)
    han[FIRST_HAN : FIRST_HAN + NUM_HAN] = model.han_kinds
    letters, plain = scripts.tables()
    keys, values = scripts.compositions()
    table = frozen(np.concatenate([np.zeros(0, np.int8), *tables]), np.int8)
    ints = [frozen(array, np.int64) for array in (np.cumsum(places), firsts, widths, first_rows)]
    return (
        frozen(index, np.uint16), table, *ints, frozen(scales, np.float64), frozen(model.biases, np.float32),
        frozen(heats, np.float64), frozen(han, np.uint8), keys, values, letters, plain,
    )  # fmt: skip
