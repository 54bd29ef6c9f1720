"""Raw notebooks: told by their JSON, read as the script of their cells."""

import json

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
