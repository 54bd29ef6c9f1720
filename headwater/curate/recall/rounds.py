"""The rounds: seed → classifier → scores → cut → sites → a larger seed, until a round adds little.

In: a seed and a pool. Out: scores, what is recalled and since which round; a line a round; the review of sites.
(The loop of DeepSeekMath, arXiv 2402.03300, section 2.1; people labelled its sites, here a sample of each is looked at
by the first round's classifier, which knows the seed alone, and a person's edit overrules it.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater.curate.recall import cut, sites
from headwater.curate.recall.config import RecallConfig
from headwater.curate.recall.learn import SPIES_BELOW, Scores, Seed, learn, lowest_ranks
from headwater.curate.recall.pool import Pool
from headwater.curate.recall.review import DROP, KEEP, Site
from headwater.pipeline.progress import Reporter

EXAMPLES = 3
LEAST_RECALLED = 3  # pages of a site that must have been recalled before it is looked at
MAX_QUIET_SITES = 1_000  # below the share, listed in the review all the same


@dataclass(frozen=True, kw_only=True)
class Found:
    """The outcome. Shapes: scores float32, recalled bool and since int8, a row of the pool each."""

    scores: np.ndarray  # log-odds
    recalled: np.ndarray
    since: np.ndarray  # the round in which a row was first recalled; 0: never
    rounds: list[dict[str, Any]]
    sites: list[Site]
    cut: float


@dataclass
class _State:
    """What one round leaves to the next."""

    joined: np.ndarray  # rows of the pool that count as positive
    since: np.ndarray
    barred: np.ndarray  # rows of sites that a person dropped
    scores: Scores | None = None
    recalled: np.ndarray | None = None
    first: tuple[np.ndarray, float] | None = None  # the first round's scores and cut


def run(
    seed: Seed,
    pool: Pool,
    config: RecallConfig,
    edits: dict[str, str],
    labels: np.ndarray,
    number: int,
    report: Reporter,
) -> Found:
    """Round after round. `labels`: 1, 0 or -1 (unknown) a row. `number`: the random seed."""
    site_of, names = sites.find(pool.rows["url"].to_pylist(), pool.rows["source"].to_pylist())
    dropped = np.array([edits.get(name) == DROP for name in names], bool)
    state = _State(joined=np.zeros(len(pool), bool), since=np.zeros(len(pool), np.int8), barred=dropped[site_of])
    rounds: list[dict[str, Any]] = []
    looked: list[Site] = []
    for turn in range(1, config.max_rounds + 1):
        before, num_seed = state.recalled, len(seed) + int(state.joined.sum())
        found = _one_round(seed, pool, config, state, number)
        recalled = _recalled(state, found, bool(config.keep or config.keep_share))
        added = int((recalled & ~before).sum()) if before is not None else int(recalled.sum())
        state.recalled = recalled
        state.since[recalled & (state.since == 0)] = turn
        looked = look(pool, state, config, site_of, names, set(edits))
        kept = [entry.site for entry in looked if edits.get(entry.site, entry.suggested) == KEEP]
        joined = _joining(state, config, site_of, names, set(kept), looked)
        line = _line(turn, num_seed, recalled, found, labels) | {"added": added, "sites_kept": len(kept)}
        rounds.append(line)
        report.say("  " + told(line))
        grown = int((joined & ~state.joined).sum())
        state.joined = joined
        if not grown or (before is not None and added < config.min_gain * max(1, int(before.sum()))):
            break
    assert state.scores is not None and state.recalled is not None
    return Found(
        scores=state.scores.pool, recalled=state.recalled,
        since=np.where(state.recalled, state.since, 0).astype(np.int8), rounds=rounds, sites=looked, cut=found.at,
    )  # fmt: skip


def _one_round(seed: Seed, pool: Pool, config: RecallConfig, state: _State, number: int) -> cut.Cut:
    state.scores = learn(seed, pool, state.joined, state.barred, state.scores, config.max_examples, number)
    free = state.scores.pool[~state.barred]
    found = (
        cut.find(state.scores.seed, free) if len(free) else cut.Cut(at=np.inf, relevant_share=0, precision=1, recall=0)
    )
    wanted = config.keep or round(config.keep_share * len(pool))
    if wanted:
        found = cut.Cut(
            at=cut.by_rank(free, wanted), relevant_share=found.relevant_share, precision=found.precision,
            recall=found.recall,
        )  # fmt: skip
    if state.first is None:
        state.first = (state.scores.pool, found.at)
    return found


def _recalled(state: _State, found: cut.Cut, by_rank: bool) -> np.ndarray:
    """Rows above the cut; and, unless a rank was asked for, rows that joined the seed and score like some of it.

    So a cut that happens to fall higher in a later round does not lose what was looked at and taken before.
    """
    assert state.scores is not None
    chosen = state.scores.pool >= found.at
    if not by_rank:
        chosen |= state.joined & (state.scores.pool >= np.quantile(state.scores.seed, SPIES_BELOW))
    return chosen & ~state.barred


def look(
    pool: Pool, state: _State, config: RecallConfig, site_of: np.ndarray, names: list[str], edited: set[str]
) -> list[Site]:
    """Every site with recalled pages or an edit; those above the share with a sample looked at, and an action."""
    assert state.recalled is not None and state.first is not None
    pages = np.bincount(site_of, minlength=len(names))
    recalled = np.bincount(site_of[state.recalled], minlength=len(names))
    listed = (recalled > 0) | np.array([name in edited for name in names], bool)
    order = sorted(np.flatnonzero(listed).tolist(), key=lambda site: (-recalled[site], names[site]))
    by_site = np.argsort(site_of, kind="stable")
    starts = np.concatenate([[0], np.cumsum(pages)])
    found: list[Site] = []
    quiet = 0
    for site in order:
        enough = recalled[site] > config.site_share * pages[site] and recalled[site] >= LEAST_RECALLED
        quiet += not enough
        if not enough and quiet > MAX_QUIET_SITES and names[site] not in edited:
            continue
        rows = by_site[starts[site] : starts[site + 1]]
        sample = _sample(pool, rows[state.recalled[rows]] if recalled[site] else rows, config.look_pages)
        agreed = int((state.first[0][sample] >= state.first[1]).sum()) if enough else 0
        keep = enough and agreed >= config.look_agreement * len(sample)
        found.append(
            Site(
                site=names[site],
                pages=int(pages[site]),
                recalled=int(recalled[site]),
                looked=len(sample) if enough else 0,
                agreed=agreed,
                examples=_examples(pool, sample[:EXAMPLES]),
                suggested=KEEP if keep else DROP,
            )  # fmt: skip
        )
    return found


def _sample(pool: Pool, rows: np.ndarray, most: int) -> np.ndarray:
    allowed = np.zeros(len(pool), bool) if len(rows) > most else None
    if allowed is None:
        return rows
    allowed[rows] = True
    return lowest_ranks(pool, allowed, most)


def _examples(pool: Pool, rows: np.ndarray) -> tuple[str, ...]:
    """An address, title or id of each, on one line."""
    found = []
    for row in rows.tolist():
        given = [pool.rows[name][row].as_py() for name in ("url", "title", "id")]
        found.append(" ".join(next((value for value in given if value), "").split()))
    return tuple(found)


def _joining(
    state: _State, config: RecallConfig, site_of: np.ndarray, names: list[str], kept: set[str], looked: list[Site]
) -> np.ndarray:
    """Rows that join the seed: recalled pages of kept sites, and all pages of a site that was recalled nearly whole."""
    assert state.recalled is not None
    whole = {s.site for s in looked if s.site in kept and s.recalled >= config.whole_site_share * s.pages}
    is_kept = np.array([name in kept for name in names], bool)[site_of]
    is_whole = np.array([name in whole for name in names], bool)[site_of]
    return (is_whole | (is_kept & state.recalled)) & ~state.barred


def _line(turn: int, num_seed: int, recalled: np.ndarray, found: cut.Cut, labels: np.ndarray) -> dict[str, Any]:
    line: dict[str, Any] = {"round": turn, "seed": num_seed, "recalled": int(recalled.sum())}
    if (labels >= 0).any():
        right = int((recalled & (labels == 1)).sum())
        judged, relevant = int((recalled & (labels >= 0)).sum()), int((labels == 1).sum())
        line["precision"] = round(right / judged, 4) if judged else None
        line["recall"] = round(right / relevant, 4) if relevant else None
    estimates = {"share": found.relevant_share, "precision": found.precision, "recall": found.recall}
    line["threshold"] = round(float(found.at), 4) if np.isfinite(found.at) else None
    line["estimated"] = {name: round(value, 4) for name, value in estimates.items()}
    return line


def told(line: dict[str, Any]) -> str:
    """A round in one line for a person."""
    text = f"round {line['round']}: seed {line['seed']}, recalled {line['recalled']}, added {line['added']}"
    if "precision" in line:
        shown = ["-" if line[name] is None else f"{line[name]:.3f}" for name in ("precision", "recall")]
        text += f", precision {shown[0]}, recall {shown[1]}"
    return text
