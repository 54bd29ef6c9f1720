"""Licence headers: found at the top of a file in any comment syntax, and nothing else taken for one."""

import pytest

from headwater.curate.filters.licences import header_chars, header_span

MIT = """Copyright (c) 2021 Some One

Permission is hereby granted, free of charge, to any person obtaining a copy of this software, to deal in the Software
without restriction, including the rights to use, copy, modify and sell copies of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND. IN NO EVENT SHALL THE AUTHORS BE LIABLE FOR DAMAGES.
"""
GPL = """This program is free software: you can redistribute it and/or modify it under the terms of the GNU General
Public License as published by the Free Software Foundation, either version 3 of the License, or any later version.

You should have received a copy of the GNU General Public License. If not, see <https://www.gnu.org/licenses/>."""
BODY = "\nimport sys\n\n\ndef main():\n    return 0  # no copyright 1999 here\n"


def commented(text, prefix):
    return "".join(f"{prefix} {line}".rstrip() + "\n" for line in text.splitlines())


def block(text, opening="/*", closing=" */"):
    return f"{opening}\n" + "".join(f" * {line}".rstrip() + "\n" for line in text.splitlines()) + f"{closing}\n"


@pytest.mark.parametrize("licence", [MIT, GPL, "SPDX-License-Identifier: Apache-2.0", "版权所有 2020 某某公司"])
@pytest.mark.parametrize("prefix", ["#", "//", "--", ";;", "%", "REM"])
def test_line_comments(licence, prefix):
    header = commented(licence, prefix)
    assert header_span(header + BODY) == (0, len(header))


@pytest.mark.parametrize(
    "pair", [("/*", " */"), ("/**", " **/"), ("<!--", "-->"), ('"""', '"""'), ("{-", "-}"), ("(*", "*)")]
)
def test_block_comments(pair):
    header = block(MIT, *pair)
    start, end = header_span(header + BODY)
    assert (start, header[end:].strip()) == (0, "")


def test_what_stands_before_it_stays():
    for before in ("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n\n", "\ufeff", "\n\n"):
        header = commented(GPL, "#")
        assert header_span(before + header + BODY) == (len(before), len(before) + len(header))


def test_what_the_file_is_for_stays():
    about = "# Reads numbers from a file, and adds them.\n\n"
    header = commented("Copyright 2020 Some One. All rights reserved.", "#")
    start, end = header_span(about + header + BODY)
    assert (about + header)[start:end] == header
    joined = header + "#\n# Reads numbers from a file, and adds them.\n"
    start, end = header_span(joined + BODY)
    assert joined[start:end] == header
    words = "It adds them, line after line, until the file ends or a line is no number."
    docstring = f'"""Reads numbers.\n\n{words}\n\nLicence: MIT\n"""\n'
    assert header_span(docstring + BODY) == (0, 0)


def test_two_blocks_are_one_header():
    header = "/* SPDX-License-Identifier: MIT */\n" + block(MIT)
    start, end = header_span(header + BODY)
    assert (start, header[end:].strip()) == (0, "")


@pytest.mark.parametrize(
    "text",
    ["", BODY, "# Adds numbers.\n" + BODY, '"""The licence plate of a car."""\n' + BODY, "license = 'MIT'\n",
     "x = 1  # copyright 2020\n",
     "# This function checks that the copyright line is there.\n" + BODY, "int licence;\n/* Copyright 2020 A */\n"],
)  # fmt: skip
def test_no_header(text):
    assert header_span(text) == (0, 0) and header_chars(text) == 0


def test_a_header_alone_is_all_of_its_file():
    header = commented(MIT, "#")
    assert header_chars(header) == len("".join(header.split()))


@pytest.mark.parametrize(
    "piece", ["/*", "# copyright\n", "#\n", '"""', "<!-- license", "copyright " * 10, "/* license */\n", " "]
)
def test_hostile_text_is_quick(piece):
    start, end = header_span(piece * (2_000_000 // len(piece)))
    assert 0 <= start <= end
