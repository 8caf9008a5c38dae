"""Words by which people name dropout and intentions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dropcheck.worlds import name_words

#: A name with one of these words is about dropout.
DROP_WORDS = frozenset({"drop", "dropout", "droppath", "dropprob", "dropoutprob"})

#: Signs in names that dropout is meant to stay on.
INTENT_NAMES = (
    "prenet",
    "montecarlo",
    "mcdropout",
    "mcdo",
    "bayesian",
    "uncertainty",
    "aleatoric",
    "epistemic",
    "alwaysdropout",
    "alwayson",
)
#: Signs among the words of the function or the class around a call: Monte Carlo, Bayesian nets, augmentation.
_INTENT_WORDS = frozenset(
    [
        "mc",
        "mcd",
        "bnn",
        "variational",
        "concrete",
        "permanent",
        "withdropout",
        "augment",
        "augmentation",
        "augmentations",
        "augmentor",
        "augmenter",
        "corrupt",
        "corruption",
        "perturb",
        "perturbation",
    ]
)
#: Signs in the comments at a call.
_INTENT_COMMENT = re.compile(
    r"\b(always|prenet|monte[ -]?carlo|mc[ -]?dropout|bayes\w*|uncertaint\w*|on purpose|deliberate\w*|intent\w*"
    r"|eval\w*|inference|test[ -]time|testing|non[- ]?deterministic|stochastic|resampl\w*)\b"
)
_INTENT_DOCSTRING = re.compile(r"\b(monte[ -]?carlo dropout|mc[ -]dropout|bayesian dropout|prenet|dropout is always)\b")


def scope_intent(scopes: Iterable[str]) -> str:
    """The word in the name of a function or class around a call that says that dropout is meant to stay on; empty without one.

    Args:
        scopes: their names, without what they are defined in.
    """
    return next((sign for scope in scopes for sign in sorted(name_words(scope) & _INTENT_WORDS)), "")


def intent(names: Iterable[str], comments: Iterable[str], docstrings: Iterable[str], extra: tuple[str, ...]) -> str:
    """The sign that dropout is meant to stay on.

    Args:
        names: qualified names around the call, and those of files and arguments.
        comments: the comments at the call, lower case.
        docstrings: of the functions and classes around it, lower case.
        extra: the user's own words.

    Returns:
        The word found; empty where there is none.
    """
    own = tuple(word.lower() for word in extra)
    for name in names:
        folded = name.lower().replace("_", "")
        for word in (*INTENT_NAMES, *own):
            if word.replace("_", "").replace(" ", "") in folded:
                return word
    for comment in comments:
        found = _INTENT_COMMENT.search(comment)
        if found:
            return found.group(1)
        for word in own:
            if word in comment:
                return word
    for docstring in docstrings:
        found = _INTENT_DOCSTRING.search(docstring)
        if found:
            return found.group(1)
        for word in own:
            if word in docstring:
                return word
    return ""
