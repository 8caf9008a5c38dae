"""Configuration: what it says, for which file, and what it answers to mistakes."""

from __future__ import annotations

import dataclasses
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dropcheck.cli.options import CheckOptions
from dropcheck.config.load import find_config, load_config
from dropcheck.config.option import Kind
from dropcheck.config.options import FILE_OPTIONS, FLAGS, OPTIONS
from dropcheck.config.outputs import Output
from dropcheck.config.resolve import ConfigResolver
from dropcheck.config.settings import FunctionEntry, Settings
from dropcheck.errors import ConfigError
from dropcheck.levels import Confidence, Severity

FULL = """
[tool.dropcheck]
select = ["DRP1", "DRP201"]
extend-select = ["DRP301"]
ignore = ["hardcoded-training-true"]
exclude = ["old"]
extend-exclude = ["gen/*.py"]
force-exclude = true
respect-gitignore = false
output-format = ["concise", "sarif:out.sarif"]
fix = true
unsafe-fixes = true
min-confidence = "medium"
severity = { DRP2 = "warning" }
fail-on = "error"
fixable = ["DRP1"]
unfixable = ["DRP102"]
extend-safe-fixes = ["DRP109"]
extend-unsafe-fixes = ["DRP106"]
baseline = "ci/known.json"
intent-words = ["augment"]
module-bases = ["mylib.nn.Layer"]

[tool.dropcheck.per-file-ignores]
"tests/**" = ["DRP1"]
"__init__.py" = ["DRP201"]

[[tool.dropcheck.functions]]
name = "mylib.ops.drop"
parameters = ["x", "p", "active"]
p = "p"
flag = "active"
p-default = 0.5
flag-default = true

[[tool.dropcheck.functions]]
name = "mylib.ops.noise"
p = "rate"
"""


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def failure(path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_config(write(path, text))
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_table_of_options_and_the_settings_agree() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)} - {"root", "source"}
    assert fields == {option.field for option in FILE_OPTIONS} - {"extend"}
    for option in FILE_OPTIONS:
        if option.field in fields:
            value = getattr(Settings(), option.field)
            default = (Output(str(option.default)),) if option.kind is Kind.FORMATS else option.default
            assert (value.value if isinstance(value, Confidence | Severity) else value) == default
        assert option.doc.endswith(".")


def test_the_table_of_options_and_the_command_agree() -> None:
    assert set(CheckOptions.__annotations__) == {"paths", *(option.field for option in FLAGS)}
    assert len({option.name for option in OPTIONS}) == len(OPTIONS)
    assert all(option.in_file or option.flag is not None for option in OPTIONS)


def test_every_option_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "pyproject.toml", FULL)
    settings = load_config(path)
    root = str(tmp_path)
    assert settings == Settings(
        select=("DRP1", "DRP201"),
        extend_select=("DRP301",),
        ignore=("hardcoded-training-true",),
        per_file_ignores=((f"{root}/tests/**", ("DRP1",)), ("__init__.py", ("DRP201",))),
        exclude=("old",),
        extend_exclude=(f"{root}/gen/*.py",),
        force_exclude=True,
        respect_gitignore=False,
        output_format=(Output("concise"), Output("sarif", f"{root}/out.sarif")),
        fix=True,
        unsafe_fixes=True,
        min_confidence=Confidence.MEDIUM,
        severity=(("DRP2", Severity.WARNING),),
        fail_on=Severity.ERROR,
        fixable=("DRP1",),
        unfixable=("DRP102",),
        extend_safe_fixes=("DRP109",),
        extend_unsafe_fixes=("DRP106",),
        baseline=f"{root}/ci/known.json",
        intent_words=("augment",),
        module_bases=("mylib.nn.Layer",),
        functions=(
            FunctionEntry("mylib.ops.drop", ("x", "p", "active"), "p", "active", 0.5, True),
            FunctionEntry("mylib.ops.noise", p="rate"),
        ),
        root=root,
        source=path,
    )
    assert pickle.loads(pickle.dumps(settings)) == settings
    assert hash(settings) == hash(load_config(path))


