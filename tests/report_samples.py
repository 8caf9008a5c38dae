"""Reports made by hand, so that renderers are tested without an engine."""

from dropcheck.levels import Applicability, Behaviour, Confidence, State
from dropcheck.model import Edit, Finding, Fix, Related, Span
from dropcheck.outcome import FixedFile, Report
from dropcheck.report.context import Context

NET = """\
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        x = F.dropout(x, 0.5)
        x = F.dropout(x, training=True)
        x = F.scaled_dot_product_attention(
            x,
            x,
            x,
            dropout_p=self.p,
        )
        return F.dropout(x, 50, self.training)
"""

HELPER = "import torch.nn.functional as F\n\n\ndef drop(x):\n    return F.dropout(x)\n"


def span_of(text: str, part: str) -> Span:
    start = text.index(part)
    return Span(start, start + len(part))


def finding(text: str, part: str, **changes: object) -> Finding:
    """A finding about ``part`` of ``text``, high and active unless the changes say otherwise."""
    span = span_of(text, part)
    values: dict[str, object] = {
        "code": "DRP101",
        "name": "missing-training-flag",
        "message": "`F.dropout` gets no `training`, so it drops in evaluation, too",
        "help": "Write `F.dropout(..., training=self.training)`.",
        "confidence": Confidence.HIGH,
        "path": "src/net.py",
        "span": span,
        "scope": span,
        "behaviour": Behaviour.ALWAYS_ON,
    }
    return Finding(**{**values, **changes})  # type: ignore[arg-type]


def insertion(text: str, before: str, content: str) -> Edit:
    offset = text.index(before)
    return Edit(Span(offset, offset), content)


SAFE = finding(
    NET,
    "F.dropout(x, 0.5)",
    fix=Fix(
        Applicability.SAFE,
        "Add `training=self.training`",
        (insertion(NET, ")\n        x = F.dropout(x, training", ", training=self.training"),),
    ),
)
UNSAFE = finding(
    NET,
    "F.dropout(x, training=True)",
    code="DRP102",
    name="hardcoded-training-true",
    message="`training` is literally True, so it drops in evaluation, too",
    help="Write `training=self.training`, or mark the call as always-on.",
    fix=Fix(
        Applicability.UNSAFE,
        "Replace `True` with `self.training`",
        (Edit(span_of(NET, "True"), "self.training"),),
        "It may be Monte-Carlo dropout.",
    ),
)
MULTILINE = finding(
    NET,
    NET[NET.index("F.scaled") : NET.index("        )\n") + 9],
    code="DRP105",
    name="ungated-attention-dropout",
    message="attention drops in evaluation, too: `dropout_p` does not depend on the mode",
    help="Write `dropout_p=self.p if self.training else 0.0`.",
    related=(
        Related("src/helper.py", span_of(HELPER, "F.dropout(x)"), "the dropout is here"),
        Related("elsewhere.py", Span(3, 4), "and here"),
    ),
)
ADVICE = finding(
    NET,
    "50",
    code="DRP202",
    name="invalid-dropout-probability",
    message="a drop probability of 50 raises an error",
    help="Write a probability from 0 to 1.",
    confidence=Confidence.MEDIUM,
    behaviour=Behaviour.FOLLOWS_MODE,
    fix=Fix(Applicability.DISPLAY, "Write 0.5", (), "The percentage may not be meant as one."),
)
IN_HELPER = finding(HELPER, "F.dropout(x)", path="src/helper.py", fix=None)

CONTEXT = Context(base="/repo", root="/repo", version="1.2.3")

SOURCES = {"src/net.py": NET, "src/helper.py": HELPER}

SEVERAL = Report(
    findings=(IN_HELPER, SAFE, UNSAFE, MULTILINE, ADVICE),
    files=120,
    sources=SOURCES,
)
WITH_DISMISSED = Report(
    findings=(
        SAFE,
        finding(NET, "F.dropout(x, training=True)", state=State.SUPPRESSED, state_reason="known"),
        finding(NET, "F.dropout(x, 50", state=State.INTENDED, state_reason="a prenet"),
        finding(NET, "self.p", state=State.BELOW_CONFIDENCE, confidence=Confidence.MEDIUM),
    ),
    files=120,
    sources=SOURCES,
    notes=("src/big.py: skipped", "3 files were read from the cache"),
)
NET_FIXED = NET.replace("F.dropout(x, 0.5)", "F.dropout(x, 0.5, training=self.training)")
FIXED = Report(
    findings=(UNSAFE,),
    files=120,
    sources={"src/net.py": NET_FIXED},
    fixed=(FixedFile("src/net.py", NET, NET_FIXED, (SAFE,)),),
)
CLEAN = Report(findings=(), files=120)

# A path and a source that try to style, to move the cursor and to reorder what is shown.
HOSTILE_PATH = "a [bold]b[/] \x1b[31m\udcff.py"
HOSTILE = "def f(x):\n\tif x:\n\t\ty = F.dropout('[red]漢字\x1b]0;title\x07\u202e', x)\n"
HOSTILE_REPORT = Report(
    findings=(
        finding(
            HOSTILE,
            HOSTILE[HOSTILE.index("F.") : -1],
            path=HOSTILE_PATH,
            message="message\x1b[2J\nsecond line",
            help="help \x9b1m [link=x]",
        ),
    ),
    files=1,
    sources={HOSTILE_PATH: HOSTILE},
)
