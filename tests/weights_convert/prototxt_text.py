"""Prototxts as the Caffe community writes them: a text that grows layer by layer."""


class Text:
    """The text of a net.  narrow: by how much every number of channels is divided."""

    def __init__(self, name: str, shape: tuple[int, ...], narrow: int = 1):
        self.narrow = narrow
        dims = "".join(f"input_dim: {dim}\n" for dim in shape)
        self.text = f'name: "{name}"\ninput: "data"\n{dims}'

    def wide(self, channels: int) -> int:
        return max(channels // self.narrow, 2)

    def layer(self, type: str, name: str, bottoms: str, top: str = "", params: str = "") -> str:
        """Adds a layer; bottoms: names with blanks between; the top is called as the layer."""
        blobs = "".join(f'  bottom: "{blob}"\n' for blob in bottoms.split())
        blobs += f'  top: "{top or name}"\n'
        self.text += f'layer {{\n  name: "{name}"\n  type: "{type}"\n{blobs}{params}}}\n'
        return top or name

    def conv(self, name, bottom, outputs, kernel, type="Convolution", exact=False, **fields) -> str:
        """outputs: channels, divided by `narrow` unless `exact`; fields: of convolution_param."""
        fields = {
            "num_output": outputs if exact else self.wide(outputs),
            "kernel_size": kernel,
        } | fields
        inside = "".join(f"    {field}: {value}\n" for field, value in fields.items())
        rates = "  param {\n    lr_mult: 1\n    decay_mult: 1\n  }\n"
        if fields.get("bias_term") != "false":
            rates += "  param {\n    lr_mult: 2\n    decay_mult: 0\n  }\n"
        filler = '    weight_filler {\n      type: "msra"\n    }\n'
        return self.layer(
            type, name, bottom, params=f"{rates}  convolution_param {{\n{inside}{filler}  }}\n"
        )

    def relu(self, name, blob) -> str:
        return self.layer("ReLU", name, blob, blob)

    def pool(self, name, bottom, kernel, stride, pad=0, kind="MAX") -> str:
        padded = f"\n    pad: {pad}" if pad else ""
        inside = f"    pool: {kind}\n    kernel_size: {kernel}\n    stride: {stride}{padded}\n"
        return self.layer("Pooling", name, bottom, params=f"  pooling_param {{\n{inside}  }}\n")

    def average(self, name, bottom) -> str:
        params = "  pooling_param {\n    pool: AVE\n    global_pooling: true\n  }\n"
        return self.layer("Pooling", name, bottom, params=params)

    def norm(self, name, bottom) -> str:
        params = "  lrn_param {\n    local_size: 5\n    alpha: 0.0001\n    beta: 0.75\n  }\n"
        return self.layer("LRN", name, bottom, params=params)

    def full(self, name, bottom, outputs, exact=False) -> str:
        outputs = outputs if exact else self.wide(outputs)
        filler = 'weight_filler {\n      type: "xavier"\n    }'
        params = f"  inner_product_param {{\n    num_output: {outputs}\n    {filler}\n  }}\n"
        return self.layer("InnerProduct", name, bottom, params=params)

    def drop(self, name, blob) -> str:
        params = "  dropout_param {\n    dropout_ratio: 0.5\n  }\n"
        return self.layer("Dropout", name, blob, blob, params)

    def bn(self, name, scale, bottom, top="", eps=1e-5) -> str:
        """BatchNorm with Scale after it, in place but for a `top` of another name."""
        still = "  param {\n    lr_mult: 0\n  }\n" * 3
        params = f"{still}  batch_norm_param {{\n    use_global_stats: true\n    eps: {eps}\n  }}\n"
        top = self.layer("BatchNorm", name, bottom, top or bottom, params)
        params = "  scale_param {\n    filler {\n      value: 1\n    }\n    bias_term: true\n  }\n"
        return self.layer("Scale", scale, top, top, params)

    def crop(self, name, bottom, like, offset) -> str:
        params = f"  crop_param {{\n    axis: 2\n    offset: {offset}\n  }}\n"
        return self.layer("Crop", name, f"{bottom} {like}", params=params)
