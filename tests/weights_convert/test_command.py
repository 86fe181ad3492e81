"""What a user can cause is one line on stderr and an exit status."""

import os
import subprocess
import sys
import warnings

import pytest

from weights_convert.command import BROKEN, DONE, INTERRUPTED, guarded


def run(body):
    return guarded(ValueError, interrupted="stopped")(lambda arguments: body())()


def fails(error):
    raise error


def buffered():
    """The environment of a command whose last lines are written as it ends."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}


def test_status_and_words_of_each_end(capsys):
    assert run(lambda: 1) == 1
    assert run(lambda: fails(ValueError("net: two\n  lines"))) == BROKEN
    assert run(lambda: fails(KeyboardInterrupt())) == INTERRUPTED
    assert capsys.readouterr().err == "error: net: two lines\nstopped\n"


def test_what_no_user_can_cause_keeps_its_traceback():
    with pytest.raises(KeyError):
        run(lambda: fails(KeyError("ours")))


def test_warnings_are_one_line_without_code(capsys):
    def warned():
        warnings.warn("crops:\n aligned", stacklevel=1)
        return DONE

    assert run(warned) == DONE
    assert capsys.readouterr().err == "warning: crops: aligned\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As `| head` does, and here before the first line is written."""
    (tmp_path / "w.caffemodel").write_bytes(b"")
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "weights_convert", "inspect", str(tmp_path / "w.caffemodel")]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, env=buffered())
    os.close(write)
    assert (done.returncode, done.stderr) == (DONE, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")  # noqa: PTH110
def test_a_full_disk_behind_standard_output(tmp_path):
    """`>file` of a shell, when there is no room: told on one line, and once."""
    (tmp_path / "w.caffemodel").write_bytes(b"")
    command = [sys.executable, "-m", "weights_convert", "inspect", str(tmp_path / "w.caffemodel")]
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=buffered()
        )
    told = "error: standard output: No space left on device, expected room for it\n"
    assert (done.returncode, done.stderr) == (BROKEN, told)
