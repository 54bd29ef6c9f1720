"""The front matter of a data set's card: what the Hugging Face hub reads of it.

In: the figures of an export. Out: YAML between `---` lines. A licence is named where every document has the same and
the hub knows it; `other` where they differ, `unknown` where no document says one.
"""

from __future__ import annotations

import json
import re
from typing import Any

# identifiers of the hub that are not an SPDX identifier in lower case are left to `other`
LICENSES = frozenset(
    "apache-2.0 mit cc0-1.0 cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0"
    " cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0"
    " bsd-2-clause bsd-3-clause isc gpl-2.0 gpl-3.0 lgpl-2.1 lgpl-3.0 agpl-3.0 mpl-2.0 epl-2.0 bsl-1.0 zlib wtfpl"
    " unlicense odbl pddl gfdl artistic-2.0 ecl-2.0 osl-3.0 afl-3.0".split()
)
SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
         (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"))  # fmt: skip
_LANGUAGE = re.compile(r"[a-z]{2,3}|code")


def front_matter(name: str, figures: dict[str, Any]) -> str:
    """The lines of the front matter, its `---` included."""
    lines = ["---", f"pretty_name: {_quoted(name)}", "configs:", "- config_name: default", "  data_files:"]
    for part in figures["parts"]:
        lines += [f"  - split: {part}", f"    path: data/{part}-*"]
    if languages := [lang for lang in figures["languages"] if _LANGUAGE.fullmatch(lang) and lang != "und"]:
        lines += ["language:", *(f"- {_quoted(lang)}" for lang in languages)]
    identifier = license_of(figures["licenses"])
    lines.append(f"license: {identifier}")
    if identifier == "other":
        lines += ["license_name: see-card", "license_link: README.md#licences"]
    lines += ["size_categories:", f"- {size_of(figures['documents'])}", "task_categories:", "- text-generation"]
    lines += ["tags:", "- pretraining", "- headwater"] + (["- synthetic"] if figures["synthetic"] else [])
    return "\n".join([*lines, "---", ""])


def license_of(licenses: dict[str, int]) -> str:
    """The hub's identifier for what the documents' licences are together."""
    said = set(licenses)
    if said <= {""}:
        return "unknown"
    own = next(iter(said)).strip().lower().removesuffix("-only").removesuffix("-or-later")
    return own if len(said) == 1 and own in LICENSES else "other"


def size_of(documents: int) -> str:
    return next((label for limit, label in SIZES if documents < limit), "n>1T" if documents >= 10**12 else "10B<n<100B")


def _quoted(text: str) -> str:
    """A YAML string: JSON's is one."""
    return json.dumps("".join(c for c in text if c.isprintable())[:100], ensure_ascii=False)