@pytest.mark.parametrize("name", ["dropcheck.toml", ".dropcheck.toml", "ci.toml"])
def test_other_files_hold_the_options_at_the_top(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b'\xef\xbb\xbfselect = ["DRP101"]\n')
    assert load_config(str(path)).select == ("DRP101",)
    assert "stand at the top" in failure(path, '[tool.dropcheck]\nselect = ["DRP101"]\n')


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('selct = ["DRP101"]', ["unknown option 'selct'", "did you mean 'select'?"]),
        ("extend_exclude = []", ["did you mean 'extend-exclude'?"]),
        ("Unsafe_Fix = true", ["did you mean 'unsafe-fixes'?"]),
        ("xyzzy = 1", ["unknown option 'xyzzy'", "'dropcheck config' lists them"]),
        ('select = "DRP101"', ["'select' must be a list of codes or names, not a string"]),
        ("select = [1]", ["'select' must be a list of codes or names, not a list with other things in it"]),
        ("fix = 1", ["'fix' must be true or false, not a number"]),
        ('min-confidence = "hgh"', ["'min-confidence' must be one of 'high', 'medium', 'low', not 'hgh'"]),
        ('output-format = "concis"', ["unknown format 'concis'; did you mean 'concise'?"]),
        ('min-confidence = "hig"', ["not 'hig'; did you mean 'high'?"]),
        ("diff = true", ["'diff' concerns one run", "as --diff"]),
        ("extend = 3", ["'extend' must be a path, not a number"]),
        ("min-confidence = 3", ["'min-confidence' must be one of", "not a number"]),
        ('baseline = ["a.json"]', ["'baseline' must be a path, not a list"]),
        ("output-format = 1", ["'output-format' must be one or more of 'auto', 'full'", "not a number"]),
        ("output-format = []", ["'output-format' names no format"]),
        ('output-format = "sarf"', ["unknown format 'sarf'; did you mean 'sarif'?"]),
        ('output-format = ["full", "json"]', ["only one format can go to stdout", "'json:FILE'"]),
        ('output-format = ["json:a.json", "sarif:./a.json"]', ["two formats go to one file"]),
        ('output-format = "json:"', ["'json:' names no file"]),
        ('output-format = "yaml"', ["unknown format 'yaml'", "concise", "sarif"]),
        ('exclude = [""]', ["'exclude' holds the glob ''"]),
        ('exclude = ["!a"]', ["'!a'", "leave it out"]),
        ('exclude = ["a[z-a]"]', ["'a[z-a]'", "not valid"]),
        ('per-file-ignores = ["DRP101"]', ["'per-file-ignores' must be a table of globs"]),
        ('per-file-ignores = {"a.py" = "DRP101"}', ["'per-file-ignores' for 'a.py' must be a list", "not a string"]),
        ('module-bases = ["a b"]', ["'a b'", "not a dotted name"]),
        ("functions = 2024-01-01", ["'functions' must be an array of tables, not a date"]),
        ("functions = [{}]", ["'functions' entry 1 has no 'name'"]),
        ('functions = [{name = "a.b"}]', ["(a.b) has neither 'p' nor 'flag'"]),
        ('functions = [{name = "a.b", p = "p", flg = "f"}]', ["unknown key 'flg'", "did you mean 'flag'?"]),
        ('functions = [{name = "a-b", p = "p"}]', ["'a-b'", "not a dotted name"]),
        ('functions = [{name = "a", p = 1}]', ["'p' must be a string, not a number"]),
        ('functions = [{name = "a", p = "q", parameters = ["p"]}]', ["'p' is 'q'", "not one of its 'parameters'"]),
        ('functions = [{name = "a", p = "p", parameters = "p"}]', ["'parameters' must be a list of strings"]),
        ('functions = [{name = "a", p = "p", p-default = 50}]', ["'p-default' must be a number from 0 to 1, not 50"]),
        ('functions = [{name = "a", p = "p", p-default = true}]', ["'p-default'", "not true or false"]),
        ('functions = [{name = "a", p = "p", flag-default = 1}]', ["'flag-default' must be true or false"]),
    ],
)
def test_a_mistake_is_one_line_with_file_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    message = failure(tmp_path / "pyproject.toml", f"[tool.dropcheck]\n{line}\n")
    assert message.startswith("pyproject.toml [tool.dropcheck]: ")
    assert all(word in message for word in words), message


