"""The demonstration's servers: they answer, end with their block, and keep their ports between runs."""

from __future__ import annotations

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from demo import servers

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def test_folder_is_served_and_the_server_ends(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>手册</p>", encoding="utf-8")
    port = servers.ports(tmp_path / "ports.json", ("pages",))[0]["pages"]
    with servers.folder_server(tmp_path, port) as address:
        assert OPENER.open(f"{address}index.html", timeout=5).read().decode() == "<p>手册</p>"
    with pytest.raises(urllib.error.URLError):
        OPENER.open(address, timeout=5)


def test_pydoc_shows_the_standard_library_alone(tmp_path: Path) -> None:
    port = servers.ports(tmp_path / "ports.json", ("pydoc",))[0]["pydoc"]
    with servers.pydoc_server(port, tmp_path / "empty") as address:
        index = OPENER.open(address, timeout=20).read().decode()
        assert "asyncio.html" in index and "pytest.html" not in index
    with pytest.raises(urllib.error.URLError):
        OPENER.open(address, timeout=5)


def test_ports_are_remembered_also_when_one_is_taken(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"
    first, usual = servers.ports(memory, ("pages", "pydoc"))
    assert usual and len(set(first.values())) == 2
    assert servers.ports(memory, ("pages", "pydoc")) == (first, True)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((servers.HOST, first["pages"]))
        other.listen()
        second, usual = servers.ports(memory, ("pages", "pydoc"))
        assert not usual and second["pages"] != first["pages"] and second["pydoc"] == first["pydoc"]
    assert servers.ports(memory, ("pages", "pydoc")) == (first, True)


@pytest.mark.parametrize("text", ["", "[1]", '{"pages": "x"}', '{"pages": 80}', '{"pages": 99999999}', "\x00"])
def test_a_damaged_memory_is_no_trouble(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)
    assert servers.ports(tmp_path / "ports.json", ("pages",))[0]["pages"] >= 1024
