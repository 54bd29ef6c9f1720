"""Decontamination: documents that hold questions of an evaluation set, found and said.

In: files of evaluation sets (`sets`), documents. Out: the index of their questions (`index`), `hits/NAME.parquet` row
for row beside the documents (`stage`), and from the hits alone: the columns and rules that reject a document
(`verdict`) and `contamination.json` (`report`). Thresholds are settings of the verdict, so a changed one reads no text.
"""
