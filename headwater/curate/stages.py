"""The stages of cleaning, and which settings can change the result of each: for a run, and for `curate` alone.

In: settings, and the names of the stages before. Out: Stages, in the order of decisions/005.
"""

from __future__ import annotations

from typing import Any

from headwater.curate.clean.config import CleanConfig, clean_fields
from headwater.curate.config import CurateConfig, annotation_fields
from headwater.curate.decontaminate.config import hit_fields
from headwater.curate.dedup.config import fingerprint_fields, span_fields
from headwater.curate.diversity.config import sample_fields
from headwater.pipeline.stage import Stage


def clean(config: CleanConfig) -> list[Stage]:
    """The stage that repairs text, unless it is switched off."""
    if not config.enabled:
        return []
    return [
        Stage(
            name="clean",
            version=2,
            function="headwater.curate.clean.stage:run",
            config=config,
            fields={"clean": clean_fields(config)},
            inputs=("acquire",),
        )
    ]


def read(config: CurateConfig, texts: str, fields: dict[str, Any], seed: int) -> list[Stage]:
    """The stages that read text and write columns. `texts`: the stage whose documents they read.

    `fields`: what the files hold that a language id model and evaluation sets are named by.
    """
    found = [
        Stage(
            name="annotate",
            version=3,
            function="headwater.curate.annotate:run",
            config=config,
            fields=annotation_fields(config) | fields.get("annotate", {}),
            inputs=(texts,),
        )
    ]
    if config.dedup.minhash or config.dedup.semantic:
        found.append(
            Stage(
                name="fingerprint",
                version=1,
                function="headwater.curate.fingerprint:run",
                config=config.dedup,
                fields=fingerprint_fields(config.dedup),
                inputs=(texts, "annotate"),
            )
        )
    if config.decontaminate.sets:
        found.append(
            Stage(
                name="decontaminate",
                version=3,
                function="headwater.curate.decontaminate.stage:run",
                config=config.decontaminate,
                fields=hit_fields(config.decontaminate) | fields.get("decontaminate", {}),
                inputs=(texts,),
            )
        )
    if config.diversity.sample_documents:
        found.append(
            Stage(
                name="diversity",
                version=1,
                function="headwater.curate.diversity.sample:run",
                config=config.diversity,
                fields=sample_fields(config.diversity) | {"seed": seed},
                inputs=(texts, "annotate"),
            )
        )
    return found


def decide(config: CurateConfig, inputs: tuple[str, ...], fields: dict[str, Any]) -> Stage:
    """The stage that reads no text and says what is kept. `inputs`: the stages whose columns it may use."""
    return Stage(
        name="curate",
        version=3,
        function="headwater.curate.decide:run",
        config=config,
        fields=fields,
        inputs=inputs,
    )


def spans(config: CurateConfig, texts: str) -> list[Stage]:
    """The stage that cuts passages which an earlier document has, where the settings ask for it."""
    if not config.dedup.span_words and not config.dedup.span_chars:
        return []
    return [
        Stage(
            name="spans",
            version=2,
            function="headwater.curate.dedup.spans:run",
            config=config.dedup,
            fields=span_fields(config.dedup),
            inputs=(texts, "curate"),
        )
    ]
