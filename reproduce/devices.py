"""The device that a command's --device names."""

import torch

from .errors import DataError

EXPECTED = "auto, cpu, cuda or cuda:i"


def named(name: str) -> torch.device:
    """The device `name`; auto is the GPU if there is one.  Raises DataError if it is not here."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:  # whose words are torch's list of all that it has ever run on
        raise DataError(f"--device {name}: unknown, expected {EXPECTED}") from None
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"--device {name}: {reason}; expected {EXPECTED}") from None
    return device
