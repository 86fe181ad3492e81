"""`python -m reproduce.submit voc2012`: labels of the VOC test images, as its server takes them.

The truth of the test images is private: the server alone can score them.
"""

import argparse
import warnings
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import atomic, devices, downloads, nets, sample, submission
from .cells import UNVERIFIED
from .command import DONE, OUT_OF_TOLERANCE, command
from .datasets import Dataset, open_dataset
from .datasets.lists import check_count
from .datasets.voc import CLASSES
from .datasets.voc_devkit import SERVER, devkit_with_test
from .errors import DataError, MissingError
from .labelling import discard, label_images
from .lock import locked
from .run import Run
from .submission import COMPETITIONS, SUFFIXES, TEST_IMAGES, Layout, Size
from .weights import Weights

EXAMPLES = """examples:
  python -m reproduce.submit voc2012 --sample      offline, on bundled drawings
  python -m reproduce.submit voc2012               fetches test images and weights
  python -m reproduce.submit --check results.tgz   any archive, whoever made it
exit status: 0 the archive is made and without faults; 1 it has faults, or differs from Caffe on
the sample; 2 wrong call, or something needed is missing or broken"""
YEARS = {"voc2011": 2011, "voc2012": 2012}
# Mean IU in percent, as printed, of table 3 of CVPR 2015 and table 4 of PAMI 2016.
PUBLISHED = {
    ("voc2011", "voc-fcn8s"): ("62.7", f"67.5{UNVERIFIED}"),
    ("voc2012", "voc-fcn8s"): ("62.2", "67.2"),
}
# Of the labels; where two scores are equal but for rounding, processors differ in a few.
CAFFE_SHARE = 0.99999


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.submit."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.submit",
        description="Label the VOC test images and pack them for the PASCAL evaluation server.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("dataset", nargs="?", choices=YEARS, metavar="DATASET", help=" or ".join(YEARS))
    add("--net", default="voc-fcn8s", help="default: voc-fcn8s")
    add("--sample", action="store_true", help="the bundled data and nets: offline")
    devkit = f"the VOC devkit with the test images; {downloads.told_default('data')}"
    add("--data", type=Path, metavar="DIR", help=devkit)
    named = f"caffemodels under their released names; {downloads.told_default('weights')}"
    add("--weights", type=Path, metavar="DIR", help=named)
    add("--own-weights", action="store_true", help="the files in --weights are not the released")
    add("--split", help="another list of images than test; the server takes test alone")
    add("--limit", type=int, metavar="N", help="first N images (the server wants all)")
    competitions = f"{', '.join(map(_competition, COMPETITIONS))}; default: comp6"
    add("--competition", choices=COMPETITIONS, default="comp6", help=competitions)
    add("--device", default="auto", help="auto, cpu, cuda or cuda:i")
    add("--out", type=Path, metavar="FILE.tgz", help="default: results/DATASET-SPLIT-NET.tgz")
    add("--offline", action="store_true", help="never touch the network")
    add("--check", type=Path, metavar="ARCHIVE", help="only say what is wrong with that archive")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    _check_call(options)
    if options.check:
        return _check_archive(options)
    run = Run(options, devices.named(options.device), "")
    dataset, weights = _needed(options, run)
    archive, layout = _archive(options, dataset), _layout(options, dataset)
    atomic.check_writable(archive.parent)
    work = archive.parent / ".progress" / f"{archive.name}.images"
    atomic.check_writable(work)
    with locked(work.with_suffix(".lock"), wait=False):
        sizes = label_images(dataset, options.net, weights, run.device, work)
        submission.pack(work, dataset.ids, layout, archive)
        if status := _told_faults(archive, layout, sizes):
            return status
        discard(work)
    with suppress(OSError):  # another archive's images are still in it
        work.parent.rmdir()
    _report(options, dataset, archive, layout)
    return _compared_with_caffe(options.net, archive) if options.sample else DONE


def _check_call(options: argparse.Namespace) -> None:
    """Raises DataError for options that make no sense together."""
    if options.check:
        return
    if not options.dataset:
        raise DataError(f"no data set named: expected {' or '.join(YEARS)}, or --check ARCHIVE")
    if options.sample and (options.data or options.weights or options.own_weights or options.split):
        raise DataError("--sample: brings its own data and weights, leave the other options away")
    if options.own_weights and not options.weights:
        raise DataError("--own-weights: expected --weights DIR as well")
    if options.limit is not None and options.limit < 1:
        raise DataError(f"--limit {options.limit}: expected at least 1 image")
    if options.out and not options.out.name.endswith(SUFFIXES):
        raise DataError(f"--out {options.out}: the server takes {' or '.join(SUFFIXES)} alone")
    if nets.load(options.net).architecture.channels != {"score": len(CLASSES)}:
        raise DataError(f"--net {options.net}: not a net of VOC's {len(CLASSES)} classes")
    if options.competition == "comp5" and not options.own_weights:
        warnings.warn("comp5 is for nets trained on VOC alone; the released saw SBD", stacklevel=1)


def _needed(options: argparse.Namespace, run: Run) -> tuple[Dataset, Weights]:
    """Images and weights.  Raises MissingError that says what of both is missing."""
    found, missing = [], []
    for get in (partial(_dataset, options, options.dataset), partial(run.weights, options.net)):
        try:
            found.append(get())
        except MissingError as error:
            missing.append(str(error))
    if missing:
        raise MissingError("; ".join(missing))
    return tuple(found)


