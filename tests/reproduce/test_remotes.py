"""Every file under remotes/ against its schema, and the errors of one that is wrong."""

import pytest
import yaml

from reproduce.errors import DataError
from reproduce.remotes import FOLDER, FORMS, names, read, remote

GOOD = {
    "file": "net.tar",
    "mirrors": ["http://a.org/net.tar"],
    "checksum": f"md5:{32 * '0'}",
    "source": "a test",
    "bytes": 1,
    "unpacks": "a/b",
}
MD5_OF_TORCHVISION = {
    "VOCtrainval_11-May-2012.tar": "md5:6cd6e144f989b92b3379bac3b3de84fd",
    "VOCtrainval_25-May-2011.tar": "md5:6c3384ef61512963050cb5d687e5bf1e",
    "benchmark.tgz": "md5:82b4d87ceb2ed10f6038a1cba92111cb",
    "VOCtrainval_03-May-2010.tar": "md5:da459979d0c395079b5c75ee67908abb",
}


@pytest.mark.parametrize("name", names())
def test_each_file(name):
    one = remote(name)
    assert one.file == name
    assert len(set(one.mirrors)) == len(one.mirrors)
    # A name may say besides whose file it is: siftflow-test.txt is a test.txt elsewhere.
    assert all(f"-{name}".endswith(f"-{url.rsplit('/', 1)[1]}") for url in one.mirrors)
    assert set(yaml.safe_load((FOLDER / f"{name}.yaml").read_text())) <= set(FORMS)
    assert ("archive.org" in str(one.mirrors)) <= ("Internet Archive" in one.source)
    assert (one.checksum is None) == ("No checksum is published" in one.source)
    assert (one.unpacks is not None) == name.endswith((".tar", ".tgz", ".tar.gz", ".zip"))


@pytest.mark.parametrize("name", MD5_OF_TORCHVISION)
def test_checksums_of_the_data_sets(name):
    assert remote(name).checksum == MD5_OF_TORCHVISION[name]


def test_an_unknown_name_lists_the_known():
    with pytest.raises(
        DataError, match=r"no remote file 'vgg'; known are SegNet.*, VOC.*, siftflow-.*$"
    ):
        remote("vgg")


@pytest.mark.parametrize(
    "change, text",
    [
        ({"url": "http://a.org"}, r"unknown keys \['url'\]; known are file, mirrors, checksum"),
        ({"file": "../net"}, "remote '../net': file is '../net', expected a plain file name"),
        ({"file": "..\\net"}, "expected a plain file name"),
        ({"file": None}, "file is None, expected a plain"),
        ({"mirrors": []}, r"mirrors is \(\), expected a list of http or https"),
        ({"mirrors": "http://a.org/net"}, "mirrors is 'http://a.org/net', expected a list"),
        ({"mirrors": ["ftp://a.org/net"]}, "mirrors is .*expected a list of http or https"),
        ({"checksum": 32 * "0"}, "checksum is '0+', expected null, or `md5:`"),
        ({"checksum": f"sha1:{32 * '0'}"}, "checksum is 'sha1:0+', expected null"),
        ({"source": " "}, "source is ' ', expected a text"),
        ({"bytes": "1 GB"}, "bytes is '1 GB', expected null, or a number of bytes"),
        ({"bytes": True}, "bytes is True"),
        ({"unpacks": "a/../.."}, "unpacks is 'a/../..', expected null, or a relative folder"),
    ],
)
def test_refuses(tmp_path, change, text):
    path = tmp_path / "net.tar.yaml"
    path.write_text(yaml.safe_dump(GOOD | change))
    with pytest.raises(DataError, match=text):
        read(path)


def test_refuses_what_is_no_table_or_lacks_a_key(tmp_path):
    path = tmp_path / "net.tar.yaml"
    for text, complaint in (("{", "is not YAML"), ("a", "holds 'a', expected the keys file, mir")):
        path.write_text(text)
        with pytest.raises(DataError, match=f"^{path}: {complaint}"):
            read(path)
    path.write_text(yaml.safe_dump({key: GOOD[key] for key in GOOD if key != "source"}))
    with pytest.raises(DataError, match=r"lacks the keys \['source'\]"):
        read(path)
