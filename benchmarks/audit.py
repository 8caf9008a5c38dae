"""Hold what static analysis says of dropout against what models do when they run.

    pip install torch && pip install --no-deps --target model-libraries -r tests/proof/refactor/packages.txt
    PYTHONPATH=model-libraries python -m benchmarks.audit
    PYTHONPATH=model-libraries python -m benchmarks.audit --model bert --model t5 --show

Each model of transformers is made small, from a configuration, with every rate of it above zero. It runs in training and in
evaluation, with its default attention and with the one written out ("eager"). Each dropout site in its source files is then
one of: agrees (in every mode in which it was reached, it did what was said), disagrees, not reached, undecided (static
analysis says that a caller or something open decides), or of rate 0 whatever the configuration says. The exit code is 1 if
a site disagrees.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import torch

from benchmarks.audit_models import CASES, ModelCase
from benchmarks.tables import markdown
from dropcheck.inventory import Entry, Inventory
from dropcheck.live.names import Held
from dropcheck.live.observe import Observation, observe
from dropcheck.live.result import Place
from dropcheck.live.static import has_rate, inventory_of, modules_made, place_of, source_files, was_active


class Verdict(Enum):
    """What a run says to what static analysis says of a site."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NOT_REACHED = "not reached"
    UNDECIDED = "undecided"
    RATE_ZERO = "rate is 0"


@dataclass(frozen=True, slots=True)
class Compared:
    """One site of one model.

    Args:
        verdict: the verdict.
        place: where it is.
        entry: what static analysis says.
        train: whether it dropped in training; None where it was not reached.
        eval: the same of evaluation.
    """

    verdict: Verdict
    place: Place
    entry: Entry
    train: bool | None
    eval: bool | None


@dataclass(frozen=True, slots=True)
class Ran:
    """A model that was run.

    Args:
        name: the model type.
        model: the name of its class.
        train: what was seen in training.
        eval: what was seen in evaluation.
        files: its source files.
    """

    name: str
    model: str
    train: Observation
    eval: Observation
    files: frozenset[str]


def ran(case: ModelCase) -> Ran:
    """Make a model and run it in both modes.

    Args:
        case: the model.
    """
    inputs = case.example()
    models = [case.build(), case.build("eager")]
    torch.manual_seed(0)
    training = merged([observe(model, (), inputs, training=True) for model in models])
    evaluation = merged([observe(model, (), inputs) for model in models])
    places = training.reached | evaluation.reached | training.active | evaluation.active
    return Ran(case.name, type(models[0]).__name__, training, evaluation, frozenset(source_files(models[0], places)))


def merged(observations: Sequence[Observation]) -> Observation:
    """What several runs in one mode showed together.

    Args:
        observations: the runs.
    """
    first, *others = observations
    for other in others:
        first.seen |= other.seen
        first.reached |= other.reached
        first.rated |= other.rated
        first.rated_modules |= other.rated_modules
        for held, active in other.modules.items():
            first.modules[held] = active or first.modules.get(held, False)
    return first


def compare(run: Ran, inventory: Inventory, made: Mapping[Place, Held]) -> Iterator[Compared]:
    """Compare every site in the source files of a model.

    Args:
        run: the model.
        inventory: the static inventory of all files.
        made: where modules are held.
    """
    for file in inventory.files:
        for entry in file.entries if os.path.abspath(file.path) in run.files else ():
            place = place_of(file.path, entry)
            train, evaluation = was_active(place, run.train, made), was_active(place, run.eval, made)
            rated = has_rate(place, run.train, made) or has_rate(place, run.eval, made)
            yield Compared(verdict(entry, train, evaluation, rated=rated), place, entry, train, evaluation)


def verdict(entry: Entry, train: bool | None, evaluation: bool | None, *, rated: bool) -> Verdict:
    """Judge one site.

    Args:
        entry: what static analysis says.
        train: whether it dropped in training; None where it was not reached.
        evaluation: the same of evaluation.
        rated: whether its probability was other than zero, or could not be seen.
    """
    if train is None and evaluation is None:
        return Verdict.NOT_REACHED
    if not (rated or train or evaluation):
        return Verdict.RATE_ZERO
    if entry.eval == "open" or entry.train == "open":
        return Verdict.UNDECIDED
    right = all(seen in (None, said == "drops") for seen, said in ((train, entry.train), (evaluation, entry.eval)))
    return Verdict.AGREES if right else Verdict.DISAGREES


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = {case.name: case for case in CASES}
    parser.add_argument("--model", action="append", choices=sorted(known), help="only this one (can be repeated)")
    parser.add_argument("--show", action="store_true", help="also list every site that disagrees, is undecided or not reached")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)  # tiny tensors: threads would only wait for each other
    runs = [ran(known[name]) for name in options.model or known]
    inventory = inventory_of(sorted(frozenset().union(*(run.files for run in runs))))
    made = modules_made(inventory)
    compared = {f"{run.name} ({run.model})": tuple(compare(run, inventory, made)) for run in runs}
    print(markdown(("model", *(each.value for each in Verdict)), _rows(compared)), end="")
    if options.show:
        print(*_lines(compared), sep="\n")
    wrong = any(site.verdict is Verdict.DISAGREES for sites in compared.values() for site in sites)
    return 1 if wrong else 0


def _rows(compared: Mapping[str, Sequence[Compared]]) -> Iterator[tuple[str, ...]]:
    total: Counter[Verdict] = Counter()
    for name, sites in compared.items():
        counts = Counter(site.verdict for site in sites)
        total += counts
        yield name, *(str(counts[each]) for each in Verdict)
    yield f"{len(compared)} models", *(str(total[each]) for each in Verdict)


def _lines(compared: Mapping[str, Sequence[Compared]]) -> Iterator[str]:
    """Each site once, also if several models share its file."""
    told: dict[tuple[Verdict, Place], str] = {}
    for sites in compared.values():
        for site in sites:
            if site.verdict is not Verdict.AGREES:
                live = ", ".join(f"{mode} {_word(seen)}" for mode, seen in (("train", site.train), ("eval", site.eval)))
                said = f"{site.entry.behaviour.value} {site.entry.reason}".strip()
                told[site.verdict, site.place] = f"{site.place}: {site.entry.name} in {site.entry.function}: {said}; {live}"
    for (word, _), line in sorted(told.items(), key=lambda item: (item[0][0].value, item[0][1])):
        yield f"{word.value}: {line}"


def _word(seen: bool | None) -> str:
    return "not reached" if seen is None else "drops" if seen else "off"


if __name__ == "__main__":
    sys.exit(main())
