"""The lock keeps processes apart, though its file goes away each time."""

import multiprocessing

from reproduce.lock import locked


def add_up(lock, counter, times):
    for _ in range(times):
        with locked(lock):
            counter.write_text(str(int(counter.read_text()) + 1))


def test_no_two_at_once(tmp_path):
    lock, counter = tmp_path / "lock", tmp_path / "counter"
    counter.write_text("0")
    work = multiprocessing.get_context("spawn").Process
    workers = [work(target=add_up, args=(lock, counter, 300)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert counter.read_text() == "1200"
    assert not lock.exists()
