"""Inventories to draw maps of."""

from dropcheck.inventory import Composition, Entry, Inventory, InventoryFile, Part, Remark
from dropcheck.levels import Applicability, Behaviour, Confidence, State
from dropcheck.model import Edit, Finding, Fix, Position, Related, Span
from dropcheck.outcome import FileError

WORLDS = {
    Behaviour.FOLLOWS_MODE: ("drops", "off"),
    Behaviour.ALWAYS_ON: ("drops", "drops"),
    Behaviour.NEVER_ON: ("off", "off"),
    Behaviour.INVERTED: ("off", "drops"),
    Behaviour.CALLER_DECIDES: ("open", "open"),
    Behaviour.UNDECIDED: ("open", "open"),
}
HOSTILE = '</script><script>alert("1")</script><img src=x onerror=alert(2)>\u202e`'
"""What would run, load or reorder something if it were anything but text."""


def entry(row: int, behaviour: Behaviour = Behaviour.FOLLOWS_MODE, **more: object) -> Entry:
    """A site in a line ``x = F.dropout(x, 0.1)`` of twenty characters."""
    train, evaluation = WORLDS[behaviour]
    start = (row - 1) * 21
    given = {
        "position": Position(row, 5),
        "span": Span(start + 4, start + 20),
        "owner": "Net",
        "function": "Net.forward",
        "kind": "functional",
        "name": "dropout",
        "p": "0.1",
        "behaviour": behaviour,
        "train": train,
        "eval": evaluation,
        **more,
    }
    return Entry(**given)  # type: ignore[arg-type]


def source(rows: int) -> str:
    return "x = F.dropout(x, .1)\n" * rows


def finding(row: int, path: str = "net.py", **more: object) -> Finding:
    start = (row - 1) * 21
    edits = (Edit(Span(start + 19, start + 19), ", training=self.training"),)
    given = {
        "code": "DRP101",
        "name": "missing-training-flag",
        "message": "`dropout` stays on",
        "help": "Pass `training=self.training`.",
        "confidence": Confidence.HIGH,
        "path": path,
        "span": Span(start + 4, start + 20),
        "scope": Span(start, start + 20),
        "qualified_name": "Net.forward",
        "fix": Fix(Applicability.SAFE, "Add `training=self.training`", edits),
        **more,
    }
    return Finding(**given)  # type: ignore[arg-type]


def mixed() -> Inventory:
    """A site of each behaviour, findings in each state, one at no site, in two folders, and a file that was not read."""
    found = finding(1, related=(Related("net.py", Span(21, 22), "the other call"),))
    meant = finding(2, state=State.INTENDED, state_reason="Monte Carlo")
    advice = Fix(Applicability.DISPLAY, "Do it by hand", (), "it cannot be told")
    sticky = finding(8, code="DRP110", name="sticky-eval-probability", message="never set back", fix=advice, path="lib/net.py")
    here = (
        entry(1, Behaviour.ALWAYS_ON, findings=(found,)),
        entry(2, Behaviour.ALWAYS_ON, findings=(meant,)),
        entry(3, gate="self.training", p="self.rate"),
        entry(4, Behaviour.NEVER_ON, owner="Head", function="Head.forward"),
    )
    there = (
        entry(1, Behaviour.INVERTED),
        entry(
            2, Behaviour.CALLER_DECIDES, owner="", function="attend", decided="by its caller", reason="train: a parameter decides"
        ),
        entry(3, Behaviour.UNDECIDED, owner="", function="attend", decided="open", reason="flag: an attribute decides"),
        entry(4, owner="Layer", function="Layer.__init__", kind="module", name="nn.Dropout"),
    )
    return Inventory(
        files=(InventoryFile("lib/net.py", there), InventoryFile("net.py", here)),
        checked=3,
        errors=(FileError("odd.py", "is not UTF-8"),),
        remarks=(Remark(Position(8, 5), "Net", sticky),),
        sources={"net.py": source(9), "lib/net.py": source(9)},
    )


def composed() -> Inventory:
    """Model is made of Layers, these of Attention, which has dropout; Big inherits from Head, Loop and Other hold each other."""

    def part(name: str, owner: str) -> Part:
        return Part(name, "net.py", owner)

    entries = (
        entry(1, owner="Attention", function="Attention.__init__", kind="module", name="nn.Dropout"),
        entry(2, Behaviour.ALWAYS_ON, owner="Attention", function="Attention.forward", findings=(finding(2),)),
        entry(3, owner="Head", function="Head.forward"),
        entry(4, owner="Loop", function="Loop.forward"),
    )
    held = (
        Composition("net.py", "Layer", 100, (part("attention", "Attention"),)),
        Composition("net.py", "Model", 120, (part("layers", "Layer"), part("head", "Head"))),
        Composition("net.py", "Big", 140, (part("", "Head"),)),
        Composition("net.py", "Loop", 160, (part("next", "Other"),)),
        Composition("net.py", "Other", 180, (part("loop", "Loop"),)),
    )
    return Inventory((InventoryFile("net.py", entries),), 1, compositions=held, sources={"net.py": source(9)})


def hostile() -> Inventory:
    """Script tags wherever a text of the scanned files can come to stand."""
    path = f"src/{HOSTILE}/net.py"
    text = f"x = F.dropout(x, .1)  # {HOSTILE}\n" * 3
    edits = (Edit(Span(19, 19), HOSTILE),)
    fix = Fix(Applicability.UNSAFE, HOSTILE, edits, HOSTILE)
    related = (Related(path, Span(4, 5), HOSTILE),)
    bad = finding(1, path, message=HOSTILE, help=HOSTILE, state=State.SUPPRESSED, state_reason=HOSTILE, fix=fix, related=related)
    site = entry(
        1,
        Behaviour.UNDECIDED,
        owner=HOSTILE,
        function=f"{HOSTILE}.forward",
        name=HOSTILE,
        p=HOSTILE,
        gate=HOSTILE,
        reason=HOSTILE,
    )
    told = entry(1, Behaviour.ALWAYS_ON, findings=(bad,))
    return Inventory(
        files=(InventoryFile(path, (site, told)),),
        checked=1,
        errors=(FileError(HOSTILE, HOSTILE),),
        compositions=(Composition(path, f"Of{HOSTILE}", 60, (Part(HOSTILE, path, HOSTILE),)),),
        sources={path: text},
    )


def big(classes: int = 1000, each: int = 5) -> Inventory:
    """Many classes of the same size, ten a file; the first site of every tenth class is always on."""
    files = []
    for number in range(classes // 10):
        path = f"models/model{number:03}/modeling.py"
        entries = tuple(
            entry(
                cls * each + site + 1,
                Behaviour.ALWAYS_ON if cls == site == 0 else Behaviour.FOLLOWS_MODE,
                owner=f"Layer{number * 10 + cls}",
                function=f"Layer{number * 10 + cls}.forward",
                findings=(finding(1, path),) if cls == site == 0 else (),
            )
            for cls in range(10)
            for site in range(each)
        )
        files.append(InventoryFile(path, entries))
    return Inventory(tuple(files), classes // 10, sources={file.path: source(10 * each) for file in files})
