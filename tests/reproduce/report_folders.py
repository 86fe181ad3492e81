"""Results folders for tests of the report: the committed evaluations, and sheets made by hand."""

import csv
import shutil
from pathlib import Path

from reproduce.papers import pages

COMMITTED = Path(__file__).parents[2] / "results"
MACHINE = {"cpu": "a processor", "cores": "2", "memory_gib": "8.0", "os": "a system"}
MACHINE |= {"python": "3", "torch": "2", "numpy": "1"}
MADE = "voc-fcn32s,voc2011 train,abc,1,a device,1,3,2,def,2026-01-02,do train"
CURVE = (
    "iteration,loss,smoothed loss,rate,mean IU,net,trained on,ids sha256,seed,device,threads,"
    "python,torch,commit,date,command\n"
    f"0,-,-,-,4.5000,{MADE}\n"
    f"20,900.5,950.1,0.1,-,{MADE}\n"
    f"40,90.5,95.1,0.1,50.2500,{MADE}\n"
)


def filled(folder: Path) -> Path:
    """`folder` with evaluations, papers' pages, and a sheet of speed, of growth and of training."""
    for path in COMMITTED.iterdir():
        if path.suffix in (".json", ".md", ".csv") and not path.name.startswith(
            ("speed", "growth", "curve")
        ):
            shutil.copy(path, folder)
    write(folder / "speed.csv", speed_rows())
    write(folder / "growth.csv", growth_rows())
    (folder / "curve-voc-fcn32s-sample.csv").write_text(CURVE)
    for paper in pages.kept(folder):  # whose times are from the sheet of speed
        pages.write(paper, folder)
        (folder / f"{paper.stem}.tex").unlink()
    return folder


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """A sheet as benchmarks.sheet writes it."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def speed_rows() -> list[dict[str, str]]:
    """Two runners, of which one cannot run, at one place."""
    same = {"net": "voc-fcn8s", "size": "500x500", "batch": "1", "device": "cpu", "threads": "2"}
    same |= {"protocol": "forward"}
    about = {**MACHINE, "command": "do speed", "title": "How fast"}
    ours = {"runner": "ours", "mode": "exact", "weights": "seed 11", "runs": "20", "median": "1.0"}
    ours |= {"p10": "0.5", "p90": "2.0", "unit": "s", "ratio": "1.000"}
    ours |= {"labels equal": "9 of 9", "score difference": "1e-6", "published": "0.175 s K40c"}
    other = {**ours, "runner": "peer", "mode": "float32", "runs": "0"}
    other |= dict.fromkeys(("median", "p10", "p90", "ratio", "labels equal"), "")
    other |= {"score difference": "", "note": "has no Crop"}
    return [{**same, **row, "note": row.get("note", ""), **about} for row in (ours, other)]


def growth_rows() -> list[dict[str, str]]:
    """One runner at two sizes."""
    about = {**MACHINE, "command": "do growth", "title": "How cost grows"}
    return [
        {
            **{"sweep": "area", "net": "voc-fcn8s", "size": size, "batch": "1", "device": "cpu"},
            **{"threads": "2", "runner": "ours", "mode": "exact", "median s": median},
            **{"growth MB": "30", **about},
        }
        for size, median in (("100x100", "1.0"), ("100x1000", "10.0"))
    ]
