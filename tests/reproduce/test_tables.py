"""Every file of nets/ and tables/ says what it must, and published figures are what was printed."""

import pytest

from reproduce import nets, sample, tables
from reproduce.cells import lines
from reproduce.datasets import open_dataset
from reproduce.errors import DataError
from reproduce.results import Results


@pytest.mark.parametrize("name", tables.names())
def test_table_file(name):
    table = tables.load(name)
    assert set(table.nets) <= set(nets.names())
    assert set(table.published) <= set(table.nets)
    for by_source in table.published.values():
        assert set(by_source) <= set(table.sources)
    assert all(
        source.text and isinstance(source.verified, bool) for source in table.sources.values()
    )
    assert set(table.expect) <= set(table.sources)


def test_every_released_voc_net_is_in_a_table():
    released = {net for net in nets.names() if net.startswith("voc-") and nets.load(net).weights}
    assert released == {net for name in tables.names() for net in tables.load(name).nets}


def test_caffes_re_evaluation_is_what_ours_is_compared_with():
    table = tables.load("voc2011")
    assert table.expected("voc-fcn8s", "mean_iu") == "65.5126"
    assert table.expected("voc-fcn-alexnet", "mean_iu") == "48.0"
    assert table.expected("voc-fcn-alexnet", "pixel_acc") is None


def test_figures_from_memory_are_marked():
    row = {"net": "voc-fcn8s", "status": "missing", "reasons": ["-"]}
    found = lines(Results("voc2011", "seg11valid", rows={"voc-fcn8s": row}))
    mean_iu = next(line for line in found if line["metric"] == "mean IU")
    assert mean_iu["PAMI 2016"] == "65.5†"
    assert mean_iu["CVPR 2015"] == "62.7"
    assert mean_iu["verdict"] == "not run"


def test_rounded_re_evaluation_is_the_release_readme():
    table = tables.load("voc2011")
    for net in table.nets:
        four, one = table.figure(net, "caffe", "mean_iu"), table.figure(net, "readme", "mean_iu")
        assert four is None or f"{float(four):.1f}" == one


def test_sample_table_expects_caffes_scores():
    table = tables.for_sample(tables.load("voc2011"))
    assert table.nets == tuple(sample.nets())
    assert table.expected("voc-fcn8s", "mean_iu") == "89.7979"
    assert table.within == 0.001


@pytest.mark.parametrize("load, name", [(nets.load, "voc-fcn4s"), (tables.load, "voc2007")])
def test_unknown_name_lists_the_known(load, name):
    with pytest.raises(DataError, match=f"{name}.*unknown, expected one of .*voc"):
        load(name)


def test_tables_name_data_sets_that_exist():
    for name in tables.names():
        with pytest.raises(DataError, match=r"VOC20\d\d"):  # known, and not there
            open_dataset(tables.load(name).dataset, "nowhere", offline=True)


def test_same_split_from_the_other_devkit_has_the_same_figures():
    ours, other = tables.load("voc2011"), tables.load("voc2011-devkit2012")
    assert (other.dataset, other.published, other.sources) == (
        "voc2012",
        ours.published,
        ours.sources,
    )
