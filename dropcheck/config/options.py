"""Every option in one table. Validation, ``--help``, ``dropcheck config``, the JSON Schema and the documentation come from it.

The order is that of ``--help`` and of the documentation.
"""

from __future__ import annotations

from dropcheck.config.option import Flag, Group, Kind, Option, run_option
from dropcheck.config.outputs import AUTO, FORMATS

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".dropcheck_cache",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""What ruff leaves out by default, compiled files, and the folder of the tool's own cache."""


OPTIONS = (
    Option(
        "select",
        Kind.SELECTORS,
        (),
        "The rules to run, by code, prefix, name or `ALL`; empty: the default rules.",
        'select = ["DRP1", "invalid-dropout-probability"]',
        flag=Flag(Group.RULES, "Check these only: codes, prefixes, names, ALL.", "RULES"),
    ),
    Option(
        "extend-select",
        Kind.SELECTORS,
        (),
        "Rules to run in addition to `select`.",
        'extend-select = ["DRP203"]',
        flag=Flag(Group.RULES, "Check these too.", "RULES"),
    ),
    Option(
        "ignore",
        Kind.SELECTORS,
        (),
        "Rules not to run. The narrower of two selectors wins, and `ignore` between equals.",
        'ignore = ["DRP203"]',
        flag=Flag(Group.RULES, "Do not check these.", "RULES"),
    ),
    Option(
        "per-file-ignores",
        Kind.SELECTORS_BY_GLOB,
        (),
        "Rules not to run on the files a glob matches. A glob is matched against the file's name and against its path "
        "relative to the folder of the configuration file; `*` crosses folders; a leading `!` inverts it; a trailing "
        "`/` means all that is in the folder.",
        'per-file-ignores = { "tests/**" = ["DRP1"], "__init__.py" = ["DRP201"] }',
    ),
    Option(
        "min-confidence",
        Kind.CHOICE,
        "high",
        "Report findings of at least this confidence.",
        'min-confidence = "medium"',
        choices=("high", "medium", "low"),
        flag=Flag(Group.RULES, "Report from high (default), medium or low on.", "LEVEL"),
    ),
    Option(
        "severity",
        Kind.SEVERITIES,
        (),
        "How serious findings of a rule are: `error`, `warning` or `info`, by code, prefix, name or `ALL`; the narrower selector "
        "wins. Where nothing is said, a finding is an error if its confidence is high, a warning if medium, `info` if low.",
        'severity = { DRP2 = "warning", DRP202 = "error" }',
        choices=("error", "warning", "info"),
    ),
    Option(
        "fail-on",
        Kind.CHOICE,
        "info",
        "The exit code is 1 for findings of at least this severity; others are reported all the same.",
        'fail-on = "error"',
        choices=("error", "warning", "info"),
        flag=Flag(Group.RULES, "Exit 1 from error, warning or info (default) on.", "LEVEL"),
    ),
    run_option("ignore-suppressions", Group.RULES, "Report what comments suppress, too."),
    Option(
        "intent-words",
        Kind.STRINGS,
        (),
        "Further words that, in a class, a function or a comment, say that dropout in evaluation is meant.",
        'intent-words = ["augment"]',
    ),
    Option(
        "module-bases",
        Kind.DOTTED_NAMES,
        (),
        "Classes of other packages, such as `mylib.nn.Layer`, that are subclasses of `torch.nn.Module`.",
        'module-bases = ["mylib.nn.Layer"]',
    ),
    Option(
        "functions",
        Kind.FUNCTIONS,
        (),
        "Further dropout functions: `name` (dotted), `parameters` (in order), `p` and `flag` (the parameters that "
        "hold the probability and the switch), `p-default`, `flag-default`.",
        'functions = [{ name = "mylib.ops.noise", p = "rate", flag = "active", flag-default = true }]',
    ),
    run_option("add-ignore", Group.KNOWN, "Add comments that suppress what is found.", Kind.TEXT, metavar="[=REASON]", bare=True),
    Option(
        "baseline",
        Kind.PATH,
        None,
        "A file of findings to live with for now, as `--write-baseline` writes it; relative to the folder of the "
        "configuration file, and in it.",
        'baseline = "ci/known.json"',
        flag=Flag(Group.KNOWN, "Do not report what this file holds.", "FILE"),
    ),
    run_option("write-baseline", Group.KNOWN, "Write what is found to this file, as known.", Kind.PATH, metavar="FILE"),
    run_option("prune-baseline", Group.KNOWN, "Remove from the baseline what is no longer found."),
    run_option("ignore-baseline", Group.KNOWN, "Report what the baseline holds, too."),
    run_option("fix-baselined", Group.KNOWN, "Let --fix and --diff repair what is baselined, too."),
    Option(
        "fix",
        Kind.BOOLEAN,
        False,
        "Repair what has a safe fix.",
        "fix = true",
        flag=Flag(Group.FIXES, "Repair findings where that is safe."),
    ),
    Option(
        "unsafe-fixes",
        Kind.BOOLEAN,
        False,
        "Offer and apply fixes that may change more than evaluation, too.",
        "unsafe-fixes = true",
        flag=Flag(Group.FIXES, "Let --fix and --diff apply unsafe fixes too."),
    ),
    Option(
        "fix-style",
        Kind.CHOICE,
        "flag",
        "How dropout that is always on is repaired: `flag` passes the mode to the function; `module` makes an `nn.Dropout` in "
        "`__init__` and calls that, which is an unsafe fix, and passes the mode where that cannot be done.",
        'fix-style = "module"',
        choices=("flag", "module"),
        flag=Flag(Group.FIXES, "Repair by flag (default) or by module.", "STYLE"),
    ),
    Option(
        "fixable",
        Kind.SELECTORS,
        ("ALL",),
        "The rules whose findings `--fix` may repair.",
        'fixable = ["DRP1"]',
        flag=Flag(Group.FIXES, "Repair findings of these only.", "RULES"),
    ),
    Option(
        "unfixable",
        Kind.SELECTORS,
        (),
        "Rules whose findings are never repaired. The narrower of two selectors wins, and `unfixable` between equals.",
        'unfixable = ["hardcoded-training-true"]',
        flag=Flag(Group.FIXES, "Do not repair findings of these.", "RULES"),
    ),
    Option(
        "extend-safe-fixes",
        Kind.SELECTORS,
        (),
        "Rules whose unsafe fixes count as safe.",
        'extend-safe-fixes = ["DRP109"]',
    ),
    Option(
        "extend-unsafe-fixes",
        Kind.SELECTORS,
        (),
        "Rules whose safe fixes count as unsafe. The narrower of two selectors wins, and `extend-unsafe-fixes` between equals.",
        'extend-unsafe-fixes = ["DRP106"]',
    ),
    run_option("diff", Group.FIXES, "Show what --fix would change, write nothing."),
    run_option("fix-only", Group.FIXES, "Repair, and do not report what is left."),
    run_option("show-fixes", Group.FIXES, "List what was repaired."),
    Option(
        "exclude",
        Kind.GLOBS,
        DEFAULT_EXCLUDE,
        "Files and folders to leave out. A glob without a slash matches the name of a file or folder anywhere, one "
        "with a slash the path relative to the folder of the configuration file. Replaces the defaults.",
        'exclude = [".venv", "old/*.py"]',
        flag=Flag(Group.FILES, "Leave these out, instead of the default ones.", "GLOBS"),
    ),
    Option(
        "extend-exclude",
        Kind.GLOBS,
        (),
        "Files and folders to leave out in addition to `exclude`.",
        'extend-exclude = ["third_party"]',
        flag=Flag(Group.FILES, "Leave these out too.", "GLOBS"),
    ),
    Option(
        "force-exclude",
        Kind.BOOLEAN,
        False,
        "Leave out excluded files even if they are named on the command line.",
        "force-exclude = true",
        flag=Flag(Group.FILES, "Leave out even what is named in PATHS."),
    ),
    Option(
        "respect-gitignore",
        Kind.BOOLEAN,
        True,
        "Leave out what `.gitignore` files and `.git/info/exclude` ignore.",
        "respect-gitignore = false",
        flag=Flag(Group.FILES, "Check what git ignores, too."),
    ),
    run_option("stdin-filename", Group.FILES, "What the text from stdin (PATHS: -) is called.", Kind.PATH, metavar="FILE"),
    run_option("show-files", Group.FILES, "List the files that would be checked."),
    Option(
        "extend",
        Kind.PATH,
        None,
        "Another configuration file to begin with; this one is laid over it. The path is relative to this file; `~` and "
        "environment variables are expanded.",
        'extend = "../pyproject.toml"',
    ),
    run_option("config", Group.CONFIGURATION, "Use this configuration for all files.", Kind.PATH, metavar="FILE"),
    run_option("isolated", Group.CONFIGURATION, "Use no configuration file."),
    run_option("show-settings", Group.CONFIGURATION, "Print what holds for each file, and from where."),
    Option(
        "output-format",
        Kind.FORMATS,
        AUTO,
        "How findings are printed: a format, or a list of them in which all but one name a file, such as "
        '`["full", "sarif:reports/dropcheck.sarif"]`. Such a file is relative to the folder of the configuration file and in it, '
        "and ends like a report: `.json`, `.sarif`, `.xml`, `.txt` ... `auto` is `github` in GitHub Actions and `full` "
        "everywhere else.",
        'output-format = ["full", "sarif:reports/dropcheck.sarif"]',
        choices=FORMATS,
        flag=Flag(Group.OUTPUT, "Print in these, as FORMAT or FORMAT:FILE.", "FORMATS"),
    ),
    run_option("output-file", Group.OUTPUT, "Write findings here, not to stdout.", Kind.PATH, metavar="FILE", short="-o"),
    run_option("statistics", Group.OUTPUT, "Print how often each rule fired instead."),
    run_option(
        "color",
        Group.OUTPUT,
        "Use colour: auto (default), always or never.",
        Kind.CHOICE,
        metavar="WHEN",
        choices=("auto", "always", "never"),
    ),
    run_option("quiet", Group.OUTPUT, "Print findings and errors, no summary.", short="-q"),
    run_option("verbose", Group.OUTPUT, "Tell what was suppressed, left out, and why.", short="-v"),
    run_option("exit-zero", Group.RUN, "Exit 0 in spite of findings (not of errors).", short="-e"),
    run_option("exit-non-zero-on-fix", Group.RUN, "Exit 1 if a file was rewritten."),
    run_option("jobs", Group.RUN, "Use this many processes.", Kind.COUNT, metavar="N", short="-j"),
    run_option("timeout-per-file", Group.RUN, "Give up a file after this CPU time (default: 300).", Kind.COUNT, metavar="SEC"),
    run_option("no-cache", Group.RUN, "Do not read or write the cache."),
    Option(
        "cache-dir",
        Kind.PATH,
        None,
        "The folder of the cache, in the folder of the configuration file; by default `.dropcheck_cache` beside that file.",
        'cache-dir = "build/dropcheck"',
        flag=Flag(Group.RUN, "Keep the cache in this folder.", "DIR"),
    ),
)

OPTION_BY_NAME = {option.name: option for option in OPTIONS}

FILE_OPTIONS = tuple(option for option in OPTIONS if option.in_file)
"""What a configuration file can hold."""

FLAGS = tuple(option for option in OPTIONS if option.flag is not None)
"""What the command line of ``check`` takes."""

EXCLUSIVE = (
    ("quiet", "verbose"),
    ("no-cache", "cache-dir"),
    ("isolated", "config"),
    ("show-files", "show-settings"),
    ("add-ignore", "fix"),
    ("add-ignore", "fix-only"),
    ("add-ignore", "ignore-suppressions"),
    ("add-ignore", "ignore-baseline"),
    ("add-ignore", "write-baseline"),
    ("baseline", "ignore-baseline"),
    ("write-baseline", "baseline"),
    ("write-baseline", "diff"),
    ("prune-baseline", "write-baseline"),
    ("prune-baseline", "ignore-baseline"),
    ("prune-baseline", "diff"),
)
"""Options that cannot be given together, since one of them would go unheard."""
