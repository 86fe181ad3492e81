"""A Script as the text of a Python file, laid out as ruff would."""

from collections.abc import Iterable

from .layout import fitted
from .names import prose, quoted
from .script import Line, Script

HEAD = '''\
"""{name}: a Caffe net as plain PyTorch.

Attributes are Caffe's layers, variables its blobs, each as its last in-place layer leaves it.
`# Caffe:` marks where its arithmetic is not what PyTorch users expect.

{example}

Inputs, in the shapes of an example:
{inputs}
Outputs:
{outputs}
"""

'''
EXAMPLE = """\
    net = {net}
    with torch.inference_mode():
        {target} = net({inputs})["{blob}"]"""
LOAD = '''\
def load(path):
    """The net with the parameters in `path`, a state_dict as .safetensors or as torch.save's .pt.

    Its keys are Caffe's layer names with .weight, .bias and so on, in Caffe's order of blobs.
    """
    if str(path).endswith(".safetensors"):
        from safetensors.torch import load_file

        parameters = load_file(path)
    else:
        parameters = torch.load(path, weights_only=True)
    {made}
    return net
'''
ASSIGNED = """\
with torch.device("meta"):  # no memory for parameters that are replaced
        net = Net()
    net.load_state_dict(parameters, assign=True)"""
COPIED = """\
net = Net()
    net.load_state_dict(parameters)  # not assigned: layers share some of them"""
IMPORTS = {
    "torch.": "import torch",
    "F.": "import torch.nn.functional as F",
    "nn.": "from torch import nn",
}


def source(script: Script) -> str:
    """The text of the file."""
    parts = [*script.definitions, _net(script), *_load(script)]
    body = "\n\n".join(parts)
    imports = [line for use, line in IMPORTS.items() if use in body]
    return _head(script) + "\n".join(imports) + "\n\n\n" + body


def _head(script: Script) -> str:
    graph, name = script.net.graph, prose(script.net.graph.name or "net")
    example = EXAMPLE.format(
        net=f'load("{name}.safetensors")' if script.modules else "Net()",
        target=script.variables[graph.outputs[0]],
        inputs=", ".join(script.inputs.values()),
        blob=prose(graph.outputs[0]),
    )
    inputs, outputs = (_shapes(script, blobs) for blobs in (script.inputs, graph.outputs))
    return HEAD.format(name=name, example=example, inputs=inputs, outputs=outputs)


def _load(script: Script) -> list[str]:
    if not script.modules:
        return []
    shared = len(script.owners) < len(script.net.state_dict())
    return [LOAD.format(made=COPIED if shared else ASSIGNED)]


def _shapes(script: Script, blobs: Iterable[str]) -> str:
    return "\n".join(f"    {prose(blob)} {script.shapes[blob]}" for blob in blobs)


def _net(script: Script) -> str:
    lines = ["class Net(nn.Module):", "    def __init__(self):", "        super().__init__()"]
    if any("self._modules[" in module for module in script.modules):
        lines += ["        # Caffe: layers may be called anything; these are no names in Python."]
    lines += [fitted(module, 8) for module in script.modules]
    lines += ["        self.eval()  # as Caffe's phase TEST", ""]
    lines += [fitted(f"def forward(self, {', '.join(script.inputs.values())}):", 4)]
    lines += ['        """{blob: Tensor} of the outputs."""']
    for line in script.lines:
        lines += _statement(line)
    lines += [fitted(f"return {{{_outputs(script)}}}", 8), ""]
    return "\n".join(lines)


def _statement(line: Line) -> list[str]:
    comments = [f"        # {note}" for note in line.notes]
    return [*comments, fitted(f"{line.target} = {line.expression}", 8)]


def _outputs(script: Script) -> str:
    return ", ".join(f"{quoted(b)}: {script.variables[b]}" for b in script.net.graph.outputs)