def _dataset(options: argparse.Namespace, name: str) -> Dataset:
    """The images that are to be labelled, no more than --limit."""
    folder, split = options.data or downloads.cache_folder() / "data", options.split or "test"
    if options.sample:
        name, split = sample.dataset(name, "seg11valid")
        dataset = open_dataset(name, sample.FOLDER, split, offline=True, checked=False)
    elif split == "test":
        found = devkit_with_test(folder, YEARS[name], offline=options.offline)
        dataset = open_dataset(name, found, split, offline=True)
        if expected := TEST_IMAGES.get(YEARS[name]):
            check_count(found / "ImageSets/Segmentation/test.txt", dataset.ids, expected)
    else:
        dataset = open_dataset(name, folder, split, offline=options.offline)
    dataset.ids = dataset.ids[: options.limit]
    return dataset


def _layout(options: argparse.Namespace, dataset: Dataset) -> Layout:
    return Layout(YEARS[dataset.name], options.competition, dataset.split)


def _archive(options: argparse.Namespace, dataset: Dataset) -> Path:
    own, bundled = "-own" if options.own_weights else "", "-sample" if options.sample else ""
    some = f"-first{options.limit}" if options.limit else ""
    name = f"{dataset.name}-{dataset.split}-{options.net}{own}{bundled}{some}.tgz"
    return options.out or Path("results") / name


def _check_archive(options: argparse.Namespace) -> int:
    """--check: prints the faults of an archive, or that it has none."""
    archive = options.check
    if not archive.is_file():
        raise MissingError(f"{archive}: no such file, expected an archive")
    layout = submission.layout_of(archive) or Layout(2012, options.competition, "test")
    named = options.dataset or f"voc{layout.year}"
    name = named if named in YEARS else "voc2012"
    if layout.competition not in COMPETITIONS:
        layout = layout._replace(competition=options.competition)
    if dataset := _dataset_here(options, name):
        layout = layout._replace(year=YEARS[dataset.name], split=dataset.split)
    else:
        layout = layout._replace(year=YEARS[name], split=options.split or "test")
    if status := _told_faults(archive, layout, dataset and _sizes(dataset)):
        return status
    images = sum(1 for _ in submission.labels(archive))
    print(f"{archive}: no faults, {images} images of {_competition(layout.competition)}")
    if not dataset:
        print("not compared: list and sizes, for want of the test images (--data DIR)")
    return DONE


def _dataset_here(options: argparse.Namespace, name: str) -> Dataset | None:
    """The photographs that the archive must be of, unless there are none here to compare with."""
    options.offline = True
    try:
        return _dataset(options, name)
    except MissingError:
        if options.data:
            raise
        return None


def _sizes(dataset: Dataset) -> dict[str, Size]:
    ids = tqdm(dataset.ids, unit="image", leave=False, disable=None)
    return {id: dataset.image(id, "color").shape[:2] for id in ids}


def _told_faults(archive: Path, layout: Layout, sizes: dict[str, Size] | None) -> int:
    """Prints what is wrong with the archive; OUT_OF_TOLERANCE if anything is."""
    found = submission.faults(archive, layout, sizes)
    for fault in found:
        print(f"{archive}: {fault}")
    return OUT_OF_TOLERANCE if found else DONE


def _report(options: argparse.Namespace, dataset: Dataset, archive: Path, layout: Layout) -> None:
    drawings = " drawings of the bundled sample" if options.sample else ""
    print(f"archive    {archive}")
    print(f"sha256     {downloads.digest(archive, 'sha256')}")
    print(
        f"images     {len(dataset)}{drawings}, all read back: list, sizes, palettes and labels fit"
    )
    if layout.split == "test" and not options.limit:
        task = f"VOC{layout.year}, segmentation, {_competition(layout.competition)}"
        print(f"upload     {SERVER} (log in): {task}")
    else:
        print(f"upload     no: {SERVER} takes the whole of test alone")
    print(f"published  {_published(options)}")
    print("ours       from that server alone: the truth of the test images is private")


def _published(options: argparse.Namespace) -> str:
    key = (options.dataset, options.net)
    if key not in PUBLISHED:
        return f"no figure of {options.net} on {options.dataset} test"
    cvpr, pami = PUBLISHED[key]
    return (
        f"{options.net} on {options.dataset} test, mean IU: {cvpr} (CVPR 2015, table 3, an earlier "
        f"generation of weights), {pami} (PAMI 2016, table 4)"
        f"{'; ' + UNVERIFIED + ' not checked against the paper' if UNVERIFIED in pami else ''}"
    )


def _compared_with_caffe(net: str, archive: Path) -> int:
    """Prints how many labels in the archive of the sample are those of real Caffe."""
    equal, pixels = 0, 0
    for id, labels in submission.labels(archive):
        equal += int(np.equal(labels, sample.caffe_labels(net, "score", id)).sum())
        pixels += labels.size
    print(f"caffe      {equal} of {pixels} labels are those of real Caffe on the sample")
    return DONE if equal >= CAFFE_SHARE * pixels else OUT_OF_TOLERANCE


def _competition(name: str) -> str:
    return f"{name} ({COMPETITIONS[name]})"


if __name__ == "__main__":
    raise SystemExit(main())
