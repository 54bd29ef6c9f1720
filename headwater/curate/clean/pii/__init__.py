"""Personal data: found by its form and its checksum, and masked.

In: a column of texts. Out: the column with a mask such as `<EMAIL>` in place of each find, and counts. A file a kind;
`masking` runs them over the candidates of `kernels.personal`.
"""
