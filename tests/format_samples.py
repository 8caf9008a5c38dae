"""Reports for the formats for machines, and the formats rendered."""

from dataclasses import dataclass, replace

from report_samples import (
    ADVICE,
    CLEAN,
    CONTEXT,
    HOSTILE_PATH,
    HOSTILE_REPORT,
    IN_HELPER,
    MULTILINE,
    NET,
    SAFE,
    SEVERAL,
    SOURCES,
    UNSAFE,
    finding,
    insertion,
    span_of,
)

from dropcheck.config.outputs import AUTO, FORMATS
from dropcheck.levels import Applicability, State
from dropcheck.model import Fix, Related
from dropcheck.outcome import FileError, Report
from dropcheck.report import formats
from dropcheck.source.cells import join_cells

MACHINE_FORMATS = tuple(name for name in FORMATS if name != AUTO and not formats.is_for_people(name))


@dataclass(frozen=True)
class Rule:
    """A rule as renderers see it."""

    code: str
    name: str
    summary: str
    doc: str
    default: bool = True
    fix: str = "safe"


RULES = (
    Rule(
        "DRP101",
        "missing-training-flag",
        "Functional dropout without its flag is always on.",
        "Functional dropout without its flag is always on.\n\n## What it finds\n\nA call\nwithout `training`.\n\n"
        "## Why it matters\n\nEvaluation drops, too.\n",
    ),
    Rule("DRP102", "hardcoded-training-true", "A flag that is on.", "A flag that is on.\n", default=False),
)
WITH_RULES = replace(CONTEXT, rules=RULES)

# One finding of every state, a file outside the repository, two findings that differ in their place only, and an error.
TWIN_SOURCE = "def f(x):\n    x = drop(x)\n    x = drop( x )\n    return drop(x)\n"
OUTSIDE = "/elsewhere/a b.py"
FULL_REPORT = Report(
    findings=(
        replace(finding(TWIN_SOURCE, "drop(x)", path=OUTSIDE), qualified_name="f"),
        replace(finding(TWIN_SOURCE, "drop( x )", path=OUTSIDE), qualified_name="f"),
        IN_HELPER,
        SAFE,
        UNSAFE,
        MULTILINE,
        ADVICE,
        finding(NET, "x = F.dropout(x, 0.5)", state=State.SUPPRESSED, state_reason="known [here](there)"),
        finding(NET, "x = F.dropout(x, training=True)", state=State.SUPPRESSED, state_reason="per-file-ignores"),
        finding(NET, "F.dropout(x, 50", state=State.INTENDED, state_reason="a prenet"),
        finding(NET, "F.dropout", state=State.INTENDED),
        finding(NET, "self.training", state=State.BASELINED),
        finding(NET, "self.p", state=State.BELOW_CONFIDENCE),
    ),
    files=120,
    sources={**SOURCES, OUTSIDE: TWIN_SOURCE},
    errors=(FileError("src/broken.py", "is binary"),),
)

# A file, its source, a message and a help text made to be taken for commands of a CI service, for XML or for JSON.
EVIL_PATH = "::stop-commands::x\r\n##[add-mask]a,b:c;d]%0A%AZP25##vso[task.complete]\x1b[2J\udcff<&\"'.py"
EVIL_TEXT = (
    "::error::a\r\n::set-output b##[group]\r##vso[task.setvariable variable=x]y;z]%0A%25%AZP25\x00\x1b]0;t\x07\ufffe<a>&]]>\u202e"
)
EVIL_SOURCE = "x = '\U0001f600é' + F.dropout(y)  # ##vso[task.complete] ::error::z\n"
EVIL_REPORT = Report(
    findings=(finding(EVIL_SOURCE, "F.dropout(y)", path=EVIL_PATH, message=EVIL_TEXT, help=EVIL_TEXT),),
    files=1,
    sources={EVIL_PATH: EVIL_SOURCE},
    errors=(FileError(EVIL_PATH, EVIL_TEXT),),
)

# A finding in the second cell of a notebook, with a safe fix.
CELLS = join_cells(("# a title", TWIN_SOURCE))
NOTEBOOK_REPORT = Report(
    findings=(
        finding(
            CELLS,
            "drop( x )",
            path="nb.ipynb",
            fix=Fix(Applicability.SAFE, "Add it", (insertion(CELLS, " )", ", training=self.training"),)),
            related=(Related("nb.ipynb", span_of(CELLS, "def f"), "the function"),),
        ),
    ),
    files=1,
    sources={"nb.ipynb": CELLS},
)

REPORTS = {
    "several": SEVERAL,
    "full": FULL_REPORT,
    "clean": CLEAN,
    "hostile": HOSTILE_REPORT,
    "evil": EVIL_REPORT,
    "unsafe": replace(SEVERAL, unsafe_fixes=True),
    "none": Report((), 0),
    "notebook": NOTEBOOK_REPORT,
}
__all__ = ["EVIL_PATH", "EVIL_REPORT", "EVIL_TEXT", "FULL_REPORT", "HOSTILE_PATH", "MACHINE_FORMATS", "REPORTS", "rendered"]


def rendered(name: str, report: Report) -> str:
    return formats.render(name, report, WITH_RULES)
