"""Raw notebooks: told by their JSON, read as the script of their cells."""

import json

import pytest

from headwater.curate import notebooks

CELLS = [
    {"cell_type": "markdown", "source": ["# 标题\n", "Some text."]},
    {"cell_type": "code", "source": "x = 1\nprint(x)\n", "outputs": [{"data": {"image/png": "iVBORw0KGgo" * 999}}]},
    {"cell_type": "raw", "source": "left out"},
    {"cell_type": "code", "source": []},
]
SCRIPT = "# %% [markdown]\n# # 标题\n# Some text.\n\n# %%\nx = 1\nprint(x)\n"


def test_the_script_of_a_notebook():
    old = {"cell_type": "code", "input": "x = 1\nprint(x)\n"}
    for text in (
        json.dumps({"cells": CELLS, "nbformat": 4, "metadata": {}}, indent=1),
        json.dumps({"worksheets": [{"cells": [CELLS[0], old]}], "nbformat": 3}),
    ):  # fmt: skip
        assert notebooks.is_raw(text)
        assert notebooks.source_of(text) == SCRIPT


def test_what_is_no_notebook():
    for text in ("", "{", "[1, 2]", '{"cells": 3}', '{"cells": [1, {"cell_type": "code", "source": [1, null]}]}',
                 "import nbformat\n",
                 '{"a": 1}', "[" * 100_000, '{"worksheets": [3], "cells": {}}'):  # fmt: skip
        assert notebooks.source_of(text) == ""
        assert not notebooks.is_raw(text)


def test_a_notebook_of_prose_alone_is_prose():
    cells = [CELLS[0], {"cell_type": "markdown", "source": "More."}]
    text = json.dumps({"cells": cells, "nbformat": 4})
    assert notebooks.is_raw(text) and notebooks.source_of(text) == "# 标题\nSome text.\n\nMore.\n"


def test_what_python_writes_is_read():
    bad = {"cell_type": "code", "source": "x = 1\nprint(x)\n", "outputs": [{"data": float("nan"), "text": "\ud83d"}]}
    text = "\ufeff " + json.dumps({"cells": [CELLS[0], bad], "nbformat": 4})
    assert notebooks.is_raw(text)
    assert notebooks.source_of(text) == SCRIPT


@pytest.mark.parametrize("indent", [None, 1])
def test_a_notebook_cut_off_is_one_all_the_same(indent):
    pictured = {"cell_type": "code", "execution_count": 3, "outputs": [{"image/png": "A" * 9999}], "source": "x = 1"}
    for cells in ([CELLS[0], CELLS[1]], [pictured] * 9):
        text = json.dumps({"cells": cells, "nbformat": 4}, indent=indent)
        assert notebooks.is_raw(text[: len(text) * 2 // 3]) and notebooks.source_of(text[:5000]) == ""
    for other in (
        {"cells": [{"a": 1, "source": 2}]},
        {"cells": ["cell_type", "source"]},
        {"cell_type": 1, "source": 2},
    ):
        assert not notebooks.is_raw(json.dumps(other, indent=indent))
