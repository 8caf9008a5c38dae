"""The parts of the benchmarks that figures depend on: what is measured, medians, tables, downloads."""

import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown import table

from benchmarks import corpora, folders, measure, peers, tables, tool
from benchmarks.bulk_run import changed_rows
from benchmarks.folders import Unavailable
from benchmarks.measure import Case, Failure, Measured, Ratio, Sample
from benchmarks.tables import Unit

HUNGRY = "data = bytearray(80_000_000)"


def python(code: str, **options: object) -> Case:
    return Case("case", (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


def ran(case: Case) -> Sample:
    result = measure.run(case)
    assert isinstance(result, Sample)
    return result


# One run


def test_a_run_has_time_and_memory() -> None:
    sample = ran(python(HUNGRY))
    assert sample.cpu > 0
    assert sample.wall > 0
    # A process cannot be seen below the peak of the one that starts it.
    assert 80_000_000 < sample.peak < 400_000_000 + measure.smallest_peak()


def test_the_largest_process_counts() -> None:
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{HUNGRY}'])"
    assert ran(python(child)).peak > 80_000_000


def test_cpu_time_of_children_counts() -> None:
    burn = "import time; end = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    assert ran(python(child)).cpu >= 0.2


def test_a_run_that_fails_is_no_time() -> None:
    failing = "import sys; print('first', file=sys.stderr); sys.exit('what is wrong')"
    assert measure.run(python(failing, accepted=frozenset({0}))) == Failure("exit code 1: what is wrong")
    assert isinstance(measure.run(python("raise SystemExit(1)")), Sample)
    assert measure.run(python("raise SystemExit(2)")) == Failure("exit code 2: ")


def test_a_run_without_end_is_stopped() -> None:
    assert measure.run(python("import time; time.sleep(600)", limit=1)) == Failure("stopped after 1 s")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    result = measure.run(Case("case", (str(tmp_path / "nothing"),)))
    assert isinstance(result, Failure)
    assert "cannot start" in result.reason


def test_folder_and_environment(tmp_path: Path) -> None:
    code = "import os, pathlib; pathlib.Path('here').write_text(os.environ['WORD'])"
    ran(python(code, folder=tmp_path, environment={"WORD": "yes"}))
    assert (tmp_path / "here").read_text() == "yes"


def test_programs_may_keep_what_python_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    ran(python("import sys; assert not sys.dont_write_bytecode"))


@pytest.mark.parametrize(("platform", "peak"), [("linux", 2048), ("darwin", 2)])
def test_units_of_memory(platform: str, peak: int) -> None:
    usage = SimpleNamespace(ru_utime=1.5, ru_stime=0.25, ru_maxrss=2)
    assert measure.sample(3.0, usage, platform) == Sample(3.0, 1.75, peak)  # type: ignore[arg-type]


# Rounds


def test_cases_take_turns_after_a_round_that_is_not_counted() -> None:
    order: list[str] = []
    cases = [
        Case("a", (sys.executable, "-c", ""), before=lambda: order.append("a")),
        Case("slow", (sys.executable, "-c", ""), before=lambda: order.append("slow"), rounds=1),
    ]
    outcomes = measure.interleave(cases, 2, tell=lambda _: None)
    assert order == ["a", "a", "slow", "a"]
    assert [len(samples) for samples in outcomes.values() if isinstance(samples, tuple)] == [2, 1]


def test_a_case_that_failed_is_not_run_again() -> None:
    told: list[str] = []
    outcomes = measure.interleave([python("raise SystemExit(3)")], 3, told.append)
    assert outcomes == {"case": Failure("exit code 3: ")}
    assert told == ["round 0 of 3: case"]


def test_what_cannot_be_had_is_a_failure_among_the_others() -> None:
    def missing() -> Case:
        raise Unavailable("no network")

    found = measure.measure({"gone": missing, "case": lambda: python("")}, 1, lambda _: None)
    assert [case.name for case in found.cases] == ["gone", "case"]
    assert found.outcomes["gone"] == Failure("no network")
    assert isinstance(found.outcomes["case"], tuple)


def test_ratios_are_taken_within_a_round() -> None:
    # The machine is ten times slower from the second round on.
    unit = [Sample(1, 1, 10), Sample(10, 0, 10), Sample(10, 10, 10)]
    other = [Sample(2, 3, 5), Sample(20, 30, 5), Sample(20, 30, 5)]
    assert measure.ratio(other, unit) == Ratio(wall=2, cpu=3, peak=0.5)


def test_a_command_with_fewer_rounds_is_compared_by_medians() -> None:
    unit = [Sample(1, 1, 10), Sample(2, 2, 10), Sample(9, 9, 10)]
    assert measure.ratio([Sample(100, 50, 10)], unit) == Ratio(wall=50, cpu=25, peak=1)


# Tables


def test_table() -> None:
    assert tables.markdown(("a", "b"), [("1", "x|y")]) == "| a | b |\n| --- | --- |\n| 1 | x\\|y |\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0.000"), (0.0314, "0.031"), (1, "1.00"), (9.99, "9.99"), (48.77, "48.8"), (177.2, "177"), (12345.6, "12,346")],
)
def test_figures(value: float, text: str) -> None:
    assert tables.figures(value) == text


