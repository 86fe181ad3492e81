"""`python -m reproduce.predict photo.jpg --net voc-fcn8s`: one's own images, labelled.

OUT/<image>.png           the labels, mode P, in the colours of the net's data set
OUT/<image>-overlay.png   the colours upon the image, and a legend
OUT/<image>.npz           with --scores: head -> float32 (C, H, W)
Nets of several heads put the head's name behind the image's: <image>-sem.png.
How images of other kinds than 8-bit RGB are read is said in predicting/pictures.py.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from tqdm import tqdm

from weights_convert import ConvertError
from weights_convert.command import guarded
from weights_convert.fast import fold

from . import atomic, devices, downloads, nets, sample, weights
from .command import BROKEN, DONE, OUT_OF_TOLERANCE, complain
from .datasets import open_dataset
from .errors import DataError, MissingError
from .nets import NetSpec
from .predicting import inputs, terminal
from .predicting.drawing import label_png
from .predicting.given import STREAM, Given, named
from .predicting.labeller import Labeller
from .predicting.pictures import Picture
from .predicting.result import Result, names
from .predicting.tasks import dataset_of, tasks_of
from .weights import Weights

EXAMPLES = """examples:
  python -m reproduce.predict --sample --show              offline, on a bundled drawing
  python -m reproduce.predict photo.jpg                    fetches the released weights
  python -m reproduce.predict photos/ 'more/*.png' --json --device cuda
  python -m reproduce.predict - --out - <photo.jpg >labels.png
  python -m reproduce.predict room.png --net nyud-fcn32s-color-hha --depth depth.png
