"""``python -m proof.generated FIRST LAST``, from ``tests`` with dropcheck on the path: the tally of these seeds, as JSON."""

import json
import sys

from proof.generated.tallying import tally


def main(first: int, last: int) -> None:
    """Print what was counted, and every verdict that is not true."""
    found = tally(range(first, last))
    counts = [(what, truth.value, number) for (what, truth), number in sorted(found.counts.items(), key=str)]
    json.dump(
        {"projects": found.projects, "classes": found.classes, "counts": counts, "untrue": list(map(str, found.untrue))},
        sys.stdout,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
