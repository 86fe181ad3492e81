"""The loop over a data set: what is counted, what is kept, and when."""

import json

import numpy as np
import pytest
import torch

from reproduce import progress as progress_module
from reproduce.datasets import Sample
from reproduce.errors import DataError
from reproduce.evaluate import Job, _Counting, evaluate, predicted
from reproduce.progress import Progress
from reproduce.ranks import Ranks, RankStoppedError

IDS = tuple(f"{number:02}" for number in range(8))
KEY = {"of": "this test"}
CPU = torch.device("cpu")


def read(id):
    """Truth is 0 1 2 255, and the input says what is predicted: one class for all pixels."""
    number = int(id)
    if number > 90:
        raise DataError(f"{id}.jpg: is broken")
    label = np.array([[0, 1, 2, 255]], np.uint8)
    return Sample(id, {"data": torch.tensor([number % 3])}, {"label": label})


def constant(sample):
    return {"score": sample.inputs["data"].to(torch.uint8).expand(1, 4).contiguous()}


def job(ids=IDS, predict=constant, witness=None):
    return Job(ids, read, predict, {"score": "label"}, {"score": 3}, CPU, witness)


@pytest.fixture
def kept(tmp_path):
    return tmp_path / ".progress" / "run.json"


def fresh(kept):
    return Progress(kept, KEY)


def on_disk(kept):
    return json.loads(kept.read_text())


def by_hand(ids=IDS):
    counts = np.zeros((3, 3), int)
    for id in ids:
        counts[:, int(id) % 3] += 1
    return counts.tolist()


@pytest.mark.parametrize("workers", [0, 2])
def test_counts_by_hand(kept, workers):
    found = evaluate(job(), fresh(kept), workers=workers)
    assert found.done == 8 and found.counts["score"].dtype == torch.int64
    assert found.counts["score"].tolist() == by_hand() == [[3, 3, 2]] * 3
    assert 0 < found.net_seconds < found.seconds
    assert on_disk(kept)["done"] == 8 and on_disk(kept)["counts"]["score"] == by_hand()


def test_labels_compared_with_caffes(kept):
    def witness(head, id):
        assert head == "score"
        return np.array([[0, 0, 0, 1]], np.uint8)

    found = evaluate(job(witness=witness), fresh(kept))
    assert (found.equal, found.pixels) == (3 * 3 + 3 * 1, 8 * 4)


class Stops:
    """Predicts until the image `at`, and then raises `error`, once."""

    def __init__(self, at, error):
        self.at, self.error, self.seen = at, error, []

    def __call__(self, sample):
        if sample.id == self.at:
            self.at = None
            raise self.error
        self.seen.append(sample.id)
        return constant(sample)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), DataError("out of order"), MemoryError()])
def test_what_was_done_is_kept_and_not_done_again(kept, error):
    stops = Stops("05", error)
    with pytest.raises(type(error)):
        evaluate(job(predict=stops), fresh(kept))
    assert on_disk(kept)["done"] == 5 and on_disk(kept)["counts"]["score"] == by_hand(IDS[:5])
    resumed = Progress.resume(kept, KEY)
    assert resumed.seconds > 0
    assert evaluate(job(predict=stops), resumed).counts["score"].tolist() == by_hand()
    assert stops.seen == list(IDS)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_broken_image_stops_at_its_turn(kept, workers):
    with pytest.raises(DataError, match=r"^99\.jpg: is broken$"):
        evaluate(job(ids=("00", "01", "02", "99", "03")), fresh(kept), workers=workers)
    assert on_disk(kept)["done"] == 3


def test_a_prediction_that_is_no_class(kept):
    stops = Stops(None, None)

    def wrong(sample):
        labels = stops(sample)["score"]
        return {"score": labels + 3 if sample.id == "04" else labels}

    with pytest.raises(DataError, match=r"image 04, score: .*no class: all must be in \[0, 3\)"):
        evaluate(job(predict=wrong), fresh(kept))
    assert on_disk(kept)["done"] == 4


def test_nothing_done_keeps_nothing(kept):
    with pytest.raises(DataError):
        evaluate(job(ids=("99",)), fresh(kept))
    assert not kept.exists()


def test_progress_of_another_run_is_not_taken(kept):
    evaluate(job(), fresh(kept))
    assert Progress.resume(kept, {"of": "another"}).done == 0
    assert Progress.resume(kept, KEY).done == 8
    kept.write_text("[]")
    with pytest.raises(DataError, match=r"run\.json: not a progress file .*, delete it"):
        Progress.resume(kept, KEY)


def test_saved_every_second_and_not_oftener(kept, monkeypatch):
    clock, saved = [0.0], []
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: clock[0])
    save = Progress.save
    monkeypatch.setattr(Progress, "save", lambda self: (saved.append(self.done), save(self)))

    def slow(sample):
        clock[0] += 0.4
        return constant(sample)

    begun = fresh(kept)
    begun.saved = 0.0
    evaluate(job(predict=slow), begun)
    # The labels of an image are counted when the next is under way.
    assert saved == [2, 5, 8]


def test_ctrl_c_while_an_image_is_counted_counts_it_once(kept, monkeypatch):
    """The worst moments: just before and just after the counts are added."""
    add = Progress.add
    for late in (False, True):
        stop = [True]

        def adding(self, *image, late=late, stop=stop):
            interrupt = self.done == 3 and stop and stop.pop()
            if interrupt and not late:
                raise KeyboardInterrupt
            add(self, *image)
            if interrupt:
                raise KeyboardInterrupt

        monkeypatch.setattr(Progress, "add", adding)
        with pytest.raises(KeyboardInterrupt):
            evaluate(job(), fresh(kept))
        assert on_disk(kept)["done"] == 4
        assert on_disk(kept)["counts"]["score"] == by_hand(IDS[:4])


def test_labels_are_counted_while_the_next_image_is_predicted(kept):
    order = []

    def predict(sample):
        order.append(f"predict {sample.id}")
        return constant(sample)

    counting = _Counting(job(predict=predict), one := fresh(kept))
    one.counts["score"] = torch.zeros(3, 3, dtype=torch.int64)
    with counting.to_the_last():
        for id in IDS[:3]:
            counting.follow(read(id))
            order.append(f"done {one.done}")
    order.append(f"done {one.done}")
    assert " ".join(order) == "predict 00 done 0 predict 01 done 1 predict 02 done 2 done 3"


class Failed(Ranks):
    """A rank among two, of which the other fails."""

    def check(self):
        raise RankStoppedError("another rank has failed")


def test_stops_when_another_rank_has_failed(kept, monkeypatch):
    monkeypatch.setattr(progress_module, "EVERY", 0)
    with pytest.raises(RankStoppedError):
        evaluate(job(), fresh(kept), Failed(rank=1, world=2))
    assert 0 < on_disk(kept)["done"] < 8


def test_predicted_labels_of_a_net():
    class Net(torch.nn.Module):
        def forward(self, data):
            return {"score": torch.cat([data, 1 - data], 1)}

    data = torch.tensor([[[[0.0, 1.0], [0.4, 0.6]]]])
    found = predicted(Net(), ["score"], CPU, Sample("00", {"data": data}, {}))
    assert found["score"].dtype == torch.uint8 and found["score"].tolist() == [[1, 0], [1, 0]]
