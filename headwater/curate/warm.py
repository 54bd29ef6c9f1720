"""Compiling the kernels of cleaning and of the tokenizer, once on a machine, by as many processes as it has cores.

In: nothing (`python -m headwater.curate.warm`), or names of parts. Out: kernels on disk, where every later process
finds them. Each process uses some parts of cleaning on a little text, into a folder of its own; the folders are joined
when all are done.
"""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable

from headwater.pipeline.engine.local import available_cores
from headwater.pipeline.progress import Reporter

NAME = "curate"
ENGLISH = "The river that runs past the old mill was low. It can't hold 3.5 boats, see http://a.example/b (or not)!"
CHINESE = "流经老磨坊的那条河今年夏天水位很低，孩子们在上面筑起了小小的水坝。"
CODE = "import os\n\ndef total(path):\n    return sum(os.path.getsize(name) for name in os.listdir(path))\n"
BROKEN = "caf\u00c3\u00a9 \u200b&amp;nbsp; write to someone@mail.example or call 13800138000\nRead more"


def ready(report: Reporter) -> None:
    """Compile what this machine has not compiled yet; on one core it is compiled where it is used."""
    from headwater.kernels import compiled

    if available_cores() < 2 or compiled.is_filled(NAME):
        return
    report.say("  compiling the kernels for this machine, once")
    compiled.fill(NAME, _compile_apart)


def _compile_apart(folders: Callable[[str], dict[str, str]]) -> None:
    """Run the parts in a process a core. `folders`: the environment that a process compiles under."""
    running = []
    for names in shares(available_cores()):
        command = [sys.executable, "-m", "headwater.curate.warm", *names]
        running.append(subprocess.Popen(command, env=folders("-".join(names)), stdin=subprocess.DEVNULL))
    for process in running:
        process.wait()  # a part that fails is compiled where it is used, and fails there with its reason


def shares(cores: int) -> list[list[str]]:
    """The parts for each process, the longest first, each to the process that has least to do."""
    found: list[list[str]] = [[] for _ in range(min(cores, len(PARTS)))]
    for name in PARTS:
        min(found, key=lambda names: sum(PARTS[name][0] for name in names)).append(name)
    return found


def _compile_part(name: str) -> None:
    """One part, in a process that does nothing else: what it makes is kept till it ends, so nothing is collected."""
    from headwater.kernels.compiled import with_room

    gc.disable()
    with_room(PARTS[name][1])


def _english() -> None:
    import numpy as np

    from headwater.curate import english
    from headwater.kernels.arrow import text_array

    english.measure(text_array([ENGLISH]), np.arange(1))


def _texts() -> None:
    import numpy as np

    from headwater.curate.filters import chinese, code, minimal
    from headwater.kernels.arrow import text_array

    for rule_set in (minimal, chinese, code):
        rule_set.measure(text_array([CHINESE, CODE]), np.arange(2))


def _language() -> None:
    from headwater.curate import langid

    langid.resolve([ENGLISH, CHINESE, CODE], ["en", "", ""], langid.LangidConfig())


def _addresses() -> None:
    from headwater.curate.filters import url
    from headwater.kernels import spaces
    from headwater.kernels.arrow import text_array, text_buffers

    url.columns(["http://a.example/b.zip", "http://例子.example/"])
    spaces.squeeze(*text_buffers(text_array([ENGLISH])))


def _repair() -> None:
    import numpy as np

    from headwater import document
    from headwater.curate.clean import repair, shared_lines
    from headwater.curate.clean.config import CleanConfig

    batch = document.batch([{"id": "a", "text": text, "url": "http://a.example/"} for text in (BROKEN, CHINESE, CODE)])
    hosts = shared_lines.hosts_of(batch.column("url"))
    repair.repair(batch, CleanConfig(), np.zeros(1, np.uint64))
    shared_lines.count_lines([(batch.column("text"), hosts, np.ones(3, bool))], CleanConfig().lines)


def _copies() -> None:
    import numpy as np

    from headwater.curate.dedup.config import DedupConfig
    from headwater.curate.fingerprint import sign
    from headwater.kernels import buckets, tokens
    from headwater.kernels.arrow import text_array, text_buffers
    from headwater.kernels.fold import table

    sign(text_array([ENGLISH]), np.zeros(1, bool), DedupConfig())
    buckets.unite(np.arange(2), np.array([0]), np.array([1]))
    tokens.tokens(*text_buffers(text_array([ENGLISH])), table())


def _vocabulary() -> None:
    import numpy as np

    from headwater.kernels import merges, spell, word_counts

    merges.ready()
    nothing, text = np.zeros(1, np.int64), np.empty(0, np.uint8)
    spell.letters(nothing, text, nothing[:0])
    word_counts.hashes(nothing, text)


def _encoding() -> None:
    from headwater.kernels import bpe_encode

    bpe_encode.ready()


# seconds that a part takes, about, and what it does
PARTS: dict[str, tuple[float, Callable[[], None]]] = {
    "english": (8.5, _english),
    "language": (6.0, _language),
    "texts": (6.0, _texts),
    "vocabulary": (5.0, _vocabulary),
    "encoding": (4.0, _encoding),
    "repair": (3.5, _repair),
    "copies": (4.0, _copies),
    "addresses": (3.0, _addresses),
}

if __name__ == "__main__":
    if len(sys.argv) == 1:
        ready(Reporter())
    for chosen in sys.argv[1:]:
        _compile_part(chosen)
