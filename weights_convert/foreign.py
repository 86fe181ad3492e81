"""What a file is that should have been a caffemodel and is not."""

STARTS = {
    b"PK\x03\x04": "a zip archive (a PyTorch file?): give the .caffemodel itself",
    b"\x80\x02": "a Python pickle (an old PyTorch file?): give the .caffemodel",
    b"\x80\x03": "a Python pickle: give the .caffemodel",
    b"\x80\x04": "a Python pickle: give the .caffemodel",
    b"version https://git-lfs": "a Git LFS pointer: run `git lfs pull` to fetch the file itself",
    b"\x08": "another of Caffe's files (.solverstate, .binaryproto): give the .caffemodel",
}


def foreign(data: bytes) -> str | None:
    """What a file that begins with `data` (512 bytes) is, and what to do; None if unknown."""
    for start, what in STARTS.items():
        if data.startswith(start):
            return what
    if data.lstrip().startswith(b"<"):
        return "an HTML page, such as servers send with an error: fetch the caffemodel again"
    if data[257:262] == b"ustar":
        return "a tar archive: unpack it and give the .caffemodel in it"
    if data.isascii() and all(byte >= 32 or byte in b"\t\n\r" for byte in data):
        return "text: the prototxt goes where the net is asked for, the .caffemodel here"
    return None
