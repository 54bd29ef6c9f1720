"""Diversity: how varied a corpus is before and after curation, and caps on what fills it.

`caps`: which documents of a host or cluster are one too many. `sample`: a bounded sample of texts by language.
`figures`: what is measured of it. `hosts`: how evenly a corpus is spread over its hosts.
"""
