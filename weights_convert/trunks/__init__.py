"""The classifiers that FCNs are cast from, one file each, found by name.

Each file has the constants WIDTHS and FC of the published net, and one function
`trunk(spec, data, widths, fc, dropout)` that adds the layers from blob `data` on and returns the
name of the last.
"""
