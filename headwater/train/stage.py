"""The `train` stage: from packed tokens and a schedule to a trained model in the run folder.

In: the tokenizer, pack and mix folders. Out: metrics.jsonl, events.jsonl, schedule.jsonl and
checkpoints/ in the run folder. The same command goes on from the last checkpoint with the batches
that were due, and ends with the weights of a run that was never stopped.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from headwater import storage
from headwater.batches import laid
from headwater.batches.reader import BatchReader
from headwater.errors import HeadwaterError
from headwater.model import flops
from headwater.model.checkpoint import CHECKPOINTS, CONFIG, MODEL, OPTIMIZER, TOKENIZER, name_of
from headwater.model.config import ModelConfig, resolve
from headwater.model.decoder import build
from headwater.model.init import initialise
from headwater.model.weights import fill, read_tensors, shapes_of
from headwater.monitor.metrics import RunLog
from headwater.train import derive, guard, resume, segments, step
from headwater.train.config import TrainConfig
from headwater.train.identity import identity
from headwater.train.loop import Session, train
from headwater.train.optim import registry
from headwater.train.precision import Machine, decide
from headwater.train.resume import Start
from headwater.train.saving import Saver

if TYPE_CHECKING:
    from headwater.pipeline.stage import Context

SCHEDULE, PACK = "schedule.jsonl", "pack.json"


def run(context: Context) -> dict[str, Any]:
    """Train; figures of the result. Raises HeadwaterError as `resume.find` and `loop.train` do."""
    folder = context.run_folder or context.folder
    config: TrainConfig = context.config
    tokenizer = (context.input("tokenizer") / TOKENIZER).read_bytes()
    check_tokenizer(context.input("pack") / PACK, context.input("tokenizer") / TOKENIZER)
    model = resolve(context.recipe.model, vocab_size(tokenizer), config.sequence_length)
    mix_rows = segments.of_mix(context.input("mix") / SCHEDULE)
    plan = _plan(config, model, mix_rows, context)
    segments.check_fits(mix_rows, plan, str(context.input("mix") / SCHEDULE))
    storage.sweep(storage.make_folder(folder / CHECKPOINTS))
    now = identity(model, config, context.seed, context.input_digests, laid.read(context.inputs.get("rows")).strategy)
    start = resume.find(folder, plan, mix_rows, now, getattr(context.recipe, "fork", ""), context.report.say)
    if start.finished:
        context.report.say(f"train: {start.plan.tokens_until(start.step):,} tokens were trained before; nothing to do")
        return _figures(model, start.step, start.plan, start.checkpoint.state["last_row"] if start.checkpoint else {})
    taken = segments.without_taken_down(start.rows, folder, context.input_digests.get("pack", ""), start.step)
    start = replace(start, rows=taken)
    segments.write(folder / SCHEDULE, start.rows)
    machine = _machine(config, model, start, context)
    with RunLog(folder) as log, guard.stop_signals() as stop:
        session = _session(context, model, start, machine, log, folder)
        came_from = getattr(context.recipe, "fork", "")
        if start.checkpoint is not None and not start.fork:
            came_from = start.checkpoint.state.get("fork", "")
        saver = Saver(folder / CHECKPOINTS, model, tokenizer, now, start.rows, mix_rows, came_from)
        train(session, saver.save, context.report, stop)
    return _figures(model, session.step, session.plan, session.last_row)


def check_tokenizer(pack: Path, tokenizer: Path) -> None:
    """The tokens were made by this tokenizer. Raises HeadwaterError data, or damaged_file where pack.json is none."""
    told = storage.read_json(pack) if pack.is_file() else {}
    if not isinstance(told, dict):
        raise HeadwaterError("damaged_file", "not what pack writes", where=str(pack))
    if told and told.get("tokenizer") != storage.file_digest(tokenizer):
        raise HeadwaterError(
            "data",
            "is not the tokenizer that the corpus was packed with: its ids stand for other text",
            where=str(tokenizer),
            mend=f"bring the one back that {pack} names by its digest, or pack the corpus again",
        )


def vocab_size(tokenizer_json: bytes) -> int:
    """One more than the highest token id of a tokenizer.json. Raises HeadwaterError damaged_file."""
    import json

    try:
        value = json.loads(tokenizer_json)
        ids = [*value["model"]["vocab"].values(), *(token["id"] for token in value.get("added_tokens", []))]
        return int(max(ids)) + 1
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HeadwaterError("damaged_file", f"not a tokenizer: {error}", where=TOKENIZER) from error


def _plan(config: TrainConfig, model: ModelConfig, mix_rows: segments.Rows, context: Context) -> derive.Plan:
    """The recipe's plan, cut to the steps the mixture has tokens for."""
    available = segments.num_steps(mix_rows)
    plan = derive.plan(config, model)
    if available < plan.num_steps:
        context.report.say(f"train: the mixture gives {available:,} steps of the {plan.num_steps:,} asked for")
        plan = derive.plan(config, model, available)
    return plan


