"""Static analysis and the run, joined: what the one says of a line, and what the other saw there."""

import json

import pytest
import torch

import dropcheck
from benchmarks.audit import Verdict, verdict
from dropcheck import Behaviour, Outcome
from dropcheck.inventory import Entry
from dropcheck.live.text import render_json
from dropcheck.model import Position, Span
from proof.audit.nets import NETS, library, made, rows

pytestmark = pytest.mark.proof

X = torch.linspace(-1, 1, 32).view(4, 8)


def outcomes(report: dropcheck.AuditReport) -> dict[str, tuple[Outcome, bool | None]]:
    lines = NETS.read_text(encoding="utf-8").splitlines()
    first = rows("def helper")[0]
    last = rows("class Disturbing")[0]
    found = [site for site in report.sites if first <= site.place.row < last]
    return {lines[site.place.row - 1].strip(): (site.outcome, site.active) for site in found}


def test_each_site_has_an_outcome() -> None:
    assert outcomes(dropcheck.audit(made("Joined"), X)) == {
        "return F.dropout(x, 0.5, training)": (Outcome.DECIDED, False),
        "self.drop = nn.Dropout(0.5)": (Outcome.CONFIRMED, False),
        "self.unused = nn.Dropout(0.5)": (Outcome.NOT_REACHED, None),
        "x = F.dropout(x, 0.5, self.flag)": (Outcome.DECIDED, False),
        "x = helper(x, self.training)": (Outcome.CONFIRMED, False),
        "x = F.dropout(x, self.zero * 2)": (Outcome.RATE_ZERO, False),
        "return self.drop(F.dropout(x))": (Outcome.CONFIRMED, True),
    }


def test_a_module_in_training_mode_contradicts_its_line() -> None:
    report = dropcheck.audit(made("KeptInTraining"), X)
    (site,) = [site for site in report.sites if site.outcome is Outcome.CONTRADICTED]
    assert site.entry.behaviour is Behaviour.FOLLOWS_MODE
    assert site.active
    assert "contradicted:" in str(report)


def test_findings_are_shown_with_the_operations_they_foretold() -> None:
    report = dropcheck.audit(made("Functional"), X)
    (operation,) = report.operations
    assert [site.outcome for site in report.sites_at(operation)] == [Outcome.CONFIRMED]
    assert "static analysis: always on (DRP101), confirmed" in str(report)


def test_json_has_all_of_it() -> None:
    data = json.loads(render_json(dropcheck.audit(made("Meant"), X)))
    assert (data["schema"], data["model"], data["ok"]) == ("dropcheck-audit-v1", "Meant", True)
    assert [each["intent"] for each in data["operations"]] == ["augmentation", "Monte-Carlo dropout"]
    assert data["operations"][0]["place"]["filename"] == str(NETS)
    assert {site["outcome"] for site in data["sites"]} <= {outcome.value for outcome in Outcome}


@pytest.mark.parametrize(
    ("behaviour", "train", "evaluation", "rated", "expected"),
    [
        (Behaviour.FOLLOWS_MODE, True, False, True, Verdict.AGREES),
        (Behaviour.FOLLOWS_MODE, True, None, True, Verdict.AGREES),
        (Behaviour.FOLLOWS_MODE, True, True, True, Verdict.DISAGREES),
        (Behaviour.FOLLOWS_MODE, False, False, True, Verdict.DISAGREES),
        (Behaviour.FOLLOWS_MODE, False, False, False, Verdict.RATE_ZERO),
        (Behaviour.ALWAYS_ON, True, False, True, Verdict.DISAGREES),
        (Behaviour.ALWAYS_ON, None, None, True, Verdict.NOT_REACHED),
        (Behaviour.CALLER_DECIDES, True, False, True, Verdict.UNDECIDED),
    ],
)
def test_the_benchmark_judges(
    behaviour: Behaviour, train: bool | None, evaluation: bool | None, rated: bool, expected: Verdict
) -> None:
    words = {
        Behaviour.FOLLOWS_MODE: ("drops", "off"),
        Behaviour.ALWAYS_ON: ("drops", "drops"),
        Behaviour.CALLER_DECIDES: ("open", "open"),
    }
    entry = Entry(Position(1, 1), Span(0, 0), "", "", "functional", "dropout", "", behaviour, *words[behaviour])
    assert verdict(entry, train, evaluation, rated=rated) is expected


def test_static_analysis_agrees_with_models_of_transformers(capsys: pytest.CaptureFixture[str]) -> None:
    library("transformers")
    from benchmarks.audit import main  # noqa: PLC0415

    assert main(["--model", "bert", "--model", "bart", "--model", "wav2vec2"]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0] == "| model | agrees | disagrees | not reached | undecided | rate is 0 |"
    agreed = [int(line.split("|")[2]) for line in table[2:]]
    assert all(count >= 3 for count in agreed)
    assert agreed[-1] == sum(agreed[:-1])


def test_an_assertion_that_holds_needs_no_static_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    from dropcheck.live import run  # noqa: PLC0415

    calls: list[object] = []
    analyse = run.inventory_of
    monkeypatch.setattr(run, "inventory_of", lambda paths: calls.append(paths) or analyse(paths))
    dropcheck.assert_eval_deterministic(made("Right"), X)
    assert calls == []
    with pytest.raises(AssertionError, match="DRP101"):
        dropcheck.assert_eval_deterministic(made("Functional"), X)
    assert len(calls) == 1
