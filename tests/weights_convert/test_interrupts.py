"""Ctrl-C before a command's main begins: no traceback, and no change for other programs."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOW = "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"


@pytest.fixture
def slow_torch(tmp_path):
    """A folder with a torch whose import says that it began, and takes long."""
    (tmp_path / "torch.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    return tmp_path


def started(words, first=""):
    path = os.pathsep.join(filter(None, [str(first), str(ROOT)]))
    return subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    "words",
    [
        ["-m", "reproduce.predict", "photo.jpg"],
        ["-u", "-m", "reproduce.table", "voc2011"],
        ["-m", "weights_convert", "convert", "a", "b", "-o", "c.pt"],
        ["-c", "import sys; sys.argv = ['/bin/fcn-table']; import reproduce.table"],
    ],
)
def test_an_interrupted_import_ends_without_a_word(slow_torch, words):
    process = started(words, slow_torch)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == -signal.SIGINT


def handled(code):
    out, err = started(["-c", f"import signal, sys; {code}; {NOW}"]).communicate(timeout=60)
    assert err in ("", "error: gone: holds no results, write some with python -m reproduce.table\n")
    return out


def test_programs_that_import_the_packages_keep_their_interrupt():
    assert handled("import reproduce, weights_convert.__main__") == "True\n"
    assert handled("sys.argv = ['-m']; import reproduce") == "True\n"


def test_a_script_with_such_an_option_of_its_own_is_no_command(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(f"import signal\nimport reproduce\n{NOW}\n")
    words = [str(script), "-m", "reproduce.table"]
    assert started(words).communicate(timeout=60) == ("True\n", "")


def test_main_has_keyboard_interrupt_again():
    begun = "sys.argv = ['fcn-check']; import reproduce"
    assert handled(begun) == "False\n"
    assert handled(f"{begun}.check; reproduce.check.main(['gone'])") == "True\n"


def test_an_ignored_interrupt_stays_ignored():
    """As of a command that nohup or a shell put into the background."""
    ignored = "signal.signal(signal.SIGINT, signal.SIG_IGN); sys.argv = ['fcn-check']"
    code = f"{ignored}; import reproduce; print(signal.getsignal(signal.SIGINT).name)"
    assert handled(code).splitlines()[0] == "SIG_IGN"
