"""Long lines of Python, broken as ruff format breaks them."""

import io
import tokenize

WIDTH = 100
OPEN, CLOSE = set("([{"), set(")]}")


def fitted(line: str, indent: int = 0) -> str:
    """`line` behind `indent` spaces; if it is too long, what its last brackets hold stands alone.

    >>> print(fitted("x = f(" + "a" * 60 + ", " + "b" * 40 + ")"))
    x = f(
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,
        bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,
    )
    """
    margin = " " * indent
    if len(margin + line) <= WIDTH:
        return margin + line
    if line.endswith(":"):
        return fitted(line[:-1], indent) + ":"
    if line[-1] not in CLOSE:
        target, expression = line.split(" = ", 1)
        return "\n".join([f"{margin}{target} = (", f"{margin}    {expression}", f"{margin})"])
    start, items = _last_brackets(line)
    inside = [f"{margin}    {', '.join(items)}"]
    if len(inside[0]) > WIDTH or line[-1] != ")":
        inside = [f"{margin}    {item}," for item in items]
    return "\n".join([margin + line[:start], *inside, margin + line[-1]])


def _last_brackets(line: str) -> tuple[int, list[str]]:
    """Where the inside of the brackets that end `line` begins, and its parts between commas."""
    opened: list[list[int]] = []  # each: where its parts begin
    last: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(line).readline):
        if token.string in OPEN:
            opened.append([token.end[1]])
        elif token.string in CLOSE:
            last = opened.pop()
        elif token.string == "," and opened:
            opened[-1].append(token.end[1])
    ends = [start - 1 for start in last[1:]] + [len(line) - 1]
    return last[0], [line[a:b].strip() for a, b in zip(last, ends, strict=True)]
