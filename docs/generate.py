"""Write what the documentation takes from the code: the pages of the rules, the options, the API's names.

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

import click

import dropcheck
from dropcheck.cli.check import check
from dropcheck.config.options import DEFAULT_EXCLUDE, OPTIONS, Kind, Option
from dropcheck.report.rules_page import render_markdown
from dropcheck.rules import ALL_RULES, Rule

_ROOT = Path(__file__).resolve().parents[1]
_RULES = "docs/rules"
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
    pages[f"{_RULES}/index.md"] = head + "".join(_rules_table(""))
    return pages


def _notice(rule: Rule) -> str:
    return _NOTICE.format(module=f"dropcheck/rules/{rule.name.replace('-', '_')}.py")


def _with_blocks(root: Path) -> dict[str, str]:
    """The files with a generated block between two marks, by name."""
    blocks = {
        "README.md": ("\n", *_rules_table(f"{_RULES}/"), "\n"),
        "mkdocs.yml": (f"      - {rule.code} {rule.name}: rules/{rule.name}.md\n" for rule in ALL_RULES),
        "docs/configuration.md": _options(),
        "docs/cli.md": ("\n", *_check_options(), "\n"),
        "docs/api.md": ("\n", *_names(), "\n"),
    }
    return {name: _replace_block(name, _read(root / name), "".join(lines)) for name, lines in blocks.items()}


_BLOCK = re.compile(
    r"(?P<start>^[^\n]*written by docs/generate\.py[^\n]*\n).*?(?P<end>^[^\n]*end of what is written[^\n]*$)",
    re.MULTILINE | re.DOTALL,
)


def _replace_block(name: str, text: str, block: str) -> str:
    if len(_BLOCK.findall(text)) != 1:
        raise SystemExit(f"{name}: needs one block between 'written by docs/generate.py' and 'end of what is written'")
    return _BLOCK.sub(lambda match: f"{match['start']}{block}{match['end']}", text)


def _rules_table(folder: str) -> Iterator[str]:
    yield "| Code | Name | What it finds | Fix |\n| --- | --- | --- | --- |\n"
    for rule in ALL_RULES:
        finds = rule.summary.removesuffix(".") + ("" if rule.default else " (off by default)")
        yield f"| {rule.code} | [{rule.name}]({folder}{rule.name}.md) | {finds} | {rule.fix} |\n"


def _options() -> Iterator[str]:
    for option in OPTIONS:
        yield f"\n### `{option.name}`\n\n{option.doc}\n\n- Must be: {option.type}\n- Default: {_default(option)}\n"
    yield "\n"


def _default(option: Option) -> str:
    if option.default == DEFAULT_EXCLUDE:
        return ", ".join(f"`{glob}`" for glob in DEFAULT_EXCLUDE)
    if option.default is None:
        return "none"
    if isinstance(option.default, bool):
        return f"`{str(option.default).lower()}`"
    if isinstance(option.default, str):
        return f'`"{option.default}"`'
    return "`{}`" if option.kind is Kind.SELECTORS_BY_GLOB else "`[]`"


def _check_options() -> Iterator[str]:
    yield "| Option | Meaning |\n| --- | --- |\n"
    for option in check.params:
        if isinstance(option, click.Option):
            names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            value = f" `{option.metavar}`" if option.metavar else ""
            yield f"| {names}{value} | {option.help} |\n"


def _names() -> Iterator[str]:
    yield "| Name | What it is |\n| --- | --- |\n"
    for name in dropcheck.__all__:
        if not name.startswith("_"):
            summary = (inspect.getdoc(getattr(dropcheck, name)) or "").split("\n\n")[0].replace("\n", " ").replace("``", "`")
            yield f"| `{name}` | {summary} |\n"


if __name__ == "__main__":
    sys.exit(main())
