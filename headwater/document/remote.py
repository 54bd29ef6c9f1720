"""Files that lie elsewhere: anything fsspec opens, its failures told apart.

In: an address (a path or an fsspec address). Out: a stream of its bytes as stored, or what the service says of it.
A service that fails on the way is an error with its name, never the end of the file.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from typing import IO, Any

from headwater import storage
from headwater.errors import HeadwaterError, missing_extra

BUFFER_BYTES = 1 << 20
EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs", "hf": "hf"}  # scheme: the extra that brings its package


def is_remote(location: str) -> bool:
    return "://" in location


def scheme_of(location: str) -> str:
    return location.split("://", 1)[0].rsplit(":", 1)[-1]


def open_location(location: str) -> IO[bytes]:
    """Open a path or fsspec address as stored. Raises HeadwaterError unreadable_input, missing_extra or
    service_unreachable, the last one also while reading."""
    if not is_remote(location):
        return storage.open_input(location)
    with service_errors(location):
        import fsspec

        # one request for the whole file: not every web server answers ranges
        options = {"block_size": 0} if location.startswith(("http://", "https://")) else {}
        opened = fsspec.open(location, "rb", **options)
        return io.BufferedReader(_Remote(opened.open(), location, opened), BUFFER_BYTES)


@contextlib.contextmanager
def service_errors(location: str) -> Iterator[None]:
    """What a storage service or its client raises, as an error that names the place."""
    try:
        yield
    except HeadwaterError:
        raise
    except ImportError as error:
        extra = EXTRAS.get(scheme_of(location))
        if extra is None:
            raise HeadwaterError("missing_extra", f"{error}", where=location, mend="install that package") from error
        raise missing_extra(error.name or f"for {scheme_of(location)}://", extra) from error
    except FileNotFoundError as error:
        if not _is_absent(error):
            raise _unreachable(error.__cause__ or error, location) from error
        raise HeadwaterError("unknown_name", "no such file or folder", where=location) from error
    except PermissionError as error:
        raise HeadwaterError("permission", f"the service refuses access: {error}", where=location) from error
    except ValueError as error:  # an unknown scheme or a malformed address
        raise HeadwaterError("unreadable_input", f"cannot be opened: {error}", where=location) from error
    except Exception as error:  # every client has a tree of its own
        raise _unreachable(error, location) from error


def _unreachable(error: BaseException, location: str) -> HeadwaterError:
    message = f"{type(error).__name__}: {error}"
    return HeadwaterError("service_unreachable", message, where=location, mend="try again later")


def _is_absent(error: FileNotFoundError) -> bool:
    """Whether a service said that a file is not there; a web client says so too when no server answered."""
    cause = error.__cause__
    return cause is None or isinstance(cause, FileNotFoundError | KeyError) or getattr(cause, "status", 0) in (404, 410)


class _Remote(io.RawIOBase):
    """A remote file whose failures are ours, so that no caller takes one for the file's end."""

    def __init__(self, inner: Any, location: str, opened: Any = None) -> None:
        self._inner, self._location = inner, location
        self._opened = opened  # holds the archive that the file may lie in

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with service_errors(self._location):
            data = self._inner.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


def described(location: str) -> dict[str, Any]:
    """What a storage service says of a file (its size, its digest) without sending it; names in its own words."""
    with service_errors(location):
        import fsspec

        system, path = fsspec.core.url_to_fs(location)
        return {name: value for name, value in system.info(path).items() if isinstance(value, str | int)}
