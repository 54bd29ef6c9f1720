"""A disk whose n-th operation fails: open, write, fsync, rename, link or mkdir."""

from __future__ import annotations

import os

from headwater import storage


class FailingHandle:
    """A file handle that counts its writes as disk operations."""

    def __init__(self, handle, layer):
        self._handle, self._layer = handle, layer

    def write(self, data):
        self._layer.step()
        return self._handle.write(data)

    def __getattr__(self, name):
        return getattr(self._handle, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._handle.close()


class FailingLayer(storage.Layer):
    """Fails operation number `n` (from 1) with an error number; counts the operations."""

    def __init__(self, n: int, code: int) -> None:
        self.n, self.code, self.operations = n, code, 0

    def step(self) -> None:
        self.operations += 1
        if self.operations == self.n:
            raise OSError(self.code, os.strerror(self.code))

    def open(self, path, mode):
        self.step()
        return FailingHandle(super().open(path, mode), self)

    def fsync(self, handle):
        self.step()
        super().fsync(handle)

    def fsync_folder(self, path):
        self.step()
        super().fsync_folder(path)

    def replace(self, source, target):
        self.step()
        super().replace(source, target)

    def link(self, source, target):
        self.step()
        super().link(source, target)

    def symlink(self, source, target):
        self.step()
        super().symlink(source, target)

    def make_folder(self, path):
        self.step()
        super().make_folder(path)
