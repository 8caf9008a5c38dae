"""The documentation says what the program does."""

import importlib.util
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_project import Project
from markdown import ROOT, fences, read, sections, tables

import dropcheck
from dropcheck import State
from dropcheck.catalogue import build_catalogue
from dropcheck.config.load import load_config
from dropcheck.extract import extract
from dropcheck.link import link
from dropcheck.link.behaviour import Answer, Open
from dropcheck.link.sites import Form, Site, sites
from dropcheck.refactor.result import CAVEATS

Main = Callable[[list[str], Path], int]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


# Generated parts


@pytest.fixture
def generate() -> Main:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    main: Main = module.main
    return main


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("README.md", "mkdocs.yml", "dropcheck/config/dropcheck.schema.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_is_generated_is_up_to_date(generate: Main) -> None:
    assert generate(["--check"], ROOT) == 0


@pytest.mark.parametrize(
    ("name", "generated"),
    [
        ("README.md", "[missing-training-flag](docs/rules/missing-training-flag.md)"),
        ("README.md", "rg -l dropout"),
        ("mkdocs.yml", "rules/missing-training-flag.md"),
        ("docs/configuration.md", "### `select`"),
        ("dropcheck/config/dropcheck.schema.json", '"enum"'),
        ("docs/cli.md", "`--fix-only`"),
        ("docs/api.md", "`FixedFile`"),
        ("docs/rules/index.md", "DRP101"),
        ("docs/rules/missing-training-flag.md", "always on"),
    ],
)
def test_drift_fails_the_check_and_is_repaired(
    generate: Main, copy: Path, name: str, generated: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy / name
    right = path.read_text(encoding="utf-8")
    position = right.rindex(generated)
    path.write_text(right[:position] + "drift" + right[position:], encoding="utf-8")
    assert generate(["--check"], copy) == 1
    assert capsys.readouterr().err == f"{name}: is not up to date; run python docs/generate.py\n"
    assert generate([], copy) == 0
    assert path.read_text(encoding="utf-8") == right


def test_a_page_without_marks_is_named(generate: Main, copy: Path) -> None:
    (copy / "README.md").write_text("# dropcheck\n")
    with pytest.raises(SystemExit, match=r"README\.md: needs 2 blocks"):
        generate(["--check"], copy)


def test_generating_restores_pages_and_removes_those_of_no_rule(generate: Main, copy: Path) -> None:
    page, stale = copy / "docs/rules/missing-training-flag.md", copy / "docs/rules/gone.md"
    right = page.read_text(encoding="utf-8")
    page.unlink()
    stale.write_text("# gone\n")
    assert generate(["--check"], copy) == 1
    assert stale.exists()
    assert generate([], copy) == 0
    assert page.read_text(encoding="utf-8") == right
    assert not stale.exists()
    assert generate(["--check"], copy) == 0


# Two worlds

TWO_WORLDS = read("docs/two-worlds.md")
EXAMPLES = {title: text for title, text in sections(TWO_WORLDS, 2).items() if title.startswith("Example")}


def linked(source: str) -> list[Site]:
    catalogue = build_catalogue()
    facts = extract(source, "example.py", module="example", is_package=False, catalogue=catalogue)
    # What makes a module drops nothing itself.
    return [site for site in sites(link([facts], catalogue), "example.py") if site.form is not Form.CONSTRUCTION]


def word(answer: Answer) -> str:
    if isinstance(answer, Open):
        return "open"
    return "yes" if answer else "no"


def effect(*answers: Answer) -> str:
    """What three answers come to."""
    words = {word(answer) for answer in answers}
    if "no" in words:
        return "does nothing"
    return "open" if "open" in words else "drops"


def shown(source: str, site: Site) -> list[list[str]]:
    """The table of a site, as the page prints it."""
    reached, flag, p = site.verdict.reached, site.verdict.flag, site.verdict.p
    return [
        [f"`{source[site.call.span.start : site.call.span.end]}`", "training", "evaluation"],
        ["reached", word(reached.train), word(reached.eval)],
        ["flag on", word(flag.train), word(flag.eval)],
        ["p above zero", word(p.train), word(p.eval)],
        [
            f"**{site.verdict.behaviour.value}**",
            effect(reached.train, flag.train, p.train),
            effect(reached.eval, flag.eval, p.eval),
        ],
    ]


def test_there_are_five_examples() -> None:
    assert len(EXAMPLES) == 5


@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_each_example_behaves_as_its_tables_say(text: str) -> None:
    (source,) = fences(text, "python")
    assert [shown(source, site) for site in linked(source)] == tables(text)


@pytest.mark.parametrize("text", EXAMPLES.values(), ids=EXAMPLES.keys())
def test_each_example_is_reported_by_the_rule_the_page_names_or_by_none(text: str) -> None:
    (source,) = fences(text, "python")
    found = [finding.name for finding in dropcheck.check_source(source) if finding.state is State.ACTIVE]
    assert all(f"The rule [{name}]" in text for name in found)
    assert len(found) == text.count("The rule [")


# Fixes, suppressions, configuration, API, output


def halves(title: str) -> tuple[str, str]:
    before, after = fences(sections(read("docs/fixes.md"), 2)[title], "python")
    return before, after


def test_safe_fix() -> None:
    before, after = halves("Safe")
    assert dropcheck.fix_source(before).text == after


def test_unsafe_fix() -> None:
    before, after = halves("Unsafe")
    assert dropcheck.fix_source(before).text == before
    assert dropcheck.fix_source(before, unsafe=True).text == after


def test_advice() -> None:
    (source,) = fences(sections(read("docs/fixes.md"), 2)["Advice"], "python")
    (finding,) = dropcheck.check_source(source)
    assert finding.fix is not None
    assert finding.fix.applicability is dropcheck.Applicability.DISPLAY


def test_refactor(project: Project) -> None:
    before, after = fences(read("docs/refactor.md"), "python")
    project.write("net.py", before)
    assert project.run("refactor", "net.py")[0] == 0
    assert project.read("net.py") == after


def test_every_caveat_of_the_refactor_is_on_its_page() -> None:
    page = " ".join(read("docs/refactor.md").replace("`", "").split())
    assert all(caveat in page for caveat in CAVEATS)


@pytest.mark.parametrize("source", fences(read("docs/suppressing.md"), "python"))
def test_suppressions(source: str) -> None:
    findings = dropcheck.check_source(source)
    assert findings
    assert {finding.state for finding in findings} <= {State.SUPPRESSED, State.INTENDED}
    bare = "\n".join(line.partition("#")[0] for line in source.splitlines())
    assert len(dropcheck.check_source(bare)) == len(findings)


def test_configuration_example(project: Project) -> None:
    example = fences(read("docs/configuration.md"), "toml")[0]
    project.write("pyproject.toml", example)
    settings = load_config("pyproject.toml")
    assert (settings.ignore, settings.module_bases) == (("DRP203",), ("mylib.nn.Layer",))
    assert [entry.name for entry in settings.functions] == ["mylib.nn.functional.noise"]
    project.write("net.py", "x = 1\n")
    code, _, err = project.run("check")
    assert (code, err) == (0, "All clear: 1 file checked.\n")


BAD = fences(read("docs/two-worlds.md"), "python")[0]


@pytest.mark.parametrize("source", fences(read("docs/api.md"), "python"))
def test_api_examples_run(project: Project, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    if "import torch\n" in source:
        pytest.importorskip("torch")  # tests/proof runs it, too
    project.write("src/net.py", BAD)
    example = project.write("example.py", source)
    runpy.run_path(str(example), run_name="__main__")
    if "check_paths" in source:
        assert "DRP101" in capsys.readouterr().out


@pytest.mark.parametrize("block", fences(read("docs/formats.md"), "console"))
def test_output_shown(project: Project, block: str) -> None:
    project.write("net.py", BAD)
    command, _, output = block.partition("\n")
    code, out, _ = project.run(*command.removeprefix("$ dropcheck ").split())
    assert (code, out.rstrip()) == (1, output.rstrip())


def test_baseline_page(project: Project) -> None:
    page = read("docs/baseline.md")
    adopting, pruning = fences(page, "console")
    project.write("net.py", BAD)
    replay(project, adopting)
    assert project.read("known.json") == fences(page, "json")[0]
    project.write("pyproject.toml", fences(page, "toml")[0])
    replay(project, pruning)
    assert "DRP101" not in project.read("known.json")


def replay(project: Project, session: str) -> None:
    """Run the commands of a session; each says on stderr what the page shows."""
    for block in session.split("$ dropcheck ")[1:]:
        command, _, output = block.partition("\n")
        assert project.run(*command.split()) == (0, "", output)
