"""The matrices of Winograd's minimal filtering F(m, r): m outputs of r taps by m + r - 1 products.

    outputs = A^T ((G taps) * (B^T inputs))        * is element by element

They follow from Toom-Cook interpolation by transposition: A and G evaluate polynomials of degree
m - 1 and r - 1 at the points and at infinity, B is the inverse of the evaluation of their product.

Source  Winograd, Arithmetic Complexity of Computations, 1980; Lavin and Gray, CVPR 2016.
        The points are the most accurate of those tried with random numbers: 1/2 beside -2 and
        2 beside -1/2 keep the matrices smaller than their mirror images do.
"""

from fractions import Fraction
from functools import cache

import numpy as np

HALF = Fraction(1, 2)
POINTS = (0, 1, -1, HALF, -2, 2, -HALF)
ONE = 1  # the index of the point 1, at which a constant is seen alone

Matrix = list[list[Fraction]]


@cache
def matrices(outputs: int, taps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(A^T, G, B^T) as float64: (m, n), (n, r), (n, n) with n = m + r - 1."""
    size = outputs + taps - 1
    points = POINTS[: size - 1]
    a, g, product = (_evaluated(points, degree) for degree in (outputs, taps, size))
    left, right = np.array(g, np.float64), np.array(_inverse(product), np.float64).T
    # Powers of two, which change no digit, bring the rows of both to one magnitude.
    for row in range(size):
        ratio = np.linalg.norm(right[row]) / np.linalg.norm(left[row])
        scale = 2.0 ** round(np.log2(np.sqrt(ratio)))
        left[row] *= scale
        right[row] /= scale
    return np.array(a, np.float64).T.copy(), left, right


def _evaluated(points: tuple, degree: int) -> Matrix:
    """What evaluates a polynomial of `degree` coefficients at the points, and at infinity."""
    rows = [[Fraction(point) ** power for power in range(degree)] for point in points]
    return [*rows, [Fraction(int(power == degree - 1)) for power in range(degree)]]


def _inverse(matrix: Matrix) -> Matrix:
    """By Gauss and Jordan, exactly."""
    size = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(size))] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if rows[row][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for other in set(range(size)) - {column}:
            factor = rows[other][column]
            rows[other] = [a - factor * b for a, b in zip(rows[other], rows[column], strict=True)]
    return [row[size:] for row in rows]
