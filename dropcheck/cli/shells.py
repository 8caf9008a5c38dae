"""Shells that complete the command line: as click does it, but with lists, ``--option=value``, and commands next to paths."""

from __future__ import annotations

from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete, add_completion_class


class _KeepsOption(ShellComplete):
    """A shell that replaces the whole word: what is offered for ``--select=DR`` must begin with ``--select=``."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        items = super().get_completions(args, incomplete)
        name, equals, _ = incomplete.partition("=")
        if not (equals and name.startswith("--")):
            return items
        return [CompletionItem(f"{name}={item.value}", item.type, item.help) for item in items if item.type == "plain"]


_BASH = """\
%(complete_func)s() {
    local IFS=$'\\n' line type value
    COMPREPLY=()
    for line in $(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1); do
        IFS=',' read -r type value <<< "$line"
        if [[ $type == plain ]]; then
            COMPREPLY+=("$value")
        elif [[ ${#COMPREPLY[@]} == 0 ]]; then
            compopt -o default
        else
            compopt -o filenames
            COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
        fi
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_FISH = """\
function %(complete_func)s
    for line in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) COMP_CWORD=(commandline -t) %(prog_name)s)
        set -l parts (string split -m 1 "," $line)
        if test $parts[1] = plain
            echo $parts[2]
        else
            __fish_complete_path $parts[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class Bash(_KeepsOption, BashComplete):
    """Bash, which makes three words of ``--select=DR``."""

    # Click's own script forgets the commands where paths are offered, too.
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        """What was typed before the word to complete, and that word."""
        args, incomplete = super().get_completion_args()
        return [word for word in args if word != "="], incomplete


class Zsh(_KeepsOption, ZshComplete):
    """Zsh."""


class Fish(_KeepsOption, FishComplete):
    """Fish."""

    # Click's own script cuts lists and explanations at their first comma.
    source_template = _FISH


SHELLS: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": Zsh, "fish": Fish}


def register() -> None:
    """Let click answer these shells in this way."""
    for name, shell in SHELLS.items():
        add_completion_class(shell, name)
