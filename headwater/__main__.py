"""`python -m headwater` is the `headwater` command."""

from headwater.cli.main import script

if __name__ == "__main__":
    script()
