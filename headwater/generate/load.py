"""A model ready to use, from a checkpoint folder.

In: a folder with model.safetensors, model.json and tokenizer.json. Out: (Decoder, Encoder), every
byte checked against state.json, in fp32 on the CPU and in evaluation mode.
"""

from __future__ import annotations

from pathlib import Path

from headwater.errors import HeadwaterError
from headwater.model import checkpoint
from headwater.model.config import from_json
from headwater.model.decoder import Decoder, build
from headwater.model.weights import fill, read_tensors, shapes_of
from headwater.tokenizer.encode import Encoder


def load(folder: Path | str) -> tuple[Decoder, Encoder]:
    """Raises HeadwaterError unknown_name, damaged_checkpoint, damaged_file or foreign_version."""
    folder = Path(folder)
    if not (folder / checkpoint.STATE).is_file():
        raise HeadwaterError(
            "unknown_name",
            f"no checkpoint here (no {checkpoint.STATE})",
            where=str(folder),
            mend="name a run, a folder like runs/NAME/checkpoints/step-00000100, or a Hugging Face folder",
        )
    checkpoint.verify(folder)
    path = folder / checkpoint.CONFIG
    decoder = build(from_json(checkpoint.read_json(path), str(path)))
    fill(decoder, read_tensors(folder / checkpoint.MODEL, shapes_of(decoder)))
    encoder = Encoder.load(folder)
    check_vocabulary(decoder, encoder, str(folder))
    return decoder.eval(), encoder


def check_vocabulary(decoder: Decoder, encoder: Encoder, where: str) -> None:
    """The model has a row for every token. Raises HeadwaterError damaged_file."""
    if encoder.vocab_size > decoder.config.vocab_size:
        raise HeadwaterError(
            "damaged_file",
            f"the tokenizer has {encoder.vocab_size} tokens, the model only {decoder.config.vocab_size}",
            where=where,
        )
