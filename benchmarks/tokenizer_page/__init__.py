"""The sections of docs/tokenizer.md, a module each."""
