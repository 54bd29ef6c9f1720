"""What speaks for the share that is kept of each class of the real corpora: read beside the figures of the page."""

NOTES: dict[str, str] = {}
