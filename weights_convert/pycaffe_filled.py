"""What a Net of the pycaffe view has of parameters: blobs, files, other nets to share them with."""

import warnings
from collections import OrderedDict
from os import PathLike

from . import parameters
from .caffemodel import Caffemodel
from .caffemodel_writer import write_caffemodel
from .errors import WeightsError
from .hdf5 import write_hdf5
from .load import fill
from .pycaffe_blob import Known, Parameter
from .pycaffe_steps import Steps

Path = str | PathLike


class Filled(Known):
    """The parameters of `module`; params: layer -> its blobs in Caffe's order."""

    module: Steps
    params: OrderedDict[str, list[Parameter]]

    def _make_params(self) -> None:
        found = zip(self.module.layer_keys(), self.module.parameter_blobs(), strict=True)
        self.params = OrderedDict(
            (key, [Parameter(x, blob.shape) for x, blob in zip(own, blobs, strict=True)])
            for key, (own, blobs) in found
            if own
        )

    def clear_param_diffs(self) -> None:
        """Makes all diffs of parameters 0."""
        for parameter in self.module.parameters():
            if parameter.grad is not None:
                parameter.grad.data.zero_()

    def copy_from(self, weights: Path) -> None:
        """Fills the layers that a caffemodel, binary or HDF5, has too.

        Others stay as they are; a warning names them, and what of the file is not used.
        """
        self.module.cpu()
        with Caffemodel.open(weights) as model:
            kept, unused = fill(self.module, model, partial=True)
        if kept or unused:
            # Caffe: logs what it does not use, and says nothing of what it does not fill.
            lists = (", ".join(names) or "none" for names in (unused, kept))
            text = "{}: layers that the net has not: {}; that the file has not: {}"
            warnings.warn(text.format(weights, *lists), stacklevel=2)

    load_hdf5 = copy_from

    def save(self, path: Path) -> None:
        """Writes a caffemodel, which Caffe reads."""
        module = self.module
        write_caffemodel(
            path, parameters.blobs(module), parameters.types(module), module.graph.name
        )

    def save_hdf5(self, path: Path) -> None:
        """Writes a caffemodel of the HDF5 form."""
        write_hdf5(path, parameters.blobs(self.module))

    def share_with(self, other: "Filled") -> None:
        """Makes the parameters of layers of `other` those of the layers here of the same name.

        Raises WeightsError for layers of one name whose parameters have other shapes.
        """
        for layer in self.params.keys() & other.params.keys():
            mine, theirs = ([x.shape for x in net.params[layer]] for net in (self, other))
            if mine != theirs:
                raise WeightsError(f"layer {layer!r}: parameters {mine} here, {theirs} there")
        self.module.take_parameters(other.module)
        for key, (own, _) in zip(
            self.module.layer_keys(), self.module.parameter_blobs(), strict=True
        ):
            for blob, parameter in zip(self.params.get(key, ()), own, strict=True):
                blob.show(parameter)
