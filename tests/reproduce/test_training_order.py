"""The order of training images against what Python 2.7.18 drew."""

import hashlib
from itertools import islice

import numpy as np
import pytest

from reproduce.training.order import SEED, Order

# Python 2.7.18: random.seed(1337), then random.randint(0, n - 1) a hundred thousand times:
# the first five and the last, and the SHA-256 of all of them in decimal, a line each
PYTHON_2 = {
    8498: (
        [5249, 4531, 3108, 4978, 1408],
        7299,
        "c9ac3f01b42ee4189f6d4d7cd13d67b630832ab4bff28d7d9054c991e20b9a82",
    ),
    795: (
        [491, 423, 290, 465, 131],
        682,
        "61dd17e61a6bc694908a0cb5de5a6101d97b139020ce0884b626573c513319e9",
    ),
    2486: (
        [1535, 1325, 909, 1456, 411],
        2135,
        "0bcffe0f5fab3ba910236415a678e876244a41e2dc43f4d3618bd022c05db59b",
    ),
    4998: (
        [3087, 2665, 1828, 2927, 828],
        4292,
        "85e2ab960109ead6f01c794d35566be963b57d4a87b97fc4eaf6bfd563b2593a",
    ),
}


def drawn(order, count, start=0):
    return list(islice(order.draws(start), count))


@pytest.mark.parametrize("count", PYTHON_2)
def test_the_order_of_python_2(count):
    first, last, sha256 = PYTHON_2[count]
    ours = drawn(Order(count), 100000)
    assert (ours[:5], ours[-1]) == (first, last)
    assert hashlib.sha256("".join(f"{i}\n" for i in ours).encode()).hexdigest() == sha256


def test_another_mersenne_twister_draws_the_same():
    twister = np.random.RandomState([SEED])
    assert drawn(Order(21), 1000) == (twister.random_sample(1000) * 21).astype(int).tolist()


def test_it_begins_anywhere():
    every = drawn(Order(8498), 700)
    assert drawn(Order(8498), 100, start=600) == every[600:]
    assert drawn(Order(8498), 2, start=0) == every[:2]
    assert drawn(Order(8498, seed=1), 100) != every[:100]


def test_ranks_take_turns():
    every = drawn(Order(795), 120)
    ranks = [drawn(Order(795, rank=rank, world=3), 40) for rank in range(3)]
    assert ranks == [every[0::3], every[1::3], every[2::3]]
    # iteration 2 of iter_size 4 takes draws 24 to 35 of one process with iter_size 12
    later = [drawn(Order(795, rank=rank, world=3), 4, start=8) for rank in range(3)]
    assert sorted(draw for own in later for draw in own) == sorted(every[24:36])
    assert later[1] == [every[25], every[28], every[31], every[34]]


def test_every_image_is_drawn_with_replacement():
    once_through = drawn(Order(100), 100)
    assert len(set(once_through)) < 100
    assert set(drawn(Order(100), 2000)) == set(range(100))


@pytest.mark.parametrize(
    "values, text",
    [
        ((0,), "0 images to draw from, expected 1 at least"),
        ((5, 1, 2, 2), "rank 2 of 2, expected 0 to 1"),
        ((5, 1, -1, 2), "rank -1 of 2"),
    ],
)
def test_refuses(values, text):
    with pytest.raises(ValueError, match=text):
        Order(*values)
