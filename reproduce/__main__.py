"""`python -m reproduce`: which commands there are; each is `python -m` of a module of its own."""

import argparse

from .command import DONE, command

COMMANDS = {
    "reproduce.predict": "label images of your own",
    "reproduce.table": "evaluate nets, published figures beside ours",
    "reproduce.check": "every score of the results again, from its counts",
    "reproduce.report": "the results as one HTML page",
    "reproduce.render": "the results as Markdown, CSV and LaTeX once more",
    "reproduce.train": "train nets as the release does",
    "reproduce.training.curve": "losses and scores of a training as CSV",
    "reproduce.doctor": "is a data set what the published scores are over?",
    "reproduce.submit": "an archive for the VOC evaluation server",
    "reproduce.export": "a net by its name as ONNX, safetensors, PyTorch",
    "reproduce.hha": "HHA images of depth images",
    "reproduce.embed": "tables of the results put into pages",
    "reproduce.sample.draw": "the drawings of the bundled sample once more",
    "weights_convert": "read, convert and compare Caffe's files",
    "benchmarks.speed": "time and memory of nets, beside other software",
}
WIDTH = max(map(len, COMMANDS))


@command
def main(arguments: list[str] | None = None) -> int:
    """Prints the commands; returns the exit status."""
    form = argparse.ArgumentParser(
        prog="python -m reproduce",
        description="Name the commands of this package.",
        epilog="example: python -m reproduce.table voc2011 --sample",
    )
    form.parse_args(arguments)
    for module, what in COMMANDS.items():
        print(f"python -m {module:{WIDTH}}  {what}")
    print("Each says more with --help.  To begin with: python -m reproduce.predict --sample --show")
    return DONE


if __name__ == "__main__":
    raise SystemExit(main())