def test_a_file_that_is_not_toml_is_one_line_with_its_row(tmp_path: Path) -> None:
    message = failure(tmp_path / "pyproject.toml", "[tool.dropcheck]\nselect = [\n\n'a' 'b'")
    assert str(tmp_path / "pyproject.toml") in message
    assert "not valid TOML" in message
    assert "line 4" in message
    (tmp_path / "dropcheck.toml").write_bytes(b"# \xe9\n")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        load_config(str(tmp_path / "dropcheck.toml"))


def test_a_named_file_must_be_there_and_hold_the_table(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml: cannot be read: No such file"):
        ConfigResolver({}, str(tmp_path / "missing.toml"), False)
    assert "no [tool.dropcheck] table" in failure(tmp_path / "pyproject.toml", "[project]\n")
    assert "must be a table" in failure(tmp_path / "pyproject.toml", "[tool]\ndropcheck = 1\n")
    with pytest.raises(ConfigError, match="exclude each other"):
        ConfigResolver({}, str(tmp_path / "pyproject.toml"), True)


def test_the_closest_file_with_options_is_found(tmp_path: Path) -> None:
    top = write(tmp_path / "pyproject.toml", "[tool.dropcheck]\n")
    write(tmp_path / "a" / "pyproject.toml", "[project]\nname = 'dropcheck-user'\n")
    write(tmp_path / "b" / "pyproject.toml", "{{ this template }} is not TOML")
    inner = write(tmp_path / "c" / "dropcheck.toml", "")
    assert find_config(str(tmp_path / "a" / "deep")) == top
    assert find_config(str(tmp_path / "b")) == top
    assert find_config(str(tmp_path / "c" / "deep" / "er")) == inner
    hidden = write(tmp_path / "c" / ".dropcheck.toml", "")
    assert find_config(str(tmp_path / "c")) == hidden
    (tmp_path / "d" / "dropcheck.toml").mkdir(parents=True)
    assert find_config(str(tmp_path / "d")) == top


def test_settings_are_those_of_the_closest_file_and_files_are_not_merged(tmp_path: Path) -> None:
    write(tmp_path / "dropcheck.toml", 'select = ["DRP1"]\nignore = ["DRP2"]\n')
    write(tmp_path / "sub" / "dropcheck.toml", 'select = ["DRP3"]\n')
    resolver = ConfigResolver({}, None, False)
    outer = resolver.settings_for(str(tmp_path / "x" / "y" / "a.py"))
    inner = resolver.settings_for(str(tmp_path / "sub" / "y" / "a.py"))
    assert (outer.select, outer.ignore, outer.root) == (("DRP1",), ("DRP2",), str(tmp_path))
    assert (inner.select, inner.ignore, inner.root) == (("DRP3",), (), str(tmp_path / "sub"))
    assert resolver.settings_for(str(tmp_path / "x" / "b.py")) is outer


def test_isolated_and_named_configuration_hold_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "dropcheck.toml", 'select = ["DRP1"]\n')
    named = write(tmp_path / "ci" / "other.toml", 'select = ["DRP2"]\n')
    assert ConfigResolver({}, None, True).settings_for("a.py") == Settings()
    settings = ConfigResolver({}, named, False).settings_for("a.py")
    assert (settings.select, settings.root, settings.source) == (("DRP2",), str(tmp_path / "ci"), named)


def test_the_command_line_is_over_the_file(tmp_path: Path) -> None:
    write(
        tmp_path / "dropcheck.toml",
        'select = ["DRP1"]\nextend-select = ["DRP301"]\nignore = ["DRP101"]\nextend-exclude = ["gen"]\nfix = true\n',
    )
    file = str(tmp_path / "a.py")

    def settings(**given: object) -> Settings:
        return ConfigResolver({name.replace("_", "-"): value for name, value in given.items()}).settings_for(file)

    assert settings(select=["DRP2"]).select == ("DRP2",)
    assert settings(select=["DRP2"]).extend_select == ()
    assert settings(select=["DRP2"], extend_select=["DRP3"]).extend_select == ("DRP3",)
    assert settings(extend_select=["DRP901"]).extend_select == ("DRP301", "DRP901")
    assert settings(extend_select=["DRP901"]).select == ("DRP1",)
    assert settings(ignore=("DRP2",)).ignore == ("DRP101", "DRP2")
    assert settings(select=["DRP2"]).ignore == ()
    assert settings(select=["DRP2"], ignore=["DRP203"]).ignore == ("DRP203",)
    assert settings(extend_exclude=["old"]).extend_exclude == ("gen", "old")
    assert settings(exclude=["old"]).excludes == ("old", "gen")
    assert settings(fix=False).fix is False
    assert settings().fix is True
    assert settings(min_confidence="low").min_confidence is Confidence.LOW
    with pytest.raises(ConfigError, match="command line: 'min-confidence' must be one of"):
        settings(min_confidence="lwo")


