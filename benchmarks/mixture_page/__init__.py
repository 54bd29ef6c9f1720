"""The sections of docs/mixture.md, a module each."""