exit status: 0 done; 1 labels of the sample differ from Caffe's; 2 wrong call, or something needed
is missing or broken (the other images are still labelled)"""
# Of the labels; where two scores are equal but for rounding, processors differ in a few.
CAFFE_SHARE = 0.99999
NARROW = "bundled narrow weights, made for the drawings of the sample: of no use for photographs"

command = guarded(DataError, ConvertError, interrupted="interrupted; what was told is written")


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.predict."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.predict",
        description="Label images with a net: PNG in the data set's colours, overlay, shares.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("images", nargs="*", metavar="IMAGE", help="files, folders, 'patterns*', - for stdin")
    add("--net", default="voc-fcn8s", help="default: voc-fcn8s; an unknown name lists all")
    add("--sample", action="store_true", help="a bundled net, by default on a bundled image")
    add("--depth", type=Path, metavar="FILE", help="16-bit PNG, mm (or a folder of such)")
    add("--hha", type=Path, metavar="FILE", help="HHA image of reproduce.hha (or a folder)")
    add("--out", default="predictions", metavar="DIR", help="default: predictions; - for stdout")
    add("--scores", action="store_true", help="keep the scores too, as npz")
    add("--json", action="store_true", help="a line of JSON an image in place of the table")
    add("--show", action="store_true", help="show the overlay, in the terminal if it is one")
    where = f"caffemodels by released name, or one file; {downloads.told_default('weights')}"
    add("--weights", type=Path, metavar="DIR", help=where)
    add("--own-weights", action="store_true", help="the files in --weights are not the released")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:i")
    add("--offline", action="store_true", help="never touch the network")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    spec = nets.load(options.net)
    _check_call(options, spec)
    images = _images(options, spec)
    file, device = _weights(options, spec), devices.named(options.device)
    if options.out != STREAM:
        atomic.check_writable(options.out)
    labeller = Labeller(fold(file.net().to(device)), tasks_of(spec), device, options.scores)
    if options.sample:
        _tell(options, f"{spec.name}: {NARROW}")
    bar = tqdm(images, unit="image", leave=False, disable=None)
    found = [_labelled(options, spec, labeller, file, image) for image in bar]
    if BROKEN in found and len(found) > 1:
        broken = found.count(BROKEN)
        print(f"{broken} of {len(found)} images not done, see the errors above", file=sys.stderr)
    return max(found)


def _check_call(options: argparse.Namespace, spec: NetSpec) -> None:
    """Raises DataError for options that make no sense together."""
    if not options.images and not options.sample:
        raise DataError("no image named: expected IMAGE ..., or --sample for a bundled one")
    if options.sample and (options.weights or options.own_weights):
        raise DataError("--sample: brings its own weights, leave the other options away")
    if options.own_weights and not options.weights:
        raise DataError("--own-weights: expected --weights DIR as well")
    if options.out == STREAM and (options.json or options.scores or options.show):
        raise DataError("--out -: gives the labels alone, leave --json, --scores and --show away")
    if options.out == STREAM and len(spec.heads) > 1:
        raise DataError(
            f"--out -: {spec.name} gives {' and '.join(spec.heads)}: expected --out DIR"
        )
    if options.images:
        inputs.check_kinds(spec, options.depth, options.hha)
    elif options.depth or options.hha:
        raise DataError("--sample without IMAGE brings its own, leave --depth and --hha away")


def _images(options: argparse.Namespace, spec: NetSpec) -> list[Given]:
    """What is to be labelled.  Raises DataError for what cannot be, before anything is."""
    if not options.images:
        return [_example(spec)]
    found, told = named(options.images)
    for line in told:
        print(line, file=sys.stderr)
    if options.out == STREAM and len(found) > 1:
        raise DataError(f"--out -: {len(found)} images, expected one")
    if not any(image.name == STREAM or Path(image.name).exists() for image in found):
        raise MissingError(f"{found[0].name}: no such file, expected an image")
    inputs.check_single(found, (options.depth, options.hha))
    _check_not_overwritten(found, Path(options.out), list(spec.heads))
    return found


def _check_not_overwritten(images: list[Given], out: Path, heads: list[str]) -> None:
    own = {Path(image.name).resolve() for image in images}
    for image in images:
        for name in names(image.stem, heads):
            if (out / name).resolve() in own:
                raise DataError(f"--out {out}: {name} there is an image to read, choose another")


def _example(spec: NetSpec) -> Given:
    """The first of the sample's images of the net's data set."""
    dataset = _sample_of(spec)
    return Given(f"{dataset.name} {dataset.ids[0]}", dataset.ids[0], dataset.ids[0])


def _sample_of(spec: NetSpec):
    return open_dataset(dataset_of(spec), sample.FOLDER, offline=True, checked=False)


def _weights(options: argparse.Namespace, spec: NetSpec) -> Weights:
    if options.sample:
        return weights.bundled(spec.name)
    if options.weights and options.weights.is_file():
        path = options.weights
        return Weights(path, spec.prototxt(), downloads.digest(path, "sha256"))
    if options.own_weights:
        return weights.own(spec, options.weights)
    folder = options.weights or downloads.cache_folder() / "weights"
    try:
        return weights.released(spec, folder, offline=options.offline)
    except MissingError as error:
        raise MissingError(f"{error}; or try the command with --sample, which needs none") from None


def _labelled(
    options: argparse.Namespace, spec: NetSpec, labeller: Labeller, file: Weights, image: Given
) -> int:
    """Labels one image, writes and tells; returns the exit status."""
    try:
        result = labeller.result(image, *_read(options, spec, image))
        return _told(options, spec, file, result)
    except (DataError, ConvertError) as error:
        with tqdm.external_write_mode():
            complain(error)
        if options.json:
            tqdm.write(json.dumps({"image": image.name, "error": str(error)}, ensure_ascii=False))
        return BROKEN


def _read(options: argparse.Namespace, spec: NetSpec, image: Given) -> tuple[Picture, dict]:
    """The picture to draw upon, and the input blobs."""
    if image.id is not None:
        dataset = _sample_of(spec)
        kinds = {kind: dataset.image(image.id, kind) for kind in dataset.kinds}
        return Picture(kinds["color"]), inputs.blobs_from(spec, kinds)
    picture = image.picture()
    return picture, inputs.blobs_of(spec, image, picture.rgb, options.depth, options.hha)


def _told(options: argparse.Namespace, spec: NetSpec, file: Weights, result: Result) -> int:
    if options.out == STREAM:
        [(head, labels)] = result.labels.items()
        sys.stdout.buffer.write(label_png(labels, result.tasks[head].palette))
        tqdm.write(result.text([]), file=sys.stderr)
        return DONE
    files = result.write(Path(options.out))
    caffe = _equal_to_caffe(spec, result) if options.sample else None
    if options.json:
        more = {"net": spec.name, "weights": {"file": file.path.name, "sha256": file.sha256}}
        tqdm.write(result.line(files, more | ({"caffe_labels": caffe} if caffe else {})))
    else:
        tqdm.write(result.text(files))
    if caffe:
        equal, pixels = caffe["equal"], caffe["pixels"]
        _tell(options, f"  caffe: {equal} of {pixels} labels are those of real Caffe")
    if options.show:
        for head in result.labels:
            terminal.show(result.overlay(head))
    return DONE if not caffe or equal >= CAFFE_SHARE * pixels else OUT_OF_TOLERANCE


def _equal_to_caffe(spec: NetSpec, result: Result) -> dict[str, int] | None:
    """How many labels of an image of the sample are Caffe's; None of any other image."""
    image = result.image
    inside = Path(image.name).resolve().is_relative_to(sample.FOLDER)
    id = image.id or (image.stem.removeprefix("img_") if inside else None)
    if id is None:
        return None
    expected = {head: sample.caffe_labels(spec.name, head, id) for head in result.labels}
    equal = sum(int(np.equal(result.labels[head], expected[head]).sum()) for head in expected)
    return {"equal": equal, "pixels": sum(labels.size for labels in expected.values())}


def _tell(options: argparse.Namespace, line: str) -> None:
    """Prints what belongs to a reader's table, on stderr where stdout is for programs."""
    tqdm.write(line, file=sys.stderr if options.json or options.out == STREAM else sys.stdout)


if __name__ == "__main__":
    raise SystemExit(main())
