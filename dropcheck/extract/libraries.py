"""Which names surely belong to a library, so that what they do is not for the project to say."""

from __future__ import annotations

from dropcheck.worlds import Defined, Imported, Value

#: Libraries whose functions are not the project's: calls of them are of no interest unless they are in the catalogue.
LIBRARIES = frozenset(
    "torch numpy math os sys re typing typing_extensions functools itertools collections contextlib logging warnings"  # noqa: SIM905
    " builtins json copy random time einops scipy torchvision torchaudio dataclasses abc inspect string pathlib enum"
    " types operator tqdm pickle io shutil subprocess argparse yaml pandas matplotlib PIL cv2 sklearn tensorflow jax"
    " keras flax chainer paddle mxnet pytest unittest hydra omegaconf absl triton deepspeed apex".split()
)


def is_of_project(value: Value) -> bool:
    """Whether a value may be a class or function of the project."""
    return isinstance(value, Defined) or (isinstance(value, Imported) and value.path.partition(".")[0] not in LIBRARIES)


def makes_object(callee: Value) -> bool:
    """Whether a call may make an instance of a class of the project, by how that is named."""
    name = callee.name if isinstance(callee, Defined) else callee.path if isinstance(callee, Imported) else ""
    return is_of_project(callee) and name.rpartition(".")[2].lstrip("_")[:1].isupper()
