"""Go through many generated projects and count."""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch

from proof.generated.judging import Judged, Truth, judge, verdicts
from proof.generated.projects import Project, generate
from proof.generated.running import run


@dataclass(frozen=True, slots=True)
class Untrue:
    """A verdict that is not true, or something that none was given for.

    Args:
        seed: the project.
        file: its file, by its path below the folder of the project.
        judged: the verdict.
    """

    seed: int
    file: str
    judged: Judged

    def __str__(self) -> str:
        judged = self.judged
        place = f"seed {self.seed} {self.file}:{judged.start[1]}"
        return f"{place}: {judged.truth.value} ({judged.what}): {judged.said}: {judged.text}"


@dataclass(slots=True)
class Tally:
    """What was found.

    Args:
        projects: how many were run.
        classes: how many Modules they define.
        counts: how often each verdict is what.
        untrue: those that are wrong or missing.
    """

    projects: int = 0
    classes: int = 0
    counts: Counter[tuple[str, Truth]] = field(default_factory=Counter)
    untrue: list[Untrue] = field(default_factory=list)

    def add(self, seed: int) -> None:
        """Judge and run one project."""
        project = generate(seed)
        with written(project) as folder:
            ran = run(project, folder)
            self.projects += 1
            self.classes += ran.classes
            for judged in judge(verdicts(folder), ran.events):
                self.counts[judged.what, judged.truth] += 1
                if judged.truth in {Truth.WRONG, Truth.MISSED}:
                    file = Path(judged.start[0]).relative_to(folder).as_posix()
                    self.untrue.append(Untrue(seed, file, judged))


def tally(seeds: Iterable[int]) -> Tally:
    """Judge and run the projects of some seeds."""
    torch.set_num_threads(1)  # tiny tensors: threads would only wait for each other
    found = Tally()
    for seed in seeds:
        found.add(seed)
    return found


@contextmanager
def written(project: Project) -> Iterator[Path]:
    """The project in a folder of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, text in project.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        yield folder
