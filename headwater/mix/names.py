"""Whether the names in a mixture are those of the corpus.

In: the channels and the settings. Out: nothing, or an error that names the one that was probably meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.errors import HeadwaterError
from headwater.mix.constraints import Channel, Span, near


def check(channels: Sequence[Channel], spans: Sequence[Span]) -> None:
    """Raises HeadwaterError recipe for a channel, source or quality label that the corpus does not hold."""
    names = sorted(c.name for c in channels)
    sources = sorted({source for c in channels for source in c.sources})
    labels = sorted({*names, *sources, *(label for c in channels for label in (c.lang, c.kind, c.domain))})
    known = {"min_share": names, "max_share": names, "min_source": sources, "max_source": sources, "quality": labels}
    for span in spans:
        for setting, allowed in known.items():
            for name in sorted(getattr(span.config, setting)):
                if name not in allowed:
                    raise _unknown(f"{span.place}.{setting}.{name}", setting, name, allowed)


def _unknown(where: str, setting: str, name: str, allowed: list[str]) -> HeadwaterError:
    if setting.endswith("source") and not allowed:
        what = "the packed corpus does not say which source its tokens come from"
        mend = "pack it again, with a `source` on every document or a name for every source of the recipe"
        return HeadwaterError("recipe", what, where=where, mend=mend)
    thing = {"quality": "label"}.get(setting, "source" if setting.endswith("source") else "channel")
    shown = ", ".join(allowed[:20]) + (" …" if len(allowed) > 20 else "")
    return HeadwaterError(
        "recipe",
        f"no {thing} of the corpus is called {name!r}{near(name, allowed)}",
        where=where,
        mend=f"known: {shown}",
    )
