"""Views of the evidence: CSV, Markdown and LaTeX; the same evidence gives the same bytes.

`python -m reproduce.render [DIR]` writes the views of every results file in DIR anew.
"""

import argparse
import csv
import io
from pathlib import Path

from . import atomic, results
from .cells import lines
from .command import command
from .latex import latex
from .markdown import markdown
from .papers import pages
from .results import Results


def views(evidence: Results) -> dict[str, str]:
    """{suffix: text} of every view of a results file."""
    return {"csv": _csv(evidence), "md": markdown(evidence), "tex": latex(evidence)}


def _csv(evidence: Results) -> str:
    rows, text = lines(evidence), io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@command
def main(arguments: list[str] | None = None) -> int:
    """Renders DIR/*.json; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m reproduce.render",
        description="Write the CSV, Markdown and LaTeX of every results file and page anew.",
        epilog="example: python -m reproduce.render results",
    )
    parser.add_argument("dir", nargs="?", type=Path, default=Path("results"))
    folder = parser.parse_args(arguments).dir
    for path in results.files(folder):
        for suffix, text in views(results.read(path)).items():
            atomic.write(path.with_suffix(f".{suffix}"), text)
        print(path)
    for paper in pages.kept(folder):
        pages.write(paper, folder)
        print(folder / f"{paper.stem}.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
