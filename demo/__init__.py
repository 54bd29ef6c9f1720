"""The demonstration: real websites on this machine's loopback, crawled and trained on like any others."""
