"""The errors a person can meet, and the exit code of each.

A mistake in a recipe, a page or a disk raises a HeadwaterError that says where it happened, what is
wrong and how to mend it; the command line prints those three lines and leaves with the exit code.
Anything else that escapes is our bug (exit code 1).
"""

from __future__ import annotations

# Every failure the documentation lists, by name: (exit code, what it means).
FAILURES: dict[str, tuple[int, str]] = {
    "recipe": (2, "a key, value or combination in the recipe is wrong"),
    "arguments": (2, "a command-line argument is wrong"),
    "recipe_changed": (2, "a run was made with another model or other data than the recipe now says"),
    "mixture_infeasible": (2, "no mixture satisfies every constraint"),
    "unknown_name": (2, "a run, stage, preset or file that was named does not exist"),
    "engine": (2, "the chosen engine cannot run this work"),
    "data": (3, "the data cannot be used"),
    "empty_corpus": (3, "no document is left to work on"),
    "unreadable_input": (3, "an input file is damaged or not what its name says"),
    "nothing_fetched": (3, "every seed of a crawl failed"),
    "damaged_file": (3, "a file of ours does not match its digest"),
    "damaged_checkpoint": (3, "no intact checkpoint is left"),
    "counts_differ": (3, "documents in are not the documents kept plus those rejected"),
    "foreign_version": (3, "a file was written by a version this one cannot read"),
    "unsafe_file": (3, "a file would run code or exceed a bound"),
    "diverged": (4, "the loss is not finite"),
    "disk_full": (5, "no space is left on the disk"),
    "disk_failing": (5, "the disk returned an error"),
    "missing_extra": (5, "an optional package is not installed"),
    "port_taken": (5, "another program listens on the port"),
    "no_memory": (5, "memory ran out"),
    "service_unreachable": (5, "a service or host does not answer"),
    "in_use": (5, "another process works on the same run or store entry"),
    "worker_lost": (5, "worker processes keep dying"),
    "permission": (5, "the file system refuses access"),
    "preempted": (75, "stopped by SIGTERM; the same command continues"),
    "interrupted": (130, "stopped by Ctrl-C; the same command continues"),
}


class HeadwaterError(Exception):
    """A failure with a name in FAILURES, a place, a cause and a mend.

    `where` is a file, URL or `recipe.yaml:line:column`; `mend` is one sentence that helps.
    """

    def __init__(self, failure: str, message: str, *, where: str = "", mend: str = "") -> None:
        if failure not in FAILURES:
            raise KeyError(f"{failure!r} is not in errors.FAILURES")
        super().__init__(message)
        self.failure, self.message, self.where, self.mend = failure, message, where, mend

    @property
    def exit_code(self) -> int:
        return FAILURES[self.failure][0]

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}"

    def __reduce__(self):  # crosses process boundaries with its fields
        return _rebuild, (self.failure, self.message, self.where, self.mend)


def _rebuild(failure: str, message: str, where: str, mend: str) -> HeadwaterError:
    return HeadwaterError(failure, message, where=where, mend=mend)


class Preempted(BaseException):
    """Raised by the SIGTERM handler wherever the program is, as KeyboardInterrupt is by Ctrl-C.

    No `except Exception` on the way takes it for a bad page or row; the command line turns it into `preempted`.
    """


def missing_extra(module: str, extra: str) -> HeadwaterError:
    """The error for an optional package: it names the extra that brings it."""
    return HeadwaterError(
        "missing_extra",
        f"the package {module!r} is not installed",
        mend=f"install it with: pip install 'headwater[{extra}]'",
    )
