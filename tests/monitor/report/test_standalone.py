"""A chart as a file of its own is well-formed, whole, and inert whatever its names say."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from headwater.monitor.report import standalone
from headwater.monitor.report.chart import Series


def test_a_file_holds_title_axes_curves_and_legend():
    x = np.arange(5.0)
    hostile = "<script>alert(1)</script> & 中文"
    series = [Series(name=hostile, x=x, y=x**2), Series(name="b", x=x, y=np.array([1, np.nan, 3, 4, 5]))]
    drawn = standalone.lines(series, title="t & t", x_label="size", y_label="bytes")
    root = ElementTree.fromstring(drawn)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"t & t", "size", "bytes", "b", hostile} <= set(texts)
    assert "<script>" not in drawn and len(list(root.iter("{http://www.w3.org/2000/svg}path"))) >= 4


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError, match="no series"):
        standalone.lines([Series(name="a", x=np.array([]), y=np.array([]))], title="", x_label="", y_label="")
