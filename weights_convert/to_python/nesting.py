"""Expressions put into one another, and taken apart."""

import ast


def nested(inner: str, variable: str, outer: str) -> str | None:
    """`outer` with `inner` in place of `variable`; None unless that needs no parentheses.

    >>> nested("self.conv(x)", "x", "F.relu(x)")
    'F.relu(self.conv(x))'
    >>> nested("a + b", "x", "2 * x"), nested("f(a)", "x", "x * x")
    (None, None)
    """
    tree = ast.parse(outer, mode="eval")
    reads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == variable]
    if len(reads) != 1:
        return None
    arguments = [arg for node in ast.walk(tree) if isinstance(node, ast.Call) for arg in node.args]
    if reads[0] not in arguments and not isinstance(_parsed(inner), ast.Call):
        return None
    return outer[: reads[0].col_offset] + inner + outer[reads[0].end_col_offset :]


def parts(expression: str) -> list[str]:
    """What stands between the commas of `expression`, which is all of it if it has none.

    >>> parts("f(a, b), c")
    ['f(a, b)', 'c']
    """
    parsed = _parsed(expression)
    if not isinstance(parsed, ast.Tuple):
        return [expression]
    return [ast.get_source_segment(expression, part) for part in parsed.elts]


def _parsed(expression: str) -> ast.expr:
    return ast.parse(expression, mode="eval").body
