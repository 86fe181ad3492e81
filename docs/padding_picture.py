"""Where the blobs of FCN-8s lie on the image: `python docs/padding_picture.py [OUT.png]`.

Sizes are those of the net's own blobs, places those of weights_convert.coordinates, so that picture
and table are what the layers say.  The same matplotlib gives the same bytes.

Source  padding.md explains it; figure 3 of CVPR 2015 has the nets
"""

import sys
from fractions import Fraction
from functools import cache
from pathlib import Path

from weights_convert.coordinates import Coordinates
from weights_convert.fcn import Fcn
from weights_convert.geometry import Map
from weights_convert.graph import read_graph
from weights_convert.net import CaffeNet

SIDE = 500
SKIPS = {"voc-fcn32s": (), "voc-fcn16s": ("pool4",), "voc-fcn8s": ("pool4", "pool3")}
# of FCN-8s, from the image to the score
ROWS = (
    *("data", "conv1_1", "pool1", "pool2", "pool3", "pool4", "pool5", "score_fr", "upscore2"),
    *("score_pool4", "fuse_pool4", "upscore_pool4", "score_pool3", "fuse_pool3", "upscore8"),
    "score",
)
TOPS = ("upscore", "upscore16", "upscore8")  # the last upsampling of each net of SKIPS
TABLE = ("conv1_1", "pool1", "pool2", "pool3", "pool4", "pool5", "score_fr")
SIDES = (1, 32, 128, 375, 500, 1000)
NOTES = {
    "score_pool4": "cut at 5 to upscore2",
    "score_pool3": "cut at 9 to upscore_pool4",
    "upscore8": "cut at 31 to the image",
}
INK, IMAGE, BORDER = "#1f3040", "#7da7c4", "#e3e8ec"


def blobs(net: str, side: int) -> dict[str, tuple[int, Map]]:
    """Blob -> its size along one axis, and its place on an image of `side` x `side`, in pixels."""
    graph = read_graph(Fcn(21, skips=SKIPS[net], narrow=64, fc=1).deploy(net, (side, side)))
    places = Coordinates.of(graph).places
    shapes = {"data": (1, 3, side, side)}
    for layer, module in CaffeNet(graph).steps():
        tops = module.reshape([shapes[blob] for blob in layer.bottoms])
        shapes.update(zip(layer.tops, tops, strict=True))
    return {blob: (shape[-1], places[blob]["data"].width) for blob, shape in shapes.items()}


@cache
def table() -> str:
    """The sizes, in pixels along one side, that padding.md shows."""
    rows = []
    for side in SIDES:
        nets = {net: blobs(net, side) for net in SKIPS}
        shared = nets["voc-fcn32s"]
        ends = (nets[net][top][0] for net, top in zip(SKIPS, TOPS, strict=True))
        rows.append([side, *(shared[blob][0] for blob in TABLE), *ends])
    head = ["image", *TABLE, *TOPS]
    lines = [head, ["---:"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def draw(path: Path) -> None:
    """Writes the picture.  Needs matplotlib."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9}):
        figure = Figure((10, 5.6), dpi=110, layout="constrained")
        axes = figure.add_subplot()
        found = blobs("voc-fcn8s", SIDE)
        for row, blob in enumerate(ROWS):
            _row(axes, row, blob, *found[blob])
        axes.axvspan(0, SIDE, color=IMAGE, alpha=0.25, lw=0, zorder=0)
        axes.invert_yaxis()
        axes.set_yticks([])
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.set_xlim(-330, 820)
        axes.set_xlabel("pixel of the image; the shaded part is the image, 500 pixels wide")
        axes.set_title("FCN-8s: where each blob lies on the image; right: its pixels", loc="left")
        figure.savefig(path, metadata={"Description": table()})


def _row(axes, row: int, blob: str, size: int, place: Map) -> None:
    """One blob as a bar from the edge of its first pixel to that of its last, with its pixels."""
    step, half = 1 / place.scale, Fraction(1, 2)
    left = float((-half - place.shift) * step + half)  # a Map is of centres, the axis of edges
    width = float(size * step)
    colour = IMAGE if blob in ("data", "score") else BORDER
    axes.barh(row, width, left=left, height=0.62, color=colour, edgecolor=INK, lw=0.8)
    if step >= 8:
        edges = [left + float(step) * cell for cell in range(1, size)]
        axes.vlines(edges, row - 0.31, row + 0.31, color=INK, lw=0.35)
    axes.text(-322, row, blob, va="center", color=INK)
    axes.text(812, row, f"{size}", va="center", ha="right", color=INK)
    axes.text(left + width + 8, row, NOTES.get(blob, ""), va="center", color=INK, size=8)


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("padding.png"))