def test_globs_of_the_command_line_are_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "dropcheck.toml", "")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    settings = ConfigResolver({"exclude": ["gen/x", "name", "/abs/x"]}).settings_for("a.py")
    assert settings.root == str(tmp_path)
    assert settings.exclude == (f"{tmp_path}/sub/gen/x", "name", "/abs/x")


@pytest.mark.parametrize(
    ("glob", "matched", "other"),
    [
        ("__init__.py", ["__init__.py", "a/b/__init__.py"], ["init.py", "a/__init__.pyi"]),
        ("test_*.py", ["test_a.py", "a/test_a.py"], ["a/atest_a.py"]),
        ("tests/**", ["tests/a.py", "tests/b/a.py"], ["a/tests/b.py", "tests.py"]),
        ("tests/", ["tests/a.py", "tests/b/a.py"], ["a/tests/b.py"]),
        ("tests/*.py", ["tests/a.py", "tests/b/a.py"], ["tests/a.pyi"]),
        ("**/tests/**", ["tests/a.py", "a/b/tests/c/d.py"], ["a/mytests/b.py"]),
        ("a/**/b.py", ["a/b.py", "a/x/y/b.py"], ["ab.py", "a/xb.py"]),
        ("/top.py", ["top.py"], ["a/top.py"]),
        ("./a/top.py", ["a/top.py"], ["b/a/top.py"]),
        ("[ab]?.py", ["a1.py", "x/b2.py"], ["c1.py", "a.py"]),
        ("[!a].py", ["b.py"], ["a.py"]),
        ("[[]x].py", ["[x].py"], ["x.py"]),
        ("!src/**", ["a.py", "tests/a.py"], ["src/a.py", "src/b/a.py"]),
        ("a.b", [], ["axb"]),
    ],
)
def test_per_file_ignores_match_names_and_paths(tmp_path: Path, glob: str, matched: list[str], other: list[str]) -> None:
    root = tmp_path / "odd [name]*"
    config = write(root / "dropcheck.toml", f'[per-file-ignores]\n"{glob}" = ["DRP101", "DRP2"]\n')
    settings = load_config(config)
    assert [path for path in matched + other if settings.ignored_for(str(root / path))] == matched
    if matched:
        assert settings.ignored_for(str(root / matched[0])) == ("DRP101", "DRP2")


def test_ignores_of_several_globs_add_up_and_paths_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write(tmp_path / "dropcheck.toml", '[per-file-ignores]\n"a/*" = ["DRP1"]\n"b.py" = ["DRP2"]\n')
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert load_config(config).ignored_for("b.py") == ("DRP1", "DRP2")
    assert load_config(config).ignored_for(os.path.join("..", "b.py")) == ("DRP2",)
    assert Settings().ignored_for("b.py") == ()


def test_settings_load_no_reader_of_files() -> None:
    code = "import sys, dropcheck.config.settings; print(sorted({'pathspec', 'tomllib', 'libcst'} & set(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert run.stdout == "[]\n"


def test_settings_of_many_folders_are_cheap(tmp_path: Path) -> None:
    write(tmp_path / "dropcheck.toml", "")
    resolver = ConfigResolver({}, None, False)
    started = time.perf_counter()
    settings = {resolver.settings_for(str(tmp_path / f"f{row // 10}" / f"{row}.py")) for row in range(10_000)}
    assert len(settings) == 1
    assert time.perf_counter() - started < 2
