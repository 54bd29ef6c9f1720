"""What shape a model has.

In: the recipe's `model` section (a preset and what overrides it), the tokenizer's vocabulary and
the sequence length. Out: a ModelConfig with every size resolved, which is also `model.json` in a
checkpoint.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from headwater.errors import HeadwaterError
from headwater.model.presets import PRESETS

MAX_SIZE = 1 << 24  # no size of a real model is larger; a bound for files read from elsewhere


def _nullable(help_text: str, unit: str = "") -> Any:
    return field(default=None, metadata={"help": f"{help_text} (default: the preset's)", "unit": unit})


@dataclass(frozen=True, kw_only=True)
class ModelSection:
    """The recipe's `model:`; a field left empty is the preset's."""

    preset: str = field(default="llama-10m", metadata={"help": "a named shape: " + ", ".join(PRESETS)})
    hidden_size: int | None = _nullable("width of the residual stream")
    num_layers: int | None = _nullable("decoder blocks")
    num_heads: int | None = _nullable("query heads")
    num_kv_heads: int | None = _nullable("key and value heads; fewer than num_heads is grouped-query attention")
    head_size: int | None = _nullable("width of one head")
    ffn_size: int | None = _nullable("width of the feed-forward layer")
    rope_theta: float | None = _nullable("base of the rotary frequencies")
    norm_eps: float | None = field(
        default=None, metadata={"help": "added to the mean square in RMSNorm (default: 1e-5)"}
    )
    max_positions: int | None = field(
        default=None,
        metadata={"help": "longest context (default: the sequence length, 2048 at least)", "unit": "tokens"},
    )
    tie_embeddings: bool | None = _nullable("one matrix for the embedding and the output head")
    init_std: float | None = field(default=None, metadata={"help": "deviation of the initial weights (default: 0.02)"})

    def check(self) -> list[tuple[str, str]]:
        if self.preset not in PRESETS:
            near = get_close_matches(self.preset, PRESETS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            return [("preset", f"no preset {self.preset!r}{hint} Known are {', '.join(PRESETS)}")]
        return _resolved(self, vocab_size=256, sequence_length=1).check()


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Every size of a decoder. Equal configs have equal parameters, name by name."""

    preset: str
    vocab_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    head_size: int
    ffn_size: int
    rope_theta: float
    norm_eps: float
    max_positions: int
    tie_embeddings: bool
    init_std: float

    def check(self) -> list[tuple[str, str]]:
        """What cannot be: (field, message)."""
        wrong = [
            (f.name, f"{f.name} must be between 1 and {MAX_SIZE:,}, not {getattr(self, f.name)}")
            for f in fields(self)
            if f.type == "int" and not 1 <= getattr(self, f.name) <= MAX_SIZE
        ]
        if wrong:
            return wrong
        if self.num_heads % self.num_kv_heads:
            wrong.append(
                ("num_kv_heads", f"{self.num_heads} heads cannot share {self.num_kv_heads} key-value heads evenly")
            )
        if self.head_size % 2:
            wrong.append(("head_size", f"{self.head_size} is odd; rotary positions turn pairs of values"))
        if self.hidden_size % self.num_heads:
            wrong.append(
                ("hidden_size", f"{self.hidden_size} is not a multiple of {self.num_heads} heads, which Llama requires")
            )
        if not self.rope_theta > 1:
            wrong.append(("rope_theta", f"must be above 1, not {self.rope_theta}"))
        if not 0 < self.norm_eps < 1:
            wrong.append(("norm_eps", f"must be between 0 and 1, not {self.norm_eps}"))
        if not 0 < self.init_std < 10:
            wrong.append(("init_std", f"must be between 0 and 10, not {self.init_std}"))
        return wrong


def _resolved(section: ModelSection, vocab_size: int, sequence_length: int) -> ModelConfig:
    default: dict[str, Any] = {"norm_eps": 1e-5, "init_std": 0.02, "max_positions": max(2048, sequence_length)}
    default |= PRESETS[section.preset]
    given = {name: value for name, value in asdict(section).items() if value is not None}
    return ModelConfig(vocab_size=vocab_size, **(default | given))


def resolve(section: ModelSection, vocab_size: int, sequence_length: int) -> ModelConfig:
    """The config of a recipe's model. Raises HeadwaterError recipe."""
    wrong = section.check()
    if not wrong:
        config = _resolved(section, vocab_size, sequence_length)
        wrong = config.check()
        if sequence_length > config.max_positions:
            wrong.append(
                ("max_positions", f"{config.max_positions} is below train.sequence_length = {sequence_length}")
            )
    if wrong:
        raise HeadwaterError("recipe", "; ".join(f"model.{name}: {message}" for name, message in wrong), where="model")
    return config


def from_json(value: Any, where: str) -> ModelConfig:
    """A ModelConfig from the value of a `model.json`. Raises HeadwaterError damaged_file."""
    kinds: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool, "str": str}
    expected = {f.name: kinds[str(f.type)] for f in fields(ModelConfig)}
    if not isinstance(value, dict) or set(value) != set(expected):
        names = sorted(set(value) ^ set(expected)) if isinstance(value, dict) else ["not an object"]
        raise HeadwaterError("damaged_file", f"not a model config: {', '.join(map(str, names))}", where=where)
    for name, kind in expected.items():
        if not isinstance(value[name], kind) or (kind is not bool and isinstance(value[name], bool)):
            raise HeadwaterError("damaged_file", f"{name} has the wrong type: {value[name]!r}", where=where)
    config = ModelConfig(**value)
    if wrong := config.check():
        raise HeadwaterError("damaged_file", "; ".join(message for _, message in wrong), where=where)
    return config
