"""Text repair: what is wrong with the text of a document is mended before anything is measured on it.

In: a column of texts. Out: the same column, row for row, with repaired text, and how often each kind of edit was made.
Each repair is a function of its own and can be switched off: `encoding` (with `mojibake`, `gbk`, `entities` and
`invisible`), `lines` (with `phrases` and `c4_lines`), `shared_lines`, `pii/`. `repair` runs them over a batch,
`stage` over a corpus.
"""
