"""`python -m reproduce.report [RESULTS_DIR]`: a results folder as one HTML page, to be looked at.

The page needs nothing but itself: styles, script and pictures are in it, and nothing is fetched.
The same results give the same bytes.
"""

import argparse
import webbrowser
from pathlib import Path

from . import atomic
from .command import DONE, add_results, command
from .errors import DataError
from .reporting.page import page

EXAMPLES = """examples:
  python -m reproduce.report                      results/ as results/report.html
  python -m reproduce.report results --open       and open it in a browser
  python -m reproduce.report --out page.html --gallery 0"""


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.report."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.report",
        description="Make one HTML page of a results folder: tables, charts, pictures, sources.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add_results(form)
    add("--out", type=Path, metavar="FILE.html", help="default: RESULTS_DIR/report.html")
    add(
        "--gallery",
        type=int,
        default=4,
        metavar="N",
        help="drawings of each data set of the sample, labelled while you wait; default 4",
    )
    add("--open", action="store_true", help="show the page in a browser")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    out = options.out or options.results / "report.html"
    _check(options, out)
    atomic.write(out, page(options.results, options.gallery), durable=False)
    print(out)
    if options.open and not webbrowser.open(out.resolve().as_uri()):
        raise DataError(f"--open: no browser was found here, open {out} yourself")
    return DONE


def _check(options: argparse.Namespace, out: Path) -> None:
    """Raises DataError for what cannot be, before anything is computed."""
    if options.gallery < 0:
        raise DataError(f"--gallery {options.gallery}: expected 0 or more drawings")
    if not options.results.is_dir():
        raise DataError(
            f"{options.results}: no such folder, expected what python -m reproduce.table wrote to"
        )
    if out.suffix not in (".html", ".htm"):
        raise DataError(f"--out {out}: expected a file name that ends in .html")
    atomic.check_writable(out.parent)


if __name__ == "__main__":
    raise SystemExit(main())
