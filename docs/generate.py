"""Write what the documentation takes from elsewhere: the rules, the options, the API's names, the JSON Schema, the figures.

python docs/generate.py            write it
python docs/generate.py --check    write nothing; exit 1 if something is not as it would be written
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import dropcheck
from dropcheck.config.option import Kind, Option
from dropcheck.config.options import FILE_OPTIONS, FLAGS
from dropcheck.report import options_page, schema
from dropcheck.report.rules_page import render_markdown
from dropcheck.rules import ALL_RULES
from dropcheck.rules.rule import Rule

_ROOT = Path(__file__).resolve().parents[1]
_RULES = "docs/rules"
# Written by benchmarks/readme_table.py, which takes long and gives other figures each time.
_FIGURES = "docs/performance_table.md"
# Written by benchmarks/phases.py.
_PHASES = "docs/phases_table.md"
# Written by benchmarks/accuracy.py, from labels that are not in the repository.
_ACCURACY = "docs/accuracy_table.md"
_NOTICE = "<!-- Written by docs/generate.py from the docstring in {module}: edit that, not this. -->\n\n"


def main(argv: Sequence[str] | None = None, root: Path = _ROOT) -> int:
    """Write the generated parts, or check them.

    Args:
        argv: the arguments; by default those of the process.
        root: the folder that holds README.md, mkdocs.yml and docs/.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")
    only_check = parser.parse_args(argv).check
    wanted = {**_pages(), **_with_blocks(root)}
    stale = sorted({f"{_RULES}/{page.name}" for page in (root / _RULES).glob("*.md")} - wanted.keys())
    changed = [name for name, text in wanted.items() if _read(root / name) != text]
    if only_check:
        for name in changed + stale:
            print(f"{name}: is not up to date; run python docs/generate.py", file=sys.stderr)
        return 1 if changed or stale else 0
    for name in changed:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(wanted[name], encoding="utf-8", newline="\n")
    for name in stale:
        (root / name).unlink()
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _pages() -> dict[str, str]:
    """The files that are generated as a whole, by name."""
    pages = {f"{_RULES}/{rule.name}.md": _notice(rule) + render_markdown((rule,)) for rule in ALL_RULES}
    head = "# Rules\n\nThe codes never change. Codes and names are accepted everywhere.\n\n"
    pages["dropcheck/config/dropcheck.schema.json"] = schema.render(FILE_OPTIONS, ALL_RULES)
    pages[f"{_RULES}/index.md"] = head + "".join(_rules_table(""))
    return pages


def _notice(rule: Rule) -> str:
    return _NOTICE.format(module=f"dropcheck/rules/{rule.name.replace('-', '_')}.py")


def _with_blocks(root: Path) -> dict[str, str]:
    """The files with a generated block between two marks, by name."""
    blocks = {
        "README.md": (("\n", *_rules_table(f"{_RULES}/"), "\n"), ("\n", _read(root / _FIGURES), "\n")),
        "mkdocs.yml": (tuple(f"      - {rule.code} {rule.name}: rules/{rule.name}.md\n" for rule in ALL_RULES),),
        "docs/configuration.md": ((options_page.render_markdown(FILE_OPTIONS), "\n"),),
        "docs/cli.md": (("\n", *_check_options(), "\n"),),
        "docs/performance.md": (("\n", _read(root / _FIGURES), "\n"), ("\n", _read(root / _PHASES), "\n")),
        "docs/accuracy.md": (("\n", _read(root / _ACCURACY), "\n"),),
        "docs/api.md": (("\n", *_names(), "\n"),),
    }
    return {name: _replace_blocks(name, _read(root / name), ["".join(lines) for lines in own]) for name, own in blocks.items()}


_BLOCK = re.compile(
    r"(?P<start>^[^\n]*written by docs/generate\.py[^\n]*\n).*?(?P<end>^[^\n]*end of what is written[^\n]*$)",
    re.MULTILINE | re.DOTALL,
)


def _replace_blocks(name: str, text: str, blocks: Sequence[str]) -> str:
    if len(_BLOCK.findall(text)) != len(blocks):
        wanted = f"{len(blocks)} block{'s' if len(blocks) > 1 else ''}"
        raise SystemExit(f"{name}: needs {wanted} between 'written by docs/generate.py' and 'end of what is written'")
    remaining = iter(blocks)
    return _BLOCK.sub(lambda match: f"{match['start']}{next(remaining)}{match['end']}", text)


def _rules_table(folder: str) -> Iterator[str]:
    yield "| Code | Name | What it finds | Fix |\n| --- | --- | --- | --- |\n"
    for rule in ALL_RULES:
        finds = rule.summary.removesuffix(".") + ("" if rule.default else " (off by default)")
        yield f"| {rule.code} | [{rule.name}]({folder}{rule.name}.md) | {finds} | {rule.fix} |\n"


def _check_options() -> Iterator[str]:
    yield "| Option | Variable | Meaning |\n| --- | --- | --- |\n"
    for option in FLAGS:
        if option.flag is not None:
            yield f"| {_names_of(option)} | `{option.variable}` | {option.flag.help} |\n"


def _names_of(option: Option) -> str:
    sides = [f"--{option.name}"]
    if option.kind is Kind.BOOLEAN and option.in_file:
        # As in --help, the side that changes something comes first.
        sides.insert(0 if option.default else 1, f"--no-{option.name}")
    names = [option.flag.short if option.flag else "", *sides]
    value = f" `{option.flag.metavar}`" if option.flag and option.flag.metavar else ""
    return ", ".join(f"`{name}`" for name in names if name) + value


def _names() -> Iterator[str]:
    yield "| Name | What it is |\n| --- | --- |\n"
    for name in dropcheck.__all__:
        if not name.startswith("_"):
            summary = (inspect.getdoc(getattr(dropcheck, name)) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
            yield f"| `{name}` | {summary} |\n"


if __name__ == "__main__":
    sys.exit(main())
