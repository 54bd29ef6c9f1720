"""Pages out of Debian packages: only pages, only below the named folders, nothing outside the site."""

from __future__ import annotations

import io
import lzma
import tarfile
from pathlib import Path

import pytest

from demo import debian

FOLDERS = {"usr/share/doc/book/html/zh-CN": "book/zh-CN"}


def deb(files: dict[str, bytes], links: dict[str, str] | None = None, compression: str = "xz") -> bytes:
    """A .deb as Debian makes it: an `ar` archive of three members."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    if compression == "zst":
        import zstandard

        data = zstandard.ZstdCompressor().compress(raw.getvalue())
    else:
        data = lzma.compress(raw.getvalue())
    archive = debian.AR_MAGIC
    for name, body in (("debian-binary", b"2.0\n"), ("control.tar.xz", b"odd"), (f"data.tar.{compression}", data)):
        archive += (
            f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode() + body + b"\n" * (len(body) % 2)
        )
    return archive


@pytest.mark.parametrize("compression", ["xz", "zst"])
def test_pages_are_unpacked(tmp_path: Path, compression: str) -> None:
    files = {
        "./usr/share/doc/book/html/zh-CN/index.html": "<p>管理员手册</p>".encode(),
        "./usr/share/doc/book/html/zh-CN/part/one.html": b"<p>one</p>",
        "./usr/share/doc/book/html/fr-FR/index.html": b"<p>non</p>",
        "./usr/share/doc/book/html/zh-CN/picture.png": b"PNG",
    }
    assert debian.unpack(deb(files, compression=compression), FOLDERS, tmp_path) == 2
    assert (tmp_path / "book/zh-CN/index.html").read_text(encoding="utf-8") == "<p>管理员手册</p>"
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["index.html", "one.html"]


def test_nothing_is_written_outside_the_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    files = {
        "./usr/share/doc/book/html/zh-CN/../../../../../../../escape.html": b"x",
        "/usr/share/doc/book/html/zh-CN/absolute.html": b"x",
    }
    links = {"./usr/share/doc/book/html/zh-CN/link.html": "/etc/passwd"}
    assert debian.unpack(deb(files, links), FOLDERS, site) == 0
    assert not site.exists()


def test_other_bytes_are_no_package(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        debian.unpack(b"<html>not found</html>", FOLDERS, tmp_path)


def test_a_package_at_hand_is_not_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian, "_apt", lambda *_: pytest.fail("asked apt"))
    package = debian.Package(name="book", folders=FOLDERS)
    cache = tmp_path / "packages"
    cache.mkdir()
    (cache / "book_1_all.deb").write_bytes(deb({"./usr/share/doc/book/html/zh-CN/index.html": b"<p>one</p>"}))
    said: list[str] = []
    for _ in range(2):
        assert debian.bring((package,), cache, tmp_path / "site", said.append) == [package]
    assert said == ["  book: 1 pages"]


@pytest.mark.parametrize("damage", [b"cut short", b""])
def test_a_damaged_package_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: bytes) -> None:
    monkeypatch.setattr(debian, "_apt", lambda *_: False)
    cache = tmp_path / "packages"
    cache.mkdir()
    (cache / "book_1_all.deb").write_bytes(damage)
    said: list[str] = []
    assert debian.bring((debian.Package(name="book", folders=FOLDERS),), cache, tmp_path / "site", said.append) == []
    assert not list(cache.glob("*.deb")) and said


def test_without_apt_nothing_is_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not debian.available()
    said: list[str] = []
    assert debian.bring((debian.HANDBOOK,), tmp_path / "packages", tmp_path / "site", said.append) == []
    assert "debian-handbook" in said[-1]
