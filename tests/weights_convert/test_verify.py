"""`verify` against real Caffe's blobs, and against a net in which one array is another."""

import golden
import numpy as np
import pytest
from golden import GOLDEN

from weights_convert import read_caffemodel, write_caffemodel
from weights_convert.__main__ import main
from weights_convert.differences import largest

FCN8S = GOLDEN / "nets" / "voc-fcn8s"
WEIGHTS = FCN8S / "weights.caffemodel.gz"
GIVEN = ("--inputs", FCN8S / "input_tiny.npz")
EXPECTED = ("--expected", FCN8S / "output_tiny.npz")


def verify(*options, weights=WEIGHTS):
    return main(["verify", *map(str, (FCN8S / "net.prototxt", weights, *options))])


@pytest.fixture
def saved(tmp_path):
    """A function that saves arrays as an .npz and gives its path."""

    def save(**arrays):
        np.savez(tmp_path / "arrays.npz", **arrays)
        return tmp_path / "arrays.npz"

    return save


@pytest.mark.parametrize("size, blobs", [("", 32), ("_tiny", 17)])
def test_caffes_blobs_are_met(capsys, size, blobs):
    files = ("--inputs", FCN8S / f"input{size}.npz", "--expected", FCN8S / f"output{size}.npz")
    assert verify(*files) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"first differing blob: none; all {blobs} are within 5e-05 of their")


def test_the_first_blob_that_differs_is_named(capsys, tmp_path):
    params = read_caffemodel(WEIGHTS)
    params["score_pool4"][1][7] += 1
    write_caffemodel(tmp_path / "w.caffemodel", params)
    assert verify(*GIVEN, *EXPECTED, weights=tmp_path / "w.caffemodel") == 1
    out = capsys.readouterr().out
    with np.load(FCN8S / "output_tiny.npz") as expected:
        error = 1 / expected["score_pool4"].std()
        names = list(expected)
    after = set(
        ["score_pool4", "score_pool4c", "fuse_pool4", "upscore_pool4", "fuse_pool3", "score"]
    )
    assert out.startswith(f"first differing blob: 'score_pool4', by {error:.1e} of its standard ")
    assert "at (0, 7, " in out and out.endswith("; 6 of 17 blobs differ\n")
    assert after <= set(names) and len(names) == 17


def test_a_partial_file_must_be_asked_for(capsys, tmp_path):
    params = read_caffemodel(WEIGHTS)
    del params["score_pool4"]
    write_caffemodel(tmp_path / "w.caffemodel", params)
    assert verify(*GIVEN, *EXPECTED, weights=tmp_path / "w.caffemodel") == 2
    assert "lacks parameters of score_pool4" in capsys.readouterr().err
    assert verify(*GIVEN, *EXPECTED, "--partial", weights=tmp_path / "w.caffemodel") == 1
    assert "first differing blob: 'score_pool4'" in capsys.readouterr().out


def test_a_loss_is_met_where_losses_stay(capsys):
    folder = GOLDEN / "layers" / "conv_lr_mult_zero"
    files = [folder / "net.prototxt", golden.weights(folder)]
    files += ["--inputs", folder / "input.npz", "--expected", folder / "output.npz"]
    assert main(["verify", *map(str, files)]) == 2
    assert "inputs ['t', 'x'] given, the net takes ['x']" in capsys.readouterr().err
    assert main(["verify", *map(str, files), "--losses"]) == 0
    assert "first differing blob: none" in capsys.readouterr().out


def test_within_is_the_tolerance(capsys):
    assert verify(*GIVEN, *EXPECTED, "--within", "1e-12") == 1
    assert verify(*GIVEN, *EXPECTED, "--within", "nan") == 1
    assert verify(*GIVEN, *EXPECTED, "--within", "0.1") == 0


def test_errors_are_in_standard_deviations():
    blob = np.array([[0, 2], [0, 2]], np.float32)  # of standard deviation 1
    assert largest("b", blob + np.float32([[0, 0], [0.25, 0]]), blob)[1:4] == (0.25, (1, 0), 0.25)
    assert largest("loss", np.float32(3.0), np.float32(2.0)).error == 0.5
    assert largest("zeros", np.full(3, 2e-6, np.float32), np.zeros(3)).error == pytest.approx(2)


def test_what_is_not_finite_equals_itself_alone():
    odd = np.array([np.nan, np.inf, -np.inf, 1, 2], np.float32)
    assert largest("b", odd, odd).error == 0
    for other in (np.nan, np.inf):
        assert largest("b", np.float32([1, other]), np.float32([1, 2])).error == np.inf
        assert largest("b", np.float32([1, 2]), np.float32([1, other])).error == np.inf


def test_a_blob_of_nan_differs(capsys, saved):
    with np.load(FCN8S / "output_tiny.npz") as file:
        score = file["score"].copy()
    score[0, 3, 1, 2] = np.nan
    assert verify(*GIVEN, "--expected", saved(score=score)) == 1
    assert "'score', by inf of its standard deviation at (0, 3, 1, 2)" in capsys.readouterr().out


def test_gradients_and_parameters_are_no_blobs(capsys, saved):
    with np.load(FCN8S / "output_tiny.npz") as file:
        arrays = {"score": file["score"], "grad:score:0": np.ones(1), "param:a:0": np.ones(1)}
    assert verify(*GIVEN, "--expected", saved(**arrays)) == 0
    assert "all 1 are within" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arrays, error",
    [
        ({"score": np.ones((1, 2))}, r"blob 'score': has shape (1, 21, "),
        ({"scores": np.ones((1, 2))}, "no blob ['scores']; the net has ['conv1_1'"),
        ({"grad:score": np.ones(1)}, "arrays.npz: holds no blob, expected an .npz with an array"),
        ({"score": np.array([{}])}, "arrays.npz: not an .npz with an array for each blob: Object"),
        ({"score": np.array(["a"])}, "arrays.npz: not an .npz with an array for each blob: could"),
    ],
)
def test_refuses_what_cannot_be_compared(capsys, saved, arrays, error):
    assert verify(*GIVEN, "--expected", saved(**arrays)) == 2
    out, err = capsys.readouterr()
    assert not out and err.startswith("error: ") and error in err and err.count("\n") == 1


@pytest.mark.parametrize(
    "content, error",
    [
        (b"text", "f.npz: not an .npz with an array for each blob"),
        (b"PK\x03\x04 cut short", "f.npz: not an .npz with an array for each blob"),
        (None, "f.npz: cannot be read: No such file or directory"),
    ],
)
def test_refuses_other_files(capsys, tmp_path, content, error):
    if content is not None:
        (tmp_path / "f.npz").write_bytes(content)
    assert verify(*EXPECTED, "--inputs", tmp_path / "f.npz") == 2
    assert error in capsys.readouterr().err
    np.save(tmp_path / "one.npy", np.ones(3))
    assert verify(*EXPECTED, "--inputs", tmp_path / "one.npy") == 2
    assert "one.npy: not an .npz" in capsys.readouterr().err


def test_inputs_are_those_of_the_net(capsys, saved):
    assert verify("--inputs", saved(image=np.ones((1, 3, 9, 9))), *EXPECTED) == 2
    assert "error: inputs ['image'] given, the net takes ['data']" in capsys.readouterr().err
