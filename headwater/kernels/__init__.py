"""Kernels: numba functions over Arrow's buffers and plain arrays.

In: arrays. Out: arrays. Nothing here knows of documents or settings, and every kernel has a slow, obvious reference in
`tests/reference/` that a test holds it equal to. `compiled` says where compiled code is kept, and `arrow` hands out a
text array's buffers without a copy.
"""
