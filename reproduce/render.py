"""Views of the evidence: CSV, Markdown and LaTeX; the same evidence gives the same bytes.

`python -m reproduce.render [DIR]` writes the views of every results file in DIR anew, and the pages
of the papers' tables that are there; `--papers` those of all, from the results as they are.
"""

import argparse

from . import atomic, papers, results
from .cells import lines
from .command import add_results, command
from .csv_text import csv_text
from .latex import latex
from .markdown import markdown
from .papers import pages
from .results import Results


def views(evidence: Results) -> dict[str, str]:
    """{suffix: text} of every view of a results file."""
    return {"csv": csv_text(lines(evidence)), "md": markdown(evidence), "tex": latex(evidence)}


@command
def main(arguments: list[str] | None = None) -> int:
    """Renders DIR/*.json; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m reproduce.render",
        description="Write the CSV, Markdown and LaTeX of every results file and page anew.",
        epilog="example: python -m reproduce.render results",
    )
    add_results(parser)
    parser.add_argument(
        "--papers", action="store_true", help="write the page of each paper's table"
    )
    options = parser.parse_args(arguments)
    folder = options.results
    for path in results.files(folder):
        for suffix, text in views(results.read(path)).items():
            atomic.write(path.with_suffix(f".{suffix}"), text)
        print(path)
    every = map(papers.load, papers.names()) if options.papers else ()
    for paper in [*pages.kept(folder), *every]:
        pages.write(paper, folder)
        print(folder / f"{paper.stem}.md")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
