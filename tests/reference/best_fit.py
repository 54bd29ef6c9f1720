"""Best-fit decreasing, one run at a time, as arXiv 2404.10830 describes it."""

from __future__ import annotations


def rooms_left(sizes: list[int], capacity: int) -> list[int]:
    """The room that is left in each row: a run goes where the least room is that takes it, the longest first."""
    rooms: list[int] = []
    for size in sorted(sizes, reverse=True):
        fitting = [place for place, room in enumerate(rooms) if room >= size]
        if not fitting:
            rooms.append(capacity - size)
            continue
        rooms[min(fitting, key=lambda place: rooms[place])] -= size
    return rooms
