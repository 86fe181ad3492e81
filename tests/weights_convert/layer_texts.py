"""Layers, and fields of them, that no golden case has: prototxt text that reads the blob `data`."""

DATA = """name: "tiny" layer { name: "data" type: "Input" top: "data"
  input_param { shape { dim: 2 dim: 3 dim: 13 dim: 11 } } }
"""
TEXTS = {
    "split": """layer { name: "l" type: "Split" bottom: "data" top: "a" top: "b" }""",
    "silence": """layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
      layer { name: "l" type: "Silence" bottom: "data" }""",
    "dummy_data": """layer { name: "l" type: "DummyData" top: "a" top: "b" dummy_data_param {
      shape { dim: 2 dim: 4 } shape { dim: 3 }
      data_filler { value: 0.1 } data_filler { value: -2 } } }
      layer { name: "r" type: "ReLU" bottom: "data" top: "r" }""",
    "parameter": """layer { name: "l" type: "Parameter" top: "top"
      parameter_param { shape { dim: 2 dim: 4 } } }""",
    "embed": """layer { name: "l" type: "Embed" bottom: "data" top: "top" embed_param {
      input_dim: 2 num_output: 5 weight_filler { type: "gaussian" } bias_filler { value: 1 } } }""",
    "embed_no_bias": """layer { name: "l" type: "Embed" bottom: "data" top: "top" embed_param {
      input_dim: 7 num_output: 5 bias_term: false weight_filler { type: "gaussian" } } }""",
    "im2col": """layer { name: "l" type: "Im2col" bottom: "data" top: "top" convolution_param {
      kernel_h: 3 kernel_w: 2 stride: 2 pad_h: 0 pad_w: 1 dilation: 2 } }""",
    "filter": """layer { name: "s" type: "Input" top: "s" input_param { shape { dim: 2 } } }
      layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "l" type: "Filter" bottom: "data" bottom: "e" bottom: "s"
        top: "a" top: "b" }""",
    "batch_reindex": """layer { name: "i" type: "Input" top: "i" input_param { shape { dim: 5 } } }
      layer { name: "l" type: "BatchReindex" bottom: "data" bottom: "i" top: "top" }""",
    "batch_norm_by_batch": """layer { name: "l" type: "BatchNorm" bottom: "data" top: "top"
      batch_norm_param { use_global_stats: false eps: 0.01 } }""",
    "batch_norm_of_nothing": """layer { name: "l" type: "BatchNorm" bottom: "data" top: "top" }""",
    "scale_two_bottoms_and_bias": """
      layer { name: "s" type: "Input" top: "s" input_param { shape { dim: 2 dim: 3 } } }
      layer { name: "l" type: "Scale" bottom: "data" bottom: "s" top: "top" scale_param {
        axis: 0 bias_term: true bias_filler { type: "gaussian" } } }""",
    "scale_scalar": """layer { name: "l" type: "Scale" bottom: "data" top: "top" scale_param {
      num_axes: 0 bias_term: true filler { value: 3 } bias_filler { value: 0.1 } } }""",
    "bias_all_axes": """layer { name: "l" type: "Bias" bottom: "data" top: "top" bias_param {
      axis: 0 num_axes: -1 filler { type: "gaussian" } } }""",
    "prelu_two_axes": """layer { name: "f" type: "Flatten" bottom: "data" top: "f" }
      layer { name: "l" type: "PReLU" bottom: "f" top: "top" }""",
    "mvn_two_axes": """layer { name: "f" type: "Flatten" bottom: "data" top: "f" }
      layer { name: "l" type: "MVN" bottom: "f" top: "top" mvn_param { across_channels: true } }""",
    "arg_max_two_axes": """layer { name: "f" type: "Flatten" bottom: "data" top: "f" }
      layer { name: "l" type: "ArgMax" bottom: "f" top: "top" argmax_param { top_k: 4 } }
      layer { name: "m" type: "ArgMax" bottom: "f" top: "m" argmax_param {
        top_k: 4 out_max_val: true } }""",
    "power_of_nothing": """layer { name: "l" type: "Power" bottom: "data" top: "top" power_param {
      scale: 0 shift: 0.3 power: 2.5 } }""",
    "power_negative": """layer { name: "a" type: "AbsVal" bottom: "data" top: "a" }
      layer { name: "l" type: "Power" bottom: "a" top: "top" power_param {
        shift: 0.1 power: -1.3 } }""",
    "exp_of_base": """layer { name: "l" type: "Exp" bottom: "data" top: "top" exp_param {
      base: 0.7 scale: -1.1 shift: 2.3 } }""",
    "log_of_base": """layer { name: "a" type: "AbsVal" bottom: "data" top: "a" }
      layer { name: "l" type: "Log" bottom: "a" top: "top" log_param {
        base: 0.7 scale: 1.1 shift: 0.3 } }""",
    "clip_upside_down": """layer { name: "l" type: "Clip" bottom: "data" top: "top" clip_param {
      min: 0.5 max: -0.5 } }""",
    "flatten_nothing": """layer { name: "l" type: "Flatten" bottom: "data" top: "top"
      flatten_param { axis: 2 end_axis: 1 } }""",
    "reshape_inside": """layer { name: "l" type: "Reshape" bottom: "data" top: "top" reshape_param {
      axis: 1 num_axes: 1 shape { dim: 3 dim: 1 dim: 1 } } }""",
    "slice_one": """layer { name: "l" type: "Slice" bottom: "data" top: "top" }""",
    "slice_height": """layer { name: "l" type: "Slice" bottom: "data" top: "a" top: "b"
      slice_param { axis: 2 slice_point: 3 } }""",
    "inner_product_all_axes": """layer { name: "l" type: "InnerProduct" bottom: "data" top: "top"
      inner_product_param { num_output: 2 axis: 0 weight_filler { type: "xavier" } } }""",
    "inner_product_transposed": """layer { name: "l" type: "InnerProduct" bottom: "data" top: "top"
      inner_product_param { num_output: 2 axis: -1 transpose: true bias_term: false
        weight_filler { type: "xavier" } } }""",
    "reduction_in_part": """layer { name: "l" type: "Reduction" bottom: "data" top: "top"
      reduction_param { axis: -2 operation: ASUM coeff: 0.3 } }""",
    "eltwise_max_of_three": """layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "s" type: "Sigmoid" bottom: "data" top: "s" }
      layer { name: "l" type: "Eltwise" bottom: "data" bottom: "e" bottom: "s" top: "top"
        eltwise_param { operation: MAX } }""",
    "eltwise_minus": """layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "l" type: "Eltwise" bottom: "data" bottom: "e" top: "top"
        eltwise_param { coeff: 1 coeff: -0.1 } }""",
    "pool_mask_with_pad": """layer { name: "l" type: "Pooling" bottom: "data" top: "top" top: "mask"
      pooling_param { kernel_size: 3 stride: 2 pad: 2 } }""",
    "pool_mask_past_the_end": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      top: "mask" pooling_param { kernel_size: 1 stride: 4 } }""",
    "pool_mask_global": """layer { name: "l" type: "Pooling" bottom: "data" top: "top" top: "mask"
      pooling_param { global_pooling: true } }""",
    "pool_mask_rounded_down": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      top: "mask" pooling_param { kernel_size: 2 stride: 4 round_mode: FLOOR } }""",
    "pool_mask_with_two_pads": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      top: "mask" pooling_param { kernel_size: 3 pad_h: 0 pad_w: 2 } }""",
    "pool_max_with_wide_pad": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      pooling_param { kernel_size: 3 stride: 2 pad_h: 0 pad_w: 2 } }""",
    "pool_ave_with_wide_pad": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 2 } }""",
    "pool_pad_of_one_axis": """layer { name: "l" type: "Pooling" bottom: "data" top: "top"
      pooling_param { kernel_size: 2 stride: 4 pad_h: 1 pad_w: 0 } }""",
    "deconvolution_two_bottoms": """layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "l" type: "Deconvolution" bottom: "data" bottom: "e" top: "a" top: "b"
        convolution_param { num_output: 6 kernel_size: 3 stride: 2 pad: 1 dilation: 2 group: 3
          weight_filler { type: "gaussian" } } }""",
    "relu_of_input_in_place": """layer { name: "l" type: "ReLU" bottom: "data" top: "data" }
      layer { name: "m" type: "TanH" bottom: "data" top: "data" }""",
    "eltwise_sum_in_place": """layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "l" type: "Eltwise" bottom: "e" bottom: "data" top: "e"
        eltwise_param { coeff: 1 coeff: 3 } }""",
    "lrn_within_ignores_k": """layer { name: "l" type: "LRN" bottom: "data" top: "top" lrn_param {
      norm_region: WITHIN_CHANNEL local_size: 5 k: 2 alpha: 0.3 beta: 0.6 } }""",
    "crop_to_a_blob_of_an_odd_name": """
      layer { name: "p" type: "Pooling" bottom: "data" top: "caffe_crop" pooling_param {
        kernel_size: 3 } }
      layer { name: "l" type: "Crop" bottom: "data" bottom: "caffe_crop" top: "top" crop_param {
        offset: 1 } }""",
    "in_place_twice_read": """layer { name: "t" type: "TanH" bottom: "data" top: "t" }
      layer { name: "l" type: "Swish" bottom: "t" top: "t" swish_param { beta: 3 } }""",
    "in_place_after_sum": """layer { name: "e" type: "Exp" bottom: "data" top: "e" }
      layer { name: "s" type: "Eltwise" bottom: "data" bottom: "e" top: "s" }
      layer { name: "l" type: "Power" bottom: "s" top: "s" power_param { scale: 2 } }
      layer { name: "m" type: "Swish" bottom: "s" top: "s" }""",
}
