"""`headwater generate`: a model continues prompts.

In: a run, a checkpoint or a Hugging Face folder, and prompts.
Out: {"completions": [{"prompt", "text", "tokens", "finish"}]}.
"""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.console import Outcome


def generate(
    model: Annotated[str, typer.Argument(help="a run, a checkpoint or a Hugging Face folder")],
    prompt: Annotated[list[str], typer.Option(help="text to continue; may be given more than once")],
    max_tokens: Annotated[int, typer.Option(min=1, help="longest continuation, in tokens")] = 64,
    temperature: Annotated[float, typer.Option(help="0: always the likeliest token")] = 0.0,
    top_k: Annotated[int, typer.Option(help="draw from the k likeliest tokens; 0: from all")] = 0,
    top_p: Annotated[float, typer.Option(help="draw from the likeliest tokens that together reach this share")] = 1.0,
    seed: Annotated[int, typer.Option(help="equal seeds give equal texts")] = 0,
    batch: Annotated[int, typer.Option(min=1, help="prompts continued at once")] = 16,
) -> Outcome:
    """Continue prompts. Example: headwater generate runs/demo --prompt "The tokenizer" --max-tokens 40"""
    from dataclasses import asdict

    from headwater.cli import models
    from headwater.generate import engine
    from headwater.generate.sample import Sampling

    sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p, seed=seed).require()
    decoder, encoder = models.load(model)
    completions = engine.generate(decoder, encoder, prompt, max_tokens=max_tokens, sampling=sampling, batch=batch)
    text = "\n\n".join(f"{one.prompt}{one.text}" for one in completions)
    return Outcome(value={"completions": [asdict(one) for one in completions]}, text=text)
