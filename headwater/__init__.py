"""headwater: from the web to a base model, with one recipe and one ledger.

`headwater.read(paths)` gives Arrow record batches of documents; `headwater.Run(path)` gives a run's
metrics, documents and batches.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_EXPORTS = {
    "read": "headwater.document:read",
    "Run": "headwater.monitor.run:Run",
    "HeadwaterError": "headwater.errors:HeadwaterError",
}


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'headwater' has no attribute {name!r}")
    module, _, attribute = _EXPORTS[name].partition(":")
    return getattr(import_module(module), attribute)
