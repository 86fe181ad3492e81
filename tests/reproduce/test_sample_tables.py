"""Every table on the bundled sample: the counts are real Caffe's, and nothing differs."""

import pytest

from reproduce import results, sample, scorings, table, tables

OTHERS = {  # table -> row -> head -> labelled or not, the pixels that Caffe labelled
    "nyudv2": {"nyud-fcn32s-color-hha": 146746},
    "siftflow": {"siftflow-fcn8s": 393216},
    "pascalcontext": {"pascalcontext-fcn8s": 201894},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    words = [*OTHERS, "masking", "upper-bounds", "--sample", "--out", str(folder)]
    assert table.main(words) == 0
    return folder


@pytest.mark.parametrize("name", OTHERS)
def test_counts_are_caffes(folder, name):
    rows = results.read(folder / f"{name}-sample.json").rows
    assert {net: row["caffe_labels"]["pixels"] for net, row in rows.items()} == OTHERS[name]
    for net, row in rows.items():
        assert row["caffe_labels"]["equal"] >= OTHERS[name][net] - 2
        for head in row["counts"]:
            moved = abs(scorings.counts_of(row, head) - sample.caffe_counts(net, head)).sum() // 2
            assert moved <= 2


def test_masking_changes_what_the_net_sees_and_not_the_truth(folder):
    rows = results.read(folder / "masking-sample.json").rows
    counts = {name: scorings.counts_of(row) for name, row in rows.items()}
    assert (counts["reference"] == sample.caffe_counts("voc-fcn32s")).all()
    for masked in ("reference-fg", "reference-bg"):
        assert (counts[masked].sum(1) == counts["reference"].sum(1)).all()
        assert (counts[masked] != counts["reference"]).any()


def test_upper_bounds_rise_as_the_factor_falls(folder):
    row = results.read(folder / "upper-bounds-sample.json").rows["caffe-bilinear"]
    scored = tables.load("upper-bounds").scorings
    bounds = [scoring.of(row).mean_iu for scoring in scored.values()]
    assert bounds == sorted(bounds) and bounds[-1] > 0.9
