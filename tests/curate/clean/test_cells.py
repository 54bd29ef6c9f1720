"""Notebooks in a column of texts: unpacked where they are whole, whatever stands before their brace."""

import json
from collections import defaultdict

import numpy as np
import pyarrow as pa

from headwater.curate.clean import cells

CODE = {"cell_type": "code", "source": "x = 1", "outputs": [{"score": float("nan")}]}
PROSE = {"cell_type": "markdown", "source": "Prose."}
RAW = json.dumps({"cells": [CODE], "nbformat": 4})


def test_notebooks_become_scripts_and_prose():
    others = [RAW[:-9], '{"a": 1}', "，{" + RAW, "", None, "\n[" + RAW + "]", "import nbformat"]
    given = [RAW, "\ufeff" + RAW, "\n " + RAW, json.dumps({"cells": [PROSE], "nbformat": 4}), *others]
    counts = defaultdict(lambda: np.zeros(len(given), np.int64))
    column = pa.array(given, pa.large_string())
    wanted = np.ones(len(given), bool)
    script = "# %%\nx = 1\n"
    assert cells.unpack(column, wanted, counts).to_pylist() == [script] * 3 + ["Prose.\n", *others]
    assert counts["notebook"].tolist() == [1] * 4 + [0] * len(others)
    assert cells.unpack(column, ~wanted, counts) is column
