"""The rows of CVPR 2015, table 1: counted from the graphs, and timed by benchmarks.speed."""

import csv
import io

import pytest

from reproduce import nets, papers
from reproduce.errors import DataError
from reproduce.papers.facts import fact
from reproduce.papers.views import views
from weights_convert import load_net
from weights_convert.coordinates import receptive_field
from weights_convert.graph import read_graph
from weights_convert.spec import Spec
from weights_convert.trunks import googlenet

NETS = {"FCN-AlexNet": "voc-fcn-alexnet", "FCN-VGG16": "voc-fcn32s"}
NETS |= {"FCN-GoogLeNet": "voc-fcn-googlenet"}
ROW = {
    **{"net": "voc-fcn32s", "size": "500x500", "batch": "1", "device": "cpu", "threads": "2"},
    **{"protocol": "forward", "runner": "ours", "mode": "exact", "runs": "20", "median": "1.4304"},
    **{"unit": "s", "cpu": "A processor", "cores": "2"},
}


def speed(folder, *changes):
    """Writes a speed.csv whose rows are ROW with these changes."""
    rows = [ROW | change for change in changes]
    with (folder / "speed.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def table(folder, name="cvpr2015-table1"):
    texts = views(papers.load(name), folder)
    return {row["row"]: row for row in csv.DictReader(io.StringIO(texts["csv"]))}, texts["md"]


@pytest.mark.parametrize("name", ["cvpr2015-table1", "pami2016-table1"])
@pytest.mark.parametrize("title", NETS)
def test_counted_from_the_graph_and_equal_to_the_published(tmp_path, name, title):
    row = table(tmp_path, name)[0][title]
    for column in ("conv. layers", "rf size", "max stride"):
        assert row[f"{column} ours"] == row[f"{column} published"].rstrip("†"), column
    millions = round(int(row["parameters ours"].replace(",", "")) / 1e6)
    assert f"{millions}M" == row["parameters published"].rstrip("†")


def test_receptive_field_of_googlenet_by_its_own_layers():
    """That of the classifier, with BVLC's pool5/7x7_s1; our net, as the paper says, has none."""
    spec = Spec("classifier")
    spec.input("data", (1, 3, 224, 224))
    *_, blob = googlenet.trunk(spec, "data")
    graph = read_graph(spec.message)
    assert receptive_field(graph, blob).size == (715, 715)
    spec.pooling("pool5/7x7_s1", blob, 7, 1)
    assert receptive_field(read_graph(spec.message), "pool5/7x7_s1").size == (907, 907)
    assert fact("voc-fcn-googlenet", "rf size") == 907


def test_parameters_are_those_of_the_module():
    """Of FCN-AlexNet, by hand: five convolutions (two of them grouped), fc6, fc7 and the score."""
    by_hand = 96 * (3 * 121 + 1) + 256 * (48 * 25 + 1) + 384 * (256 * 9 + 1) + 384 * (192 * 9 + 1)
    by_hand += 256 * (192 * 9 + 1) + 4096 * (256 * 36 + 1) + 4096 * 4097 + 21 * 4097
    assert fact("voc-fcn-alexnet", "parameters") == by_hand == 56_954_261
    kernel = 21 * 21 * 63 * 63  # the fixed bilinear kernel, stored whole
    net = load_net(nets.load("voc-fcn-alexnet").prototxt(), None)
    assert sum(p.numel() for p in net.parameters()) - by_hand == kernel


def test_time_stands_beside_the_published_without_a_verdict(tmp_path):
    speed(tmp_path, {})
    rows, page = table(tmp_path)
    row = rows["FCN-VGG16"]
    assert (row["forward time published"], row["forward time ours"]) == ("210 ms", "1,430 ms")
    assert row["verdict"].startswith("reproduced (4 of 5 figures); not run: weights trained")
    assert "timing" not in row["verdict"]
    assert "on other hardware (A processor, 2 threads), so there is no verdict" in page
    assert "forward time of voc-fcn32s (FCN-VGG16): ours 1,430 ms, the median of 20" in page
    other = rows["FCN-AlexNet"]
    assert other["forward time ours"] == "-"
    assert other["verdict"].endswith("timing: python -m benchmarks.speed")


def test_fastest_machine_is_in_the_table_and_every_machine_in_the_notes(tmp_path):
    gpu = {"device": "cuda:0", "gpu": "A card", "median": "0.00214"}
    speed(tmp_path, {"gpu": ""}, gpu)
    rows, page = table(tmp_path)
    assert rows["FCN-VGG16"]["forward time ours"] == "2.1 ms"
    assert "ours 2.1 ms" in page and "(A card)" in page and "(A processor, 2 threads)" in page


@pytest.mark.parametrize(
    "change",
    [
        *({"net": "voc-fcn8s"}, {"size": "375x500"}, {"batch": "8"}, {"protocol": "end-to-end"}),
        *({"runner": "plain"}, {"mode": "bf16"}, {"unit": "images/s"}, {"median": ""}),
    ],
)
def test_another_measurement_is_not_the_papers(tmp_path, change):
    speed(tmp_path, change)
    assert table(tmp_path)[0]["FCN-VGG16"]["forward time ours"] == "-"


def test_broken_speed_csv(tmp_path):
    (tmp_path / "speed.csv").write_text("net,median\nvoc-fcn32s,1.0\n")
    with pytest.raises(DataError, match=r"speed.csv: lacks the columns batch, cores.*run it again"):
        table(tmp_path)
    speed(tmp_path, {"median": "fast"})
    with pytest.raises(DataError, match=r"speed.csv: voc-fcn32s: median 'fast' is no time"):
        table(tmp_path)
