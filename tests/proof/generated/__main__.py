"""Judge and run the projects of some seeds: ``python -m proof.generated FIRST LAST``, from ``tests`` with dropcheck on the path.

Prints JSON, one object a line: each verdict that is not true, and last the counts.
"""

import json
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import torch

from proof.generated.judging import Truth, judge, verdicts
from proof.generated.projects import generate
from proof.generated.running import run


def main(first: int, last: int) -> None:
    """Go through the seeds."""
    torch.set_num_threads(1)  # tiny tensors: threads would only wait for each other
    counts: Counter[str] = Counter()
    for seed in range(first, last):
        project = generate(seed)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()
            for path, text in project.files.items():
                (folder / path).parent.mkdir(exist_ok=True)
                (folder / path).write_text(text)
            try:
                ran = run(project, folder)
            except Exception:
                traceback.print_exc()
                print(json.dumps({"seed": seed, "crash": traceback.format_exc().splitlines()[-3:]}))
                continue
            counts["projects"] += 1
            counts["classes"] += ran.classes
            for judged in judge(verdicts(folder), ran.events):
                counts[f"{judged.what}: {judged.truth.value}"] += 1
                if judged.truth in {Truth.WRONG, Truth.MISSED}:
                    file = judged.place[0].removeprefix(name)
                    print(
                        json.dumps(
                            {
                                "seed": seed,
                                "what": judged.what,
                                "truth": judged.truth.value,
                                "at": f"{file}:{judged.place[1]}",
                                "said": judged.said,
                                "text": judged.text,
                            }
                        ),
                        flush=True,
                    )
    print(json.dumps(dict(sorted(counts.items()))))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
