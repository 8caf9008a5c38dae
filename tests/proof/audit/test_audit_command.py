"""``dropcheck audit``: what it prints, its exit codes, and one line for whatever goes wrong."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from dropcheck.__main__ import main
from proof.audit.nets import NETS, library

pytestmark = pytest.mark.proof

FACTORIES = """\
import socket
import sys

import torch
from torch import nn

from nets import *

NUMBER = 3
BUILT = Right()


def right(): print("printed"); return Right(), torch.ones(4, 8)
def by_name(): return Functional(), {"x": torch.ones(4, 8)}
def needs(size, *, depth, rate=1): return Right()
def fails(): raise ValueError("no\\nlayers")
def exits(): sys.exit(3)
def quiet(): raise RuntimeError
def cuda(): raise AssertionError("Torch not compiled with CUDA enabled")
def no_driver(): raise RuntimeError("Found no NVIDIA driver on your system. Please check")
def checkpoint(): raise RuntimeError("Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False.")
def mps(): return Right().to("vulkan")
def npu(): return Right().to("npu")
def download(): return socket.create_connection(("example.com", 80))
def swallowed():
    try:
        socket.create_connection(("example.com", 80))
    except OSError as error:
        raise KeyError("weights") from error
def number(): return 3
def wrong_name(): return Right(), {"y": 1}
def wrong_shape(): return Right(), torch.ones(4, 9)
def later():
    import later_module
    return later_module.Right(), torch.ones(4, 8)
