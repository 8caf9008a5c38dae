"""Names for findings that stay the same while the code around them moves, each different from all others of a run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping

from dropcheck.fingerprint import fingerprint
from dropcheck.model import Finding
from dropcheck.report.context import Context


def fingerprints(findings: Iterable[Finding], sources: Mapping[str, str], context: Context) -> tuple[str, ...]:
    """One fingerprint a finding.

    It is made of the rule, the file, the class and function, and the code without its layout; findings that have all of these
    in common are numbered in their order. No line number goes into it.

    Args:
        findings: the findings, in the order of the report.
        sources: the text of each file, by path.
        context: where the run took place.

    Returns:
        Distinct strings of 32 hexadecimal digits.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for finding in findings:
        path = context.in_repository(finding.path) or context.absolute(finding.path)
        key = (finding.code, path, finding.qualified_name, fingerprint(finding, sources[finding.path]))
        found.append(_digest((*key, str(seen[key]))))
        seen[key] += 1
    return tuple(found)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