def test_memory_below_what_can_be_seen() -> None:
    assert tables.mebibytes(150 * 2**20, floor=20 * 2**20) == "150"
    assert tables.mebibytes(12 * 2**20, floor=20 * 2**20) == "< 20"


MEASURED = Measured(
    (Case("ruff", ()), Case("dropcheck", (), goal="≤ 1.5"), Case("gone", ())),
    {
        "ruff": (Sample(0.02, 0.04, 2**25), Sample(0.04, 0.06, 2**25)),
        "dropcheck": (Sample(0.3, 0.2, 2**26), Sample(0.6, 0.3, 2**26)),
        "gone": Failure("not installed"),
    },
)


def test_comparison() -> None:
    units = [Unit("ruff", "ruff", cpu=True, peak=True), Unit("gone", "gone")]
    header, *rows = table(tables.comparison(MEASURED, units, floor=0))
    assert header[5:] == ["x ruff", "x its CPU", "x its peak", "x gone", "Goal", "Runs"]
    assert {len(row) for row in rows} == {len(header)}
    by_name = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert (by_name["dropcheck"]["x ruff"], by_name["dropcheck"]["x its peak"]) == ("15.0", "2.00")
    assert (by_name["dropcheck"]["x gone"], by_name["dropcheck"]["Goal"], by_name["dropcheck"]["Runs"]) == ("", "≤ 1.5", "2")
    assert by_name["gone"]["Wall s"] == "not installed"


def test_brief() -> None:
    header, *rows = table(tables.brief(MEASURED, [Unit("ruff", "ruff")], floor=0))
    assert header == ["", "Time", "Memory", "x ruff"]
    assert rows == [
        ["ruff", "30 ms", "32 MiB", "1.00"],
        ["dropcheck", "0.450 s", "64 MiB", "15.0"],
        ["gone", "not measured: not installed", "", ""],
    ]


# Folders, corpora, peers


def test_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(folders.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert folders.default_folder() == tmp_path / "dropcheck-benchmarks"
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path / "own"))
    assert folders.default_folder() == tmp_path / "own"


def test_a_folder_that_was_not_completed_is_made_anew(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise Unavailable("no network")

    with pytest.raises(Unavailable):
        folders.made_once(tmp_path / "x", fail)
    made = folders.made_once(tmp_path / "x", lambda folder: (folder / "whole").touch())
    assert not (made / "half").exists()
    assert folders.made_once(tmp_path / "x", fail) == made
    assert (made / "whole").exists()


def test_a_wheel_is_unpacked_and_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(requirement: str, folder: Path) -> None:
        assert requirement == "fairseq2==0.8.1"
        with zipfile.ZipFile(folder / "fairseq2.whl", "w") as archive:
            archive.writestr("fairseq2/nn.py", "DROPOUT = 1\n")
            archive.writestr("fairseq2/types.pyi", "x: int\n")
            archive.writestr("fairseq2/data.json", "{}")

    monkeypatch.setattr(corpora, "_download", download)
    corpus = corpora.locate("fairseq2", tmp_path)
    assert (corpus.files, corpus.lines, corpus.named) == (2, 2, 1)
    assert corpus.title == "fairseq2 0.8.1 (2 files, 0.0 MB)"
    assert corpus.folder == tmp_path / "corpora/fairseq2-0.8.1"


def test_a_corpus_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert corpora.main(["nothing/here", "--cache", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("error: nothing/here: neither a folder nor one of transformers")


def test_unknown_peer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stop:
        peers.main(["ruf", "--cache", str(tmp_path)])
    assert stop.value.code == 2
    assert "unknown peer 'ruf'" in capsys.readouterr().err


def test_every_peer_is_pinned() -> None:
    assert all("==" in requirement for peer in peers.PEERS.values() for requirement in peer.requirements)


# dropcheck itself


def test_how_many_files_were_checked(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    assert tool.ask(*tool.cold("check", str(tmp_path))).files == 2


def test_errors_of_dropcheck_are_no_answers(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="exit code 2: error: "):
        tool.ask("check", str(tmp_path / "nothing"))


def test_options_of_this_version() -> None:
    assert {"--jobs", "--isolated", "--output-format"} <= tool.options("check") & tool.options("inventory")
    assert ("--no-cache" in tool.cold("check")) is ("--no-cache" in tool.options("check"))


def test_where_equal_rows_follow_each_other_an_insertion_may_be_at_several() -> None:
    assert list(changed_rows(b"a\nb\nc\n", b"a\nx\nb\nc\n")) == [(1, 2)]
    assert list(changed_rows(b"}\n\nend\n", b"}\n\ndef\n\nend\n")) == [(1, 2, 3)]
    assert list(changed_rows(b"a\nb\nc\n", b"A\nc\n")) == [(1,), (2,)]