def failing(): return Failing(), torch.ones(1)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "nets.py").write_bytes(NETS.read_bytes())
    (tmp_path / "made.py").write_text(FACTORIES, encoding="utf-8")
    (tmp_path / "later_module.py").write_text("from nets import Right\n", encoding="utf-8")
    (tmp_path / "broken.py").write_text("import torch\nimport not_there\n", encoding="utf-8")
    (tmp_path / "raises.py").write_text("x = 1\nprint(x / 0)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("made", "nets", "broken", "raises"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def audit(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["audit", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_right_model_is_exit_code_zero(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = list(sys.path)
    code, out, err = audit(capsys, "--yes", "made:right")
    assert (code, err) == (0, "printed\n")
    assert out.startswith("Right in evaluation mode: no random operation was active\n")
    assert sys.path == path
    assert "HF_HUB_OFFLINE" not in os.environ


def test_a_random_model_is_exit_code_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = audit(capsys, "--yes", "made:by_name")
    assert code == 1
    assert "  nets.py:35:16: dropout p=0.5 in Functional\n      return F.dropout(x, 0.5)\n" in out


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("made:Functional", ["--input", "4x8"]),
        ("made:Functional", ["--input", "4x8:float64"]),
        ("made:Functional", ["--input", "x=4x8"]),
        ("nets:Functional", ["--input", "x=4x8:float"]),
    ],
)
def test_inputs_can_be_described(target: str, options: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = audit(capsys, "--yes", *options, target)
    assert (code, err) == (1, "")


def test_a_model_may_bring_its_inputs_and_be_made_already(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(capsys, "--yes", "nets:WithExample")[0] == 0
    assert audit(capsys, "--yes", "--input", "4x8", "made:BUILT")[0] == 0


def test_a_factory_may_import_later(folder: Path) -> None:
    """As the installed script does it, which has no entry for the current folder in its path."""
    code = "import sys; sys.path[:] = [each for each in sys.path if each]; from dropcheck.__main__ import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "audit", "--yes", "made:later"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_json_goes_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = audit(capsys, "--yes", "--output-format", "json", "--output-file", "out/audit.json", "made:by_name")
    assert (code, out) == (1, "")
    data = json.loads((folder / "out/audit.json").read_text(encoding="utf-8"))
    assert data["operations"][0]["fails"] is True


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("made", "made: name the function that makes the model as package.module:factory"),
        ("made.py:right", "made.py:right: name the module, not its file: made:right"),
        ("ma de:right", "ma de:right: is no package.module:factory"),
        ("nowhere:right", "no module named nowhere: it is neither in the current folder nor installed"),
        ("made:rihgt", "made has no rihgt; did you mean right?"),
        ("broken:x", "importing broken failed: ModuleNotFoundError: No module named 'not_there' (broken.py:2)"),
        ("raises:x", "importing raises failed: ZeroDivisionError: division by zero (raises.py:2)"),
        ("made:NUMBER", "made:NUMBER is a int, not a function that returns a model"),
        (
            "made:needs",
            "made:needs needs arguments (size, depth), and an audit has none to give: name a function without parameters "
            "that returns the model",
        ),
        ("made:fails", "made:fails failed: ValueError: no layers (made.py:16)"),
        ("made:exits", "made:exits failed: SystemExit: 3 (made.py:17)"),
        ("made:quiet", "made:quiet failed: RuntimeError: no message (made.py:18)"),
        ("made:number", "made:number returned a int: it must return a torch.nn.Module, or (model, inputs)"),
        (
            "made:Right",
            "Right.forward cannot be called with these inputs (missing a required argument: 'x'): let the factory return "
            "(model, inputs), or describe them, such as --input 2x16:float",
        ),
        (
            "made:wrong_name",
            "Right.forward cannot be called with these inputs (missing a required argument: 'x'): let the factory return "
            "(model, inputs), or describe them, such as --input 2x16:float",
        ),
        ("made:failing", "Failing failed in evaluation mode: ValueError: no such layer (nets.py:"),
        ("made:wrong_shape", "Right failed in evaluation mode: RuntimeError: mat1 and mat2 shapes"),
        ("made:NoForward", "NoForward failed in evaluation mode: NotImplementedError: "),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(
    target: str, message: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = audit(capsys, "--yes", target)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("factory", "device"), [("cuda", "cuda"), ("no_driver", "cuda"), ("checkpoint", "cuda"), ("mps", "vulkan"), ("npu", "npu")]
)
def test_missing_device_is_named(factory: str, device: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = audit(capsys, "--yes", f"made:{factory}")
    what = f"this machine has no such device ({device}); let the factory build the model on the CPU"
    assert code == 2
    assert err.startswith(f"error: made:{factory} failed: {what} (made.py:")


@pytest.mark.parametrize("factory", ["download", "swallowed"])
def test_downloads_are_refused(factory: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = audit(capsys, "--yes", f"made:{factory}")
    assert code == 2
    assert "there is no network during an audit (it wanted example.com); build the model from a configuration" in err


def test_hugging_face_is_offline(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    library("transformers")
    text = "from transformers import AutoModel\n\n\ndef hub():\n    return AutoModel.from_pretrained('nobody/nothing')\n"
    (folder / "hub.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "dropcheck", "audit", "--yes", "hub:hub"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no network during an audit" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_the_network_is_back_afterwards(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import socket  # noqa: PLC0415

    audit(capsys, "--yes", "made:download")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    from dropcheck.live.network import offline  # noqa: PLC0415

    with offline(), socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass


@pytest.mark.parametrize("spec", ["4x", "x=", "4x8:number", "4x8:float:int", "axb"])
def test_wrong_shapes_are_told(spec: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = audit(capsys, "--yes", "--input", spec, "nets:Functional")
    assert code == 2
    assert err.startswith(f"error: --input {spec}: is no shape and type; write it as --input 2x16")


def test_inputs_twice_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = audit(capsys, "--yes", "--input", "4x8", "made:right")
    assert (code, "leave one of the two away" in err) == (2, True)


def on_terminal(folder: Path, answer: bytes) -> tuple[int, str]:
    """Run the command on a terminal and answer its question."""
    control, terminal = pty.openpty()
    command = [sys.executable, "-m", "dropcheck", "audit", "made:right"]
    process = subprocess.Popen(command, cwd=folder, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    os.write(control, answer)
    shown = b""
    while True:
        try:
            part = os.read(control, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(control)
    return process.wait(), shown.decode()


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [(b"y\n", 0, "no random operation was active"), (b"\n", 2, "nothing was run"), (b"n\n", 2, "nothing was run")],
)
def test_a_terminal_is_asked(folder: Path, answer: bytes, code: int, text: str) -> None:
    done, shown = on_terminal(folder, answer)
    assert done == code
    assert "Unlike all other commands, audit runs your code: it imports made and calls right()." in shown
    assert text in shown
    assert ("printed" in shown) is (code == 0)
