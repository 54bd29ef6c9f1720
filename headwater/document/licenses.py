"""Licences of files: from a licence file's words, a card's front matter or an SPDX line, as SPDX names them.

In: text. Out: an SPDX identifier such as `MIT`, or "" where the words are not known.
"""

from __future__ import annotations

import re

LICENSE_FILE = re.compile(r"(licen[cs]e|copying|unlicense|copyright)([-_.].{0,40})?", re.IGNORECASE)
MAX_BYTES = 64 << 10
_SPDX = re.compile(r"SPDX-License-Identifier:[ \t]*\(?([A-Za-z0-9.+-]+(?: (?:OR|AND|WITH) [A-Za-z0-9.+-]+)*)")
_SPACE = re.compile(r"\s+")
# The first whose every phrase is in the text, lower case and spaces joined; the narrower stands before the wider.
PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("AGPL-3.0", ("gnu affero general public license", "version 3")),
    ("LGPL-3.0", ("gnu lesser general public license", "version 3")),
    ("LGPL-2.1", ("gnu lesser general public license", "version 2.1")),
    ("GFDL-1.3", ("gnu free documentation license", "version 1.3")),
    ("GFDL-1.2", ("gnu free documentation license", "version 1.2")),
    ("MPL-2.0", ("mozilla public license", "2.0")),
    ("EPL-2.0", ("eclipse public license", "2.0")),
    ("GPL-3.0", ("gnu general public license", "version 3")),
    ("GPL-2.0", ("gnu general public license", "version 2")),
    ("Apache-2.0", ("apache license", "version 2.0")),
    ("MulanPSL-2.0", ("mulan", "psl", "2")),
    ("MulanPSL-2.0", ("木兰宽松许可证", "第2版")),
    ("CC0-1.0", ("cc0 1.0",)),
    ("CC-BY-NC-SA-4.0", ("attribution-noncommercial-sharealike 4.0",)),
    ("CC-BY-NC-ND-4.0", ("attribution-noncommercial-noderivatives 4.0",)),
    ("CC-BY-NC-4.0", ("attribution-noncommercial 4.0",)),
    ("CC-BY-SA-4.0", ("attribution-sharealike 4.0",)),
    ("CC-BY-SA-3.0", ("attribution-sharealike 3.0",)),
    ("CC-BY-ND-4.0", ("attribution-noderivatives 4.0",)),
    ("CC-BY-4.0", ("attribution 4.0 international",)),
    ("CC-BY-SA-4.0", ("署名-相同方式共享 4.0",)),
    ("CC-BY-4.0", ("署名 4.0",)),
    ("BSL-1.0", ("boost software license",)),
    ("Unlicense", ("this is free and unencumbered software released into the public domain",)),
    ("WTFPL", ("do what the fuck you want to",)),
    ("Zlib", ("this software is provided 'as-is', without any express or implied warranty", "altered source versions")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "neither the name")),
    ("BSD-3-Clause", ("redistribution and use in source and binary forms", "names of its contributors")),
    ("BSD-2-Clause", ("redistribution and use in source and binary forms",)),
    ("ISC", ("permission to use, copy, modify, and/or distribute this software for any purpose",)),
    ("MIT-0", ("permission is hereby granted, free of charge", "mit no attribution")),
    ("MIT", ("permission is hereby granted, free of charge, to any person obtaining a copy",)),
    ("PSF-2.0", ("python software foundation license",)),
    ("MIT", ("mit license",)),
)


def license_of(text: str) -> str:
    """The licence whose words a licence file holds."""
    found = spdx_line(text)
    if found:
        return found
    words = _SPACE.sub(" ", text[:MAX_BYTES].lower())
    return next((name for name, phrases in PHRASES if all(phrase in words for phrase in phrases)), "")


def spdx_line(text: str) -> str:
    """The licence that an `SPDX-License-Identifier` line near the top of a file names."""
    match = _SPDX.search(text[:4_000])
    return match.group(1) if match else ""
