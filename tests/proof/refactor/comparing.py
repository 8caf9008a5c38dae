"""Hold a model against the same model refactored."""

import torch
from torch import nn

from proof.building import Built, same, training_step
from proof.refactor.edits import TWINS

DROPOUT = tuple(getattr(nn, name) for name in TWINS.values())


def assert_same_model(before: Built, after: Built) -> None:
    """Fail unless two models hold the same weights and compute the same in training, to the last bit."""
    ours, theirs = before.model.state_dict(), after.model.state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    after.model.load_state_dict(ours)
    outputs, gradients, state = training_step(before)
    new_outputs, new_gradients, new_state = training_step(after)
    assert same(outputs, new_outputs)
    assert len(gradients) == len(new_gradients)
    assert all(map(torch.equal, gradients, new_gradients))
    assert torch.equal(state, new_state)


def gained(before: nn.Module, after: nn.Module) -> dict[str, nn.Module]:
    """The modules that a model gained, by name. They are dropout, and none went or changed its type."""
    old, new = dict(before.named_modules()), dict(after.named_modules())
    assert all(type(new[name]).__name__ == type(module).__name__ for name, module in old.items())
    added = {name: module for name, module in new.items() if name not in old}
    assert all(isinstance(module, DROPOUT) for module in added.values())
    return added


def assert_called(model: Built, modules: dict[str, nn.Module]) -> None:
    """Fail unless each of these modules of a model is called in training."""
    called: set[nn.Module] = set()
    hooks = [module.register_forward_hook(lambda module, *_: called.add(module)) for module in modules.values()]
    model.model.train()
    model.call()
    for hook in hooks:
        hook.remove()
    assert [name for name, module in modules.items() if module not in called] == []
