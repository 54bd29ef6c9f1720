"""Websites out of Debian packages, without root and without installing anything.

In: package names. Out: the HTML pages of each below a folder, the way a web server would hold them.

`apt-get download` brings a package (its index in a private folder where the system's is missing or stale); a .deb
is an `ar` archive with a tar inside, which Python reads by itself.
"""

from __future__ import annotations

import io
import lzma
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

AR_MAGIC = b"!<arch>\n"
AR_HEADER_BYTES = 60
APT_TIMEOUT_S = 240


@dataclass(frozen=True, kw_only=True)
class Package:
    """`folders` maps a folder inside the package to the place of its pages on the site."""

    name: str
    folders: dict[str, str]


HANDBOOK = Package(
    name="debian-handbook",
    folders={f"usr/share/doc/debian-handbook/html/{lang}": f"handbook/{lang}" for lang in ("zh-CN", "en-US")},
)
REFERENCE = tuple(
    Package(name=f"debian-reference-{lang}", folders={"usr/share/debian-reference": "reference"})
    for lang in ("zh-cn", "en")
)
OFFICE_HELP = tuple(
    Package(
        name=f"libreoffice-help-{lang.lower()}", folders={f"usr/share/libreoffice/help/{lang}": f"office-help/{lang}"}
    )
    for lang in ("zh-CN", "en-US")
)


def available() -> bool:
    """Whether this machine has apt."""
    return shutil.which("apt-get") is not None


def bring(packages: tuple[Package, ...], cache: Path, site: Path, say: Callable[[str], None]) -> list[Package]:
    """Put the pages of every package below `site`; the packages that could be had.

    What an earlier call brought is not asked for again: `cache` keeps the packages.
    """
    had = []
    for package in packages:
        archive = _cached(package, cache) or _download(package, cache, say)
        if archive is None:
            say(f"  {package.name}: apt could not bring it")
            continue
        marker = site / f".{archive.name}"
        try:
            if not marker.exists():
                count = unpack(archive.read_bytes(), package.folders, site)
                say(f"  {package.name}: {count} pages")
                site.mkdir(parents=True, exist_ok=True)
                marker.write_text(f"{count}\n")
        except (ValueError, EOFError, tarfile.TarError, lzma.LZMAError) as error:
            say(f"  {package.name}: damaged ({error}); removed, the next call asks for it again")
            archive.unlink()
            continue
        had.append(package)
    return had


def _cached(package: Package, cache: Path) -> Path | None:
    found = sorted(cache.glob(f"{package.name}_*.deb"))
    return found[-1] if found else None


def _download(package: Package, cache: Path, say: Callable[[str], None]) -> Path | None:
    """`apt-get download`; where the system's package index does not know the name, with an index of our own."""
    cache.mkdir(parents=True, exist_ok=True)
    if _apt(["download", package.name], cache, ()) and (archive := _cached(package, cache)):
        return archive
    index = cache / "apt"
    (index / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (index / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    own_index = ("-o", f"Dir::State::Lists={index / 'lists'}", "-o", f"Dir::Cache={index}")
    marker = index / "updated"
    if not marker.exists():
        say("  asking apt for its package index (a private copy; the system's is not touched)")
        if not _apt(["update"], cache, own_index):
            return None
        marker.touch()
    return _cached(package, cache) if _apt(["download", package.name], cache, own_index) else None


def _apt(command: list[str], folder: Path, options: tuple[str, ...]) -> bool:
    """Run apt-get in `folder`; whether it succeeded. As root it would drop to a user who may not write here."""
    sandbox = ("-o", "APT::Sandbox::User=root") if os.geteuid() == 0 else ()
    try:
        done = subprocess.run(
            ["apt-get", "-q", *sandbox, *options, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=APT_TIMEOUT_S,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def unpack(archive: bytes, folders: dict[str, str], site: Path) -> int:
    """Write the HTML pages of a .deb that lie below one of `folders`; their number.

    Raises ValueError when the bytes are no Debian package.
    """
    count = 0
    for name, data in _members(archive):
        if not name.startswith("data.tar"):
            continue
        with tarfile.open(fileobj=_decompressed(name, data), mode="r|*") as tar:
            for member in tar:
                target = _place(member, folders)
                source = tar.extractfile(member) if target else None
                if source is None or target is None:
                    continue
                path = site / target
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(source.read())
                count += 1
    return count


def _members(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of an `ar` archive: 60-byte headers, contents padded to an even length."""
    if not archive.startswith(AR_MAGIC):
        raise ValueError("not a Debian package")
    position = len(AR_MAGIC)
    while position + AR_HEADER_BYTES <= len(archive):
        header = archive[position : position + AR_HEADER_BYTES]
        size = int(header[48:58])
        position += AR_HEADER_BYTES
        yield header[:16].decode("ascii", "replace").strip().rstrip("/"), archive[position : position + size]
        position += size + size % 2


def _decompressed(name: str, data: bytes) -> io.BytesIO:
    if name.endswith(".zst"):  # Ubuntu's; tarfile reads gz, bz2 and xz itself
        import zstandard

        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as reader:
            return io.BytesIO(reader.read())
    return io.BytesIO(data)


def _place(member: tarfile.TarInfo, folders: dict[str, str]) -> PurePosixPath | None:
    """Where on the site a member belongs; None for what is no page of ours."""
    path = PurePosixPath(member.name)
    if not member.isreg() or path.suffix != ".html" or ".." in path.parts:
        return None
    for folder, place in folders.items():
        if path.is_relative_to(folder):
            return PurePosixPath(place) / path.relative_to(folder)
    return None
