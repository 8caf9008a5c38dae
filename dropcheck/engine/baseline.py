"""The baseline: findings that a repository lives with for now, kept in a file and recognised without line numbers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dropcheck.config.globs import posix
from dropcheck.config.load import shown
from dropcheck.errors import ConfigError, SourceError
from dropcheck.fingerprint import fingerprint
from dropcheck.levels import State
from dropcheck.model import Finding
from dropcheck.reading import read_bytes
from dropcheck.source.write import write_bytes

VERSION = 1
_TOOL = "dropcheck"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What a finding in a baseline is recognised by.

    Args:
        file: its file, relative to the folder of the baseline, with slashes.
        rule: the code of its rule.
        function: the qualified name of what is around it.
        hash: the fingerprint of its code.
    """

    file: str
    rule: str
    function: str
    hash: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline file.

    Args:
        path: the file, absolute.
        counts: how many findings it holds of each key.
    """

    path: str
    counts: Mapping[Key, int] = field(default_factory=dict)

    def key(self, finding: Finding, text: str) -> Key:
        """The key of a finding in a file with this text."""
        return Key(self.relative(finding.path), finding.code, finding.qualified_name, fingerprint(finding, text))

    def relative(self, path: str) -> str:
        """A path as this baseline writes it."""
        absolute = os.path.abspath(path)
        try:
            return posix(os.path.relpath(absolute, os.path.dirname(self.path)))
        except ValueError:  # on Windows there is no way from one drive to another
            return posix(absolute)

    def mark(self, findings: Iterable[Finding], text: str) -> Iterator[Finding]:
        """Set the state of the findings of one file that the baseline holds; of several alike, the first ones."""
        taken: Counter[Key] = Counter()
        for finding in findings:
            key = self.key(finding, text) if finding.state is State.ACTIVE else None
            if key is not None and taken[key] < self.counts.get(key, 0):
                taken[key] += 1
                yield replace(finding, state=State.BASELINED)
            else:
                yield finding


def read_baseline(path: str) -> Baseline:
    """Read a baseline file.

    Args:
        path: the file.

    Raises:
        ConfigError: it is not there, or not a baseline that this version can read.
    """
    import json  # noqa: PLC0415  (few runs need it)

    name = shown(path)
    advice = f"restore it, or delete it and write it anew with --write-baseline {name}"
    if not os.path.exists(path):
        raise ConfigError(f"{name}: there is no such baseline; write it with --write-baseline {name}")
    try:
        document = json.loads(read_bytes(path))
    except SourceError as error:
        raise ConfigError(f"{name}: the baseline {error.message}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name}: is not a baseline: not valid JSON ({error}); {advice}") from error
    if not isinstance(document, dict) or document.get("tool") != _TOOL or not isinstance(document.get("files"), dict):
        raise ConfigError(f"{name}: is not a baseline of dropcheck; name another file")
    version = document.get("version")
    if version != VERSION:
        raise ConfigError(f"{name}: is a baseline of version {version!r}, this dropcheck reads {VERSION}; {advice}")
    return Baseline(os.path.abspath(path), dict(_entries(document["files"], name, advice)))


def _entries(files: Mapping[str, object], name: str, advice: str) -> Iterator[tuple[Key, int]]:
    for file, entries in files.items():
        for entry in entries if isinstance(entries, list) else [None]:
            match entry:
                case {"rule": str(rule), "in": str(function), "hash": str(digest), "count": int(count)} if count > 0:
                    yield Key(file, rule, function, digest), count
                case _:
                    raise ConfigError(f"{name}: the baseline holds a wrong entry for {file!r}; {advice}")


def write_baseline(baseline: Baseline) -> None:
    """Write a baseline in one step: sorted, an entry on each line, so that it merges well.

    Args:
        baseline: what the file shall hold.

    Raises:
        SourceError: it cannot be written; the old file is left as it is.
    """
    write_bytes(baseline.path, _render(baseline.counts).encode("ascii"), shown(baseline.path))


def _render(counts: Mapping[Key, int]) -> str:
    import json  # noqa: PLC0415  (as above)

    files: dict[str, list[str]] = {}
    for key in sorted(counts):
        entry = {"rule": key.rule, "in": key.function, "hash": key.hash, "count": counts[key]}
        files.setdefault(key.file, []).append(f"      {json.dumps(entry)}")
    blocks = (f"    {json.dumps(file)}: [\n" + ",\n".join(entries) + "\n    ]" for file, entries in files.items())
    body = ",\n".join(blocks)
    held = f"{{\n{body}\n  }}" if body else "{}"
    return f'{{\n  "tool": "{_TOOL}",\n  "version": {VERSION},\n  "files": {held}\n}}\n'
