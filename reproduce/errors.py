"""Everything that can be wrong with the data and the files that an evaluation reads."""


class DataError(ValueError):
    """A data set, an image, a label or a results file that is not what it should be."""


class ChecksumError(DataError):
    """A file whose bytes are not the ones its checksum names."""


class MissingError(DataError):
    """A file that is needed and not here; the text says where to get it and where to put it."""
