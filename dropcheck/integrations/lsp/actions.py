"""Code actions: fixes, the refactor, and the two comments that say a finding is meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from lsprotocol import types

from dropcheck.frozen import dataclass
from dropcheck.integrations.lsp.positions import Positions
from dropcheck.integrations.lsp.session import Document
from dropcheck.levels import Applicability, Behaviour
from dropcheck.model import Edit, Finding, Fix, LineIndex, Span
from dropcheck.report.escape import visible

FIX_ALL = "source.fixAll.dropcheck"
REFACTOR = types.CodeActionKind.RefactorRewrite
KINDS = (types.CodeActionKind.QuickFix, REFACTOR, FIX_ALL)
#: The command behind an action that wrote a comment: it selects the reason in it, so that one can type over it.
SELECT = "dropcheck.select"
_REASON = "reason"
#: Codes about dropout that is on where it should not be, which the mark for intended dropout silences.
_ABOUT_MODE = "DRP1"
_ABOUT_RUN = "DRP9"


@dataclass(frozen=True, slots=True)
class Target:
    """The document that actions edit, and what the client can do.

    Args:
        uri: the client's name of the document.
        version: the client's version of it, which the edits are made for.
        document: the document.
        places: converts its places.
        versioned: whether edits may name that version.
        selects: whether the client can be asked to select something.
    """

    uri: str
    version: int | None
    document: Document
    places: Positions
    versioned: bool
    selects: bool

    def edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Edits of the document as the client applies them."""
        changes = [types.TextEdit(self.places.range(edit.span), edit.content) for edit in edits]
        if not self.versioned:
            return types.WorkspaceEdit(changes={self.uri: changes})
        document = types.OptionalVersionedTextDocumentIdentifier(self.uri, self.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, changes)])


def wanted(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a client that asks for these kinds of actions, or for none in particular, asks for this one too."""
    return only is None or any(kind == one or kind.startswith(one + ".") for one in only)


def repair(target: Target, finding: Finding, diagnostic: types.Diagnostic) -> types.CodeAction | None:
    """The action that applies the fix of a finding.

    Args:
        target: the document.
        finding: a finding in it.
        diagnostic: the finding as the client knows it.

    Returns:
        The action, which says so if the fix is unsafe; None where the finding has no fix to apply.
    """
    fix = finding.fix
    if fix is None or not fix.edits or fix.applicability is Applicability.DISPLAY:
        return None
    safe = fix.applicability is Applicability.SAFE
    return types.CodeAction(
        title=f"dropcheck: {visible(fix.message)}{'' if safe else ' (unsafe)'}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        is_preferred=safe,
        edit=target.edit(fix.edits),
    )


def comments(target: Target, finding: Finding, diagnostic: types.Diagnostic) -> Iterator[types.CodeAction]:
    """The actions that silence a finding, each by a comment with a reason to fill in.

    Args:
        target: the document.
        finding: a finding in it.
        diagnostic: the finding as the client knows it.

    Returns:
        The mark for dropout that is meant to stay on, where that can be, and the comment that ignores the rule. Findings
        about the run itself, such as a syntax error, have neither.
    """
    if finding.code.startswith(_ABOUT_MODE) and finding.behaviour is Behaviour.ALWAYS_ON:
        yield _comment(target, finding, diagnostic, f"# dropcheck: always-on ({_REASON})", "Mark as always on, as meant")
    if not finding.code.startswith(_ABOUT_RUN):
        text = f"# dropcheck: ignore[{finding.name}] {_REASON}"
        yield _comment(target, finding, diagnostic, text, f"Ignore {finding.code} for this statement")


def refactor(target: Target, fix: Fix) -> types.CodeAction:
    """The action that makes modules of functional dropout.

    Args:
        target: the document.
        fix: the refactor of a call in it.
    """
    return types.CodeAction(title=f"dropcheck: {visible(fix.message)} (unsafe)", kind=REFACTOR, edit=target.edit(fix.edits))


def fix_all(target: Target, after: str) -> types.CodeAction | None:
    """The action that applies every fix of a document.

    Args:
        target: the document.
        after: its text with the fixes.

    Returns:
        The action; None where nothing would change.
    """
    edits = _difference(target.document.text, after)
    if not edits:
        return None
    return types.CodeAction(title="dropcheck: Fix all", kind=FIX_ALL, edit=target.edit(edits))


def _comment(target: Target, finding: Finding, diagnostic: types.Diagnostic, text: str, title: str) -> types.CodeAction:
    place = _end_of_statement(target.document.text, finding.scope)
    content = f"  {text}"
    begin = target.places.position(place)
    start = begin.character + content.rindex(_REASON)
    reason = types.Range(
        types.Position(begin.line, start),
        types.Position(begin.line, start + len(_REASON)),
    )
    command = types.Command("Write the reason", SELECT, arguments=[target.uri, reason])
    return types.CodeAction(
        title=f"dropcheck: {title}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic],
        is_preferred=False,
        edit=target.edit([Edit(Span(place, place), content)]),
        command=command if target.selects else None,
    )


def _end_of_statement(text: str, scope: Span) -> int:
    """Where a comment on a statement goes: its earlier rows may end inside a string or in a backslash, its last one cannot."""
    index = LineIndex(text)
    row = index.position(max(scope.start, scope.end - 1)).row
    return index.row_span(row).start + len(index.row_text(row).rstrip())


def _difference(before: str, after: str) -> tuple[Edit, ...]:
    """Edits, row by row, that turn one text into another; the editor keeps its place in what they leave alone."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for row in old:
        starts.append(starts[-1] + len(row))
    return tuple(
        Edit(Span(starts[first], starts[last]), "".join(new[new_first:new_last]))
        for tag, first, last, new_first, new_last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )
