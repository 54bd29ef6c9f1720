"""Licences: the many ways to name one, and the words that name none."""

from __future__ import annotations

import json

import pytest

from headwater.acquire.licenses import in_json_ld, tag

NAMED = [
    ("https://creativecommons.org/licenses/by-sa/4.0/deed.en", "CC-BY-SA-4.0"),
    ("http://creativecommons.org/licenses/by-nc-sa/3.0/cn/", "CC-BY-NC-SA-3.0"),
    ("https://www.creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
    ("//creativecommons.org/licenses/by/2.5/", "CC-BY-2.5"),
    ("https://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"),
    ("https://creativecommons.org/licenses/by-nc-nd/4.0/legalcode.zh-hans", "CC-BY-NC-ND-4.0"),
    ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
    ("https://creativecommons.org/publicdomain/mark/1.0/", "CC-PDM-1.0"),
    ("https://www.gnu.org/licenses/fdl-1.3.html", "GFDL-1.3"),
    ("https://www.gnu.org/copyleft/fdl.html", "GFDL-1.3"),
    ("https://www.gnu.org/licenses/old-licenses/fdl-1.2.txt", "GFDL-1.2"),
    ("https://www.gnu.org/licenses/old-licenses/gpl-2.0.html", "GPL-2.0"),
    ("https://www.gnu.org/licenses/agpl-3.0.txt", "AGPL-3.0"),
    ("https://opensource.org/licenses/MIT", "MIT"),
    ("https://opensource.org/license/apache-2-0", "Apache-2.0"),
    ("https://opensource.org/licenses/bsd-3-clause/", "BSD-3-Clause"),
    ("https://spdx.org/licenses/MPL-2.0.html", "MPL-2.0"),
    ("https://choosealicense.com/licenses/unlicense/", "Unlicense"),
    ("http://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
    ("http://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
    ("https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"),
    ("MIT", "MIT"),
    ("mit license", "MIT"),
    ("cc-by-sa-4.0", "CC-BY-SA-4.0"),
    ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
    ("Content is available under CC BY-SA unless otherwise noted.", "CC-BY-SA"),
    ("Creative Commons Attribution-ShareAlike 4.0 International License", "CC-BY-SA-4.0"),
    ("Creative Commons Attribution-NonCommercial-NoDerivs 3.0 Unported", "CC-BY-NC-ND-3.0"),
    ("本作品采用知识共享署名-非商业性使用-相同方式共享 4.0 国际许可协议进行许可。", "CC-BY-NC-SA-4.0"),
    ("創用CC 姓名標示-禁止改作 3.0 台灣", "CC-BY-ND-3.0"),
    ("本文采用CC BY 4.0协议", "CC-BY-4.0"),
    ("Licensed under https://creativecommons.org/licenses/by/4.0/.", "CC-BY-4.0"),
    ("GNU Free Documentation License 1.3 or later", "GFDL-1.3"),
    ("GNU General Public License v3", "GPL-3.0"),
    ("Apache License, Version 2.0", "Apache-2.0"),
    ("木兰宽松许可证，第2版", "MulanPSL-2.0"),
    ("CC0", "CC0-1.0"),
    ("Public domain", "LicenseRef-Public-Domain"),
    ("公有领域", "LicenseRef-Public-Domain"),
]


@pytest.mark.parametrize(("name", "wanted"), NAMED)
def test_named(name: str, wanted: str) -> None:
    assert tag(name) == wanted


@pytest.mark.parametrize(
    "name",
    ["", "All rights reserved", "Copyright 2020 Example Ltd.", "版权所有", "Written by Creative People",
     "summit license",
     "CC", "© 2024 MIT Press", "x" * 5000, "https://h.example/" + "x" * 500, "Copyright by Creative Commons",
     "MIT " * 2000, "\x00", "//h.example/x"],
)  # fmt: skip
def test_named_by_nothing(name: str) -> None:
    assert tag(name) in ("", "CC-BY") and (tag(name) == "" or "Creative Commons" in name)


def test_an_unknown_licence_is_its_address() -> None:
    assert tag("https://h.example/terms") == "https://h.example/terms"
    assert tag("https://creativecommons.org/licenses/sampling/1.0/").startswith("https://creativecommons.org/")


@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        ({"@type": "Article", "license": "https://creativecommons.org/licenses/by/4.0/"}, "CC-BY-4.0"),
        ({"@graph": [{"@type": "WebSite"}, {"@type": "WebPage", "license": {"@id": "MIT"}}]}, "MIT"),
        ([{"@type": ["Dataset"], "license": [{"@type": "CreativeWork", "url": "https://h.example/l"}]}],
         "https://h.example/l"),
        ({"@type": "ImageObject", "license": "https://creativecommons.org/licenses/by/4.0/"}, ""),
        ({"@type": "Article", "image": {"@type": "ImageObject", "license": "CC0"}}, ""),
        ({"license": {"license": 3}}, ""),
        ({"license": None}, ""),
    ],
)  # fmt: skip
def test_json_ld(node: object, wanted: str) -> None:
    assert in_json_ld(json.dumps(node).encode()) == wanted


def test_json_ld_that_is_none() -> None:
    for data in (b"", b'"license"', b'{"license": ', b'["license"' * 50_000, b"\xff" + b'"license"'):
        assert in_json_ld(data) == ""
