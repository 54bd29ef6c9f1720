"""Lays documents into rows: stage `rows`, where the recipe packs otherwise than by cutting.

In: the packed tokens, and from the recipe the strategy and the length of a sequence. Out: `packing.json`, with what
the strategy wastes, and for `best_fit` an index of rows a channel. The tokens stay where they are.
"""

from __future__ import annotations

from typing import Any

from headwater import storage
from headwater.batches import laid
from headwater.errors import HeadwaterError
from headwater.mix.stage import PACK_NAME
from headwater.pipeline import stage


def run(context: stage.Context) -> dict[str, Any]:
    """Raises HeadwaterError damaged_file where the packed files disagree."""
    pack = context.input("pack")
    value = storage.read_json(pack / PACK_NAME)
    try:
        names, eod_id = list(value["channels"]), int(value["eod_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise HeadwaterError("damaged_file", f"not what pack writes: {error}", where=str(pack / PACK_NAME)) from error
    length = context.recipe.train.sequence_length
    told = laid.write(context.folder, pack, context.config.packing, length, eod_id, names)
    figures = {
        name: {key: of[key] for key in ("rows", "wasted", "documents_cut")} for name, of in told["channels"].items()
    }
    return {"packing": told["packing"], "sequence_length": length, "channels": figures}
