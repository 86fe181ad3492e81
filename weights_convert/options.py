"""The options that the commands share: which net a prototxt is taken for, and how it is filled."""

import argparse

from .errors import ConvertError

Shape = tuple[int, ...]


def add_net(form: argparse.ArgumentParser) -> None:
    """Adds what chooses the layers and shapes of a net."""
    form.add_argument("--phase", choices=("TEST", "TRAIN"), default="TEST", help="default: TEST")
    form.add_argument("--level", type=int, default=0, help="for rules with levels (default: 0)")
    form.add_argument(
        "--stage", action="append", default=[], help="for rules with stages; may be given again"
    )
    form.add_argument(
        "--losses",
        action=argparse.BooleanOptionalAction,
        help="whether the losses, and what they alone read, stay; by default in TRAIN only",
    )
    form.add_argument(
        "--shape",
        action="append",
        default=[],
        metavar="BLOB=NxCxHxW",
        help="of an input for which the prototxt states none, such as data=1x3x500x500",
    )


def add_loading(form: argparse.ArgumentParser) -> None:
    """Adds the same, and how the net runs and is filled."""
    add_net(form)
    form.add_argument(
        "--align-crops",
        action=argparse.BooleanOptionalAction,
        help="whether Crop layers without offset align themselves, as in older versions of Caffe; "
        "by default if they have no crop_param either",
    )
    form.add_argument(
        "--partial",
        action="store_true",
        help="take a caffemodel that lacks layers (their fillers stay) or has others too, as Caffe",
    )


def net(given: argparse.Namespace) -> dict[str, object]:
    """What add_net added, as arguments of load_net.  Raises ConvertError for an odd --shape."""
    return {
        "phase": given.phase,
        "level": given.level,
        "stages": tuple(given.stage),
        "losses": given.losses,
        "shapes": shapes(given.shape),
    }


def loading(given: argparse.Namespace) -> dict[str, object]:
    """The same of add_loading."""
    return net(given) | {"partial": given.partial, "align_crops": given.align_crops}


def shapes(stated: list[str]) -> dict[str, Shape]:
    """What the --shape options say, blob -> shape.  Raises ConvertError for one that is not so.

    >>> shapes(["data=1x3x500x500"])
    {'data': (1, 3, 500, 500)}
    """
    found = {}
    for option in stated:
        blob, _, sizes = option.rpartition("=")
        if not blob or not all(size.isdecimal() and len(size) < 20 for size in sizes.split("x")):
            raise ConvertError(f"--shape {option}: expected BLOB=SIZES, such as data=1x3x500x500")
        found[blob] = tuple(map(int, sizes.split("x")))
    return found
