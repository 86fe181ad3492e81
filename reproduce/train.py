"""`python -m reproduce.train voc-fcn32s`: train nets as the release's solvers do."""

import argparse
from functools import partial
from pathlib import Path

import torch

from weights_convert import ConvertError
from weights_convert.command import guarded

from . import devices, provenance, recipes
from .command import DONE
from .downloads import told_default
from .errors import DataError
from .markdown import grid
from .ranks import Ranks, joined
from .training.explain import explain
from .training.order import SEED
from .training.outcome import lines, told
from .training.plan import Plan, plans
from .training.run import Run, resumed

EXAMPLES = """examples:
  python -m reproduce.train voc-fcn8s --stages --sample     on bundled drawings, offline
  python -m reproduce.train voc-fcn32s                      as the release; fetches SBD and VGG16
  python -m reproduce.train voc-fcn32s --data FOLDER --classes road,sky,tree    your own images:
      FOLDER/images/*.jpg, FOLDER/labels/*.png (class numbers, 255 void), val.txt
  python -m reproduce.train voc-fcn32s --resume             after a stop of any kind
  torchrun --nproc-per-node 4 -m reproduce.train voc-fcn32s
several processes: each makes iter_size passes of its own; gradients are summed over them and
divided by iter_size times their number, which is what one process does with that iter_size. No
rate is changed with it.
files: OUT/NET/log.jsonl, plot.png, train_iter_N.caffemodel and .solverstate (Caffe resumes from
them), train_iter_N.rng
exit status: 0 done; 2 wrong call, something is missing or broken, or the loss is no number"""
PLACES = {"--data", "--weights", "--out", "--start"}  # whose values stay out of the log
command = guarded(
    DataError, ConvertError, interrupted="interrupted; --resume goes on from the last snapshot"
)


def parser() -> argparse.ArgumentParser:
    """The command line of reproduce.train."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce.train",
        description="Train nets as the release's solvers do, one after another.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = form.add_argument
    add("nets", nargs="+", metavar="NET", help=f"recipes: {' '.join(recipes.names())}")
    add("--stages", action="store_true", help="first the nets that NET begins with: 32s, 16s, 8s")
    add("--sample", action="store_true", help="narrow nets on bundled drawings: offline")
    laid_out = f"data sets as their authors lay them out; {told_default('data')}"
    add("--data", type=Path, metavar="DIR", help=laid_out)
    add("--classes", metavar="N|A,B|FILE", help="--data is a folder of your own, with these")
    named = f"caffemodels under their published names; {told_default('weights')}"
    add("--weights", type=Path, metavar="DIR", help=named)
    add("--start", type=Path, metavar="FILE", help="begin with this caffemodel instead")
    add("--out", type=Path, default=Path("runs"), metavar="DIR", help="default: runs/")
    add("--resume", action="store_true", help="go on from the last snapshot in --out")
    add("--iterations", type=int, metavar="N", help="in all; default: the recipe's")
    add("--every", type=int, metavar="N", help="snapshot and score; default: the recipe's")
    add("--keep", type=int, default=3, metavar="K", help="last snapshots, and the best; default 3")
    add("--no-scores", action="store_true", help="do not score the validation split")
    add("--limit", type=int, metavar="N", help="score the first N images")
    add("--seed", type=int, default=SEED, help=f"of images and dropout; default {SEED}")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:i")
    add("--checkpoint", action="store_true", help="less memory: computes activations twice")
    add("--bf16", action="store_true", help="convolutions in bfloat16, unlike Caffe")
    add("--explain", action="store_true", help="say what the recipe's numbers mean, and stop")
    add("--offline", action="store_true", help="never touch the network")
    return form


@command
def main(arguments: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = parser().parse_args(arguments)
    if options.explain:
        print("\n".join(explain(plan.recipe) for plan in plans(options)), end="")
        return DONE
    with joined() as ranks:
        return _trained(options, provenance.call("reproduce.train", arguments, PLACES), ranks)


def _trained(options: argparse.Namespace, command: str, ranks: Ranks) -> int:
    """Trains what is asked for, prints scores of what came to its end."""
    wanted, device = ranks.together(partial(_begun, options, ranks))
    run, done = Run(device, ranks, command), []
    try:
        for plan in wanted:
            run.train(plan)
            done.append(plan)
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise DataError(
            f"not enough memory on {device}: {error}; --checkpoint needs less"
        ) from None
    finally:
        if ranks.first and done:
            _print(done)
    return DONE


def _begun(options: argparse.Namespace, ranks: Ranks) -> tuple[list[Plan], torch.device]:
    """What is to be done, and where.  Raises DataError for a call that cannot be right."""
    wanted = plans(options)
    there = [bool(resumed(plan)) for plan in wanted]
    if options.resume and not there[0]:
        raise DataError(
            f"--resume: {wanted[0].folder} has no snapshot, expected train_iter_N.caffemodel, "
            ".solverstate and .rng: leave --resume away to begin"
        )
    return wanted, devices.named(ranks.device(options.device))


def _print(done: list[Plan]) -> None:
    rows = [row for plan in done for row in lines(plan)]
    print("\n".join([*([grid(rows), ""] if rows else []), *map(told, done)]))


if __name__ == "__main__":
    raise SystemExit(main())
