"""What the digests of a chain's stages are made of, beyond the settings themselves: files by what they hold, an index
by what others added to it.

In: a recipe. Out: fields of stages. Whatever can change a result is in them, and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.recipe.compose import Recipe, as_fields


def contents(section: Any, *names: str) -> dict[str, Any]:
    """What the files hold that fields of a section name, in place of their paths."""
    from headwater.acquire.files import fingerprint
    from headwater.acquire.sources.files import FilesSource
    from headwater.pipeline.manifest import describe_file, describe_files

    found: dict[str, Any] = {}
    for name in names:
        given = getattr(section, name)
        if isinstance(given, tuple):
            found[name] = [list(named) for named in fingerprint(FilesSource(paths=given))] if given else []
        elif Path(given).is_dir() and given:
            found[name] = describe_files(Path(given))
        else:  # one that is not there is said by the stage itself
            found[name] = describe_file(Path(given)) if given and Path(given).is_file() else given
    return found


def of_decisions(recipe: Recipe, run_folder: Path | None) -> dict[str, Any]:
    from headwater.curate.clean.config import decision_fields as personal
    from headwater.curate.dedup.config import decision_fields as copies

    config = recipe.curate
    fields = as_fields(config) | {"personal": personal(recipe.clean), "seed": recipe.seed}
    fields["dedup"] = copies(config.dedup)
    if config.dedup.index:
        fields["dedup"] |= {"index": _of_index(config.dedup.index, recipe, run_folder)}
    fields["url"] |= contents(config.url, "block_domains", "block_words")
    if not recipe.recall.seed:
        return fields
    return fields | {"recall": {"domain": recipe.recall.domain, "keep_others": recipe.recall.keep_others}}


def _of_index(folder: str, recipe: Recipe, run_folder: Path | None) -> dict[str, Any]:
    """What of an index can change a verdict; and whose it is, since each run adds its own to the index it names."""
    from headwater.curate.dedup.index import fingerprint, run_owner

    owner = run_owner(run_folder or Path(recipe.name), recipe.sources)
    return {"before": fingerprint(folder, owner), "owner": owner, "folder": str(Path(folder).absolute())}


def of_named_files(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """What the files hold that stages of cleaning read beside the documents."""
    return {"decontaminate": contents(recipe.curate.decontaminate, "sets")}


def of_pack(recipe: Recipe, run_folder: Path | None) -> dict[str, Any]:
    """What can change the packed tokens: middles that are moved, and the workspace's takedown list.

    A run that has trained keeps to the entries it was packed with, or its batches would be others: its training
    leaves out what came after (`batches.takedown`).
    """
    from headwater.batches.takedown import packed_with
    from headwater.document import takedown
    from headwater.model.checkpoint import CHECKPOINTS, folders
    from headwater.pipeline import manifest

    moved = {"fim": recipe.pack.fim, "fim_spm": recipe.pack.fim_spm, "seed": recipe.seed} if recipe.pack.fim else {}
    if run_folder is None:
        return moved
    num = None
    if folders(run_folder / CHECKPOINTS):
        before = manifest.read(run_folder / "pack")  # gone where a person removed a damaged one
        num = before.fields.get("takedown", {}).get("entries", 0) if before else packed_with(run_folder)
    found = takedown.fingerprint(run_folder.parent.parent / takedown.NAME, num)
    return moved | ({"takedown": found} if found else {})


def of_mixture(recipe: Recipe, limit: int | None) -> dict[str, Any]:
    from headwater.batches.steps import Ramp

    train = recipe.train
    fields = {
        "mixture": as_fields(recipe.mixture),
        "tokens": train.tokens,
        "batch_tokens": train.batch_tokens,
        "sequence_length": train.sequence_length,
        "seed": recipe.seed,
    }
    if train.batch_ramp != Ramp():
        fields["batch_ramp"] = as_fields(train.batch_ramp)
    if any(phase.start == "decay" for phase in recipe.mixture.phases):
        fields["decay_share"] = train.decay_share
    return fields | ({"limit": limit} if limit else {})