def _machine(config: TrainConfig, model: ModelConfig, start: Start, context: Context) -> Machine:
    """What the run began with, where this machine can do it; else what suits this one, said aloud."""
    operations = flops.training_flops_per_token(model, config.sequence_length)
    operations *= start.plan.tokens - start.plan.tokens_until(start.step)
    machine, said = decide(config, operations, start.plan.sequences)
    if start.checkpoint is not None and not start.fork:
        before = Machine(**start.checkpoint.state["machine"])
        can = before.threads == machine.threads and before.device == machine.device
        if can and config.precision in ("auto", before.precision) and config.compile in ("auto", _word(before.compile)):
            return before
        said.append(f"train: began with {asdict(before)}, goes on with {asdict(machine)}; bits may differ from here")
    for line in said:
        context.report.say(line)
    return machine


def _word(compiled: bool) -> str:
    return "on" if compiled else "off"


def _session(
    context: Context, model: ModelConfig, start: Start, machine: Machine, log: RunLog, folder: Path
) -> Session:
    """A decoder and optimizers as `start` says, on the machine's device, and the events that say so."""
    config: TrainConfig = context.config
    torch.manual_seed(context.seed)
    decoder = build(model, machine.device)
    source = start.checkpoint.folder if start.checkpoint else None
    if source is None:
        initialise(decoder, context.seed)
    else:
        fill(decoder, read_tensors(source / MODEL, shapes_of(decoder)))
    optimizers = registry.build(decoder, config, start.plan.learning_rate)
    if source is not None:
        where = source / OPTIMIZER
        registry.load_state(decoder, optimizers, read_tensors(where), str(where))
    step.prepare(decoder, machine, config.sequence_length)
    for message in start.damaged:
        log.event(start.step, "damaged_checkpoint", message=message)
    kind = "start" if source is None else "fork" if start.fork else "resume"
    came_from = source.parent.parent.name + "/" + source.name if source is not None else ""
    log.event(start.step, kind, checkpoint=came_from, plan=start.plan.as_json(), machine=asdict(machine))
    batches = BatchReader(context.input("pack"), folder / SCHEDULE, laid.read(context.inputs.get("rows")))
    return Session(decoder, optimizers, batches, start.plan, config, machine, log, step=start.step)


def _figures(model: ModelConfig, done: int, plan: derive.Plan, row: dict[str, Any]) -> dict[str, Any]:
    """Nothing with a clock or an attempt in it: equal runs have equal figures."""
    counted = flops.parameters(model)
    folder = f"{CHECKPOINTS}/{name_of(done)}"
    return {
        "checkpoint": folder,
        "files": [f"{folder}/{name}" for name in (MODEL, CONFIG, TOKENIZER)],
        "steps": done,
        "tokens": plan.tokens_until(done),
        "learning_rate": plan.learning_rate,
        "loss": row.get("loss"),
        "loss_by_channel": row.get("loss_by_channel", {}),
        "parameters": counted.total,
        "non_embedding_parameters": counted.non_embedding,
    }
