"""One measurement in a process of its own: `python -m benchmarks.speed_once PROTOCOL REQUEST`.

Imports as little as it can, as the start of the process is part of what is measured.
Errors  a line on stderr, exit status 2
"""

import json
import sys
from dataclasses import asdict

from . import protocols
from .case import Case
from .runners import Setting, UnableError


def request(case: Case, setting: Setting) -> str:
    """What is to be measured, as the word of a command line."""
    return json.dumps({"case": case.to_json(), "setting": asdict(setting)})


def main(protocol: str, text: str) -> int:
    asked = json.loads(text)
    case, setting = Case.from_json(asked["case"]), Setting(**asked["setting"])
    try:
        protocols.module(protocol).once(case, setting)
    except UnableError as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
