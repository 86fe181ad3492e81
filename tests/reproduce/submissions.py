"""Archives for VOC's evaluation server, read and written by hand."""

import io
import tarfile

FOLDER = "results/VOC2011/Segmentation/comp6_test_cls"


def contents(archive):
    with tarfile.open(archive, "r:gz") as tar:
        return {
            one.name: tar.extractfile(one).read() for one in tar.getmembers() if not one.isdir()
        }


def write(archive, files):
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            header = tarfile.TarInfo(name)
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return archive
