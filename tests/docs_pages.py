"""What the pages of the documentation hold: blocks of code, commands, links, headings.

Page    README.md and docs/*.md.  Every fenced block is of a known kind:
        bash     commands, one a line, which are run
        python   code, which is run; the blocks of a page share their names
        text     right after one of these: what it prints; each line must be in its output
        yaml, prototxt, and python too, whose first line is `# PATH`: a file, which is written
        none     a drawing
Inline  `python -m ...` and its like in a sentence is a command too.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(
    r"(?<!`)`((?:python3? |torchrun |pip |tox |pytest |grep |fcn-)[^`]+|pytest|tox|fcn-\w+)`(?!`)"
)
FILE = re.compile(r"# ([\w./-]+\.(?:py|yaml|prototxt))\n")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


class Block(NamedTuple):
    """A piece of a page that is run, written or compared.

    kind: bash, python, text or file, or what else the fence says.
    """

    line: int
    kind: str
    text: str

    @property
    def path(self) -> str:
        """Of a file: where it is written, relative to the checkout."""
        return FILE.match(self.text)[1]


def blocks(page: str) -> list[Block]:
    """The fenced blocks and the inline commands of a page, in order."""
    found = [*_fenced(page), *_inline(page)]
    return sorted(found, key=lambda block: block.line)


def _fenced(page: str) -> Iterator[Block]:
    for match in FENCE.finditer(page):
        kind = "file" if match[1] != "bash" and FILE.match(match[2]) else match[1]
        yield Block(_line(page, match.start()), kind, match[2])


def _inline(page: str) -> Iterator[Block]:
    text = prose(page)
    for match in COMMAND.finditer(text):
        command = " ".join(match[1].split())
        yield Block(_line(text, match.start()), "bash", _inline_command(command) + "\n")


def _inline_command(command: str) -> str:
    """What a sentence names without arguments is asked for its help."""
    bare = re.fullmatch(r"python -m ([\w.]+|weights_convert \w+)|fcn-\w+", command)
    return f"{command} --help" if bare else command


def prose(page: str) -> str:
    """The page with its blocks emptied, line by line the same."""
    return FENCE.sub(lambda match: "\n" * match[0].count("\n"), page)


def _line(page: str, at: int) -> int:
    return page.count("\n", 0, at) + 1


def commands(block: Block) -> list[str]:
    """The commands of a bash block: comments and empty lines gone, continued lines joined."""
    lines = block.text.replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in map(_uncommented, lines) if line]


def _uncommented(line: str) -> str:
    return re.sub(r"(^|\s)#.*", "", line).strip()


def anchors(page: str) -> set[str]:
    """The anchors of its headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        anchor = plain = words.replace(" ", "-")
        number = 0
        while anchor in found:
            number += 1
            anchor = f"{plain}-{number}"
        found.add(anchor)
    return found


def links(page: str) -> list[str]:
    """Where its links and pictures lead, addresses on the network left out."""
    return [to for to in LINK.findall(prose(page)) if not to.startswith(("http", "mailto"))]
