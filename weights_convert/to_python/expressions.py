"""Values as they are written in Python code."""

from math import isfinite

import numpy as np


def number(value: float) -> str:
    """The shortest decimal that is `value` in float32, in which PyTorch adds and multiplies.

    >>> number(9.999999747378752e-05)
    '0.0001'
    """
    return exact(float(str(np.float32(value))))


def exact(value: float) -> str:
    """`value` itself, for what PyTorch may compute in double, such as exponents.

    >>> exact(float("inf"))
    'float("inf")'
    """
    return repr(value) if isfinite(value) else f'float("{value}")'


def square(pair: tuple[int, int], default: int | None = None) -> int | tuple[int, int] | None:
    """`pair` as PyTorch takes it: one number if both are the same, None if that is `default`.

    >>> square((3, 3)), square((3, 5)), square((1, 1), default=1)
    (3, (3, 5), None)
    """
    if pair[0] != pair[1]:
        return tuple(pair)
    return None if pair[0] == default else pair[0]


def call(function: str, *values: object, **options: object) -> str:
    """The code of a call, without the values and options that are None.

    >>> call("F.relu", "x", inplace=None)
    'F.relu(x)'
    """
    positional = [str(value) for value in values if value is not None]
    named = [f"{name}={value}" for name, value in options.items() if value is not None]
    return f"{function}({', '.join([*positional, *named])})"
