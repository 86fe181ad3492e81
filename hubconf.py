"""torch.hub entry points, one for each net: `torch.hub.load(repository, "voc_fcn8s")`.

`torch.hub.list(repository)` names them, `torch.hub.help(repository, name)` describes one.
"""

from reproduce import nets as _nets
from reproduce.hub import entry as _entry

dependencies = ["torch", "numpy", "PIL", "yaml", "tqdm"]

globals().update({name.replace("-", "_"): _entry(name) for name in _nets.names()})
