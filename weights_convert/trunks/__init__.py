"""The classifiers that FCNs are cast from, one file each, found by name.

Each file has one function, `trunk(spec, data, fc=...)`, that adds the layers from blob `data` on
and yields the name of each pool and of the last blob as soon as it is there; layers that come after
the last name asked for are not added.  fc: channels of fc6 and fc7, in trunks that have them.
"""
