"""Archives whole and broken, honest and hostile; the hostile ones leave nothing anywhere."""

import io
import signal
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import reproduce.errors
from reproduce import unpack as module
from reproduce.errors import DataError
from reproduce.unpack import unpack

TREE = {"VOCdevkit/VOC2012/JPEGImages/a.jpg": b"image", "VOCdevkit/VOC2012/list.txt": b"a\n"}
LINK, HARD, DEVICE = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE


def tar(path, *members, mode="w"):
    """A tar of members (name, bytes) or (name, type, target of the link)."""
    with tarfile.open(path, mode) as archive:
        for name, what, *target in members:
            info = tarfile.TarInfo(name)
            if target:
                info.type, info.linkname = what, target[0]
                archive.addfile(info)
            else:
                info.size = len(what)
                archive.addfile(info, io.BytesIO(what))
    return path


def zipped(path, *members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data, *kind in members:
            info = zipfile.ZipInfo(name)
            info.external_attr = (kind[0] if kind else stat.S_IFREG) << 16
            archive.writestr(info, data)
    return path


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "outer" / "data"
    folder.mkdir(parents=True)
    return folder


def refused(archive, target, match):
    """The archive is refused in these words, and outer/ holds data/ and nothing else."""
    with pytest.raises(DataError, match=match):
        unpack(archive, target)
    assert list(target.parent.rglob("*")) == [target]


@pytest.mark.parametrize("name, mode", [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz")])
def test_tar(tmp_path, target, name, mode):
    unpack(tar(tmp_path / name, *TREE.items(), mode=mode), target)
    assert contents(target) == TREE


def test_zip(tmp_path, target):
    unpack(zipped(tmp_path / "a.zip", ("empty/", b""), *TREE.items()), target / "new")
    assert contents(target / "new") == TREE
    assert (target / "new" / "empty").is_dir()


def test_links_that_stay_inside(tmp_path, target):
    members = [("a/file", b"1"), ("b/link", LINK, "../a/file"), ("b/hard", HARD, "a/file")]
    unpack(tar(tmp_path / "a.tar", ("./", tarfile.DIRTYPE, ""), *members), target)
    assert contents(target) == {"a/file": b"1", "b/link": b"1", "b/hard": b"1"}
    assert (target / "b/link").is_symlink()


def test_of_two_members_of_one_name_the_last_counts(tmp_path, target):
    unpack(tar(tmp_path / "a.tar", ("a", b"1"), ("hard", HARD, "a"), ("a", b"2")), target)
    assert contents(target) == {"a": b"2", "hard": b"1"}


def test_what_is_there_stays_and_the_rest_is_added(tmp_path, target):
    mine = {"VOCdevkit/VOC2011/x": b"other year", "VOCdevkit/VOC2012/list.txt": b"mine"}
    for name, data in mine.items():
        (target / name).parent.mkdir(parents=True)
        (target / name).write_bytes(data)
    unpack(tar(tmp_path / "a.tar", *TREE.items()), target)
    assert contents(target) == TREE | mine


def test_another_kind_of_thing_in_the_way(tmp_path, target):
    (target / "VOCdevkit").write_text("a file")
    archive = tar(tmp_path / "a.tar", ("A first", b"1"), *TREE.items())
    with pytest.raises(DataError, match=f"{target}/VOCdevkit: is in the way"):
        unpack(archive, target)
    assert contents(target) == {"VOCdevkit": b"a file"}


@pytest.mark.parametrize(
    "members, match",
    [
        ([("../evil", b"x")], r"member '../evil' leads outside"),
        ([("a/../../evil", b"x")], r"member 'a/../../evil' leads outside"),
        ([("/evil", b"x")], r"member '/evil' leads outside"),
        ([("..\\evil", b"x")], r"leads outside"),
        ([("a", LINK, ".."), ("a/evil", b"x")], r"member 'a/evil' goes through the link 'a'"),
        ([("a", LINK, "../evil"), ("a", b"x")], r"member 'a' goes through the link 'a'"),
        ([("a", LINK, "/etc/passwd")], r"member 'a' is a link to '/etc/passwd', outside"),
        ([("a/b", LINK, "../../evil")], r"member 'a/b' is a link to '../../evil', outside"),
        ([("d/e", LINK, ".."), ("a", LINK, "d/e/../..")], r"member 'a' is a link to .*, outside"),
        ([("a", HARD, "../../secret")], r"member 'a' leads outside, by '../../secret'"),
        ([("a", LINK, "../../secret"), ("b", HARD, "a")], r"member 'b' goes through the link 'a'"),
        ([("a", DEVICE, "x")], r"member 'a' is a device"),
        ([("a", tarfile.FIFOTYPE, "x")], r"member 'a' is a device"),
    ],
)
def test_hostile_tars(tmp_path, target, members, match):
    (tmp_path / "secret").write_text("secret")
    archive = tar(tmp_path / "a.tar", ("good", b"good"), *members)
    refused(archive, target, f"^{archive}: {match}" if match.startswith("member") else match)
    assert (tmp_path / "secret").read_text() == "secret"


@pytest.mark.parametrize(
    "member, match",
    [
        (("../../evil", b"x"), "member '../../evil' leads outside"),
        (("/evil", b"x"), "member '/evil' leads outside"),
        (("C:\\evil", b"x"), "leads outside"),
        (("a", b"../../evil", stat.S_IFLNK), "member 'a' is a link to '../../evil', outside"),
        (("a", b"", stat.S_IFCHR), "member 'a' is a device"),
    ],
)
def test_hostile_zips(tmp_path, target, member, match):
    refused(zipped(tmp_path / "a.zip", ("good", b"good"), member), target, match)


@pytest.mark.parametrize("name, mode", [("a.tar", "w"), ("a.tgz", "w:gz")])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_truncated_tars(tmp_path, target, name, mode, share):
    noise = module.os.urandom(50_000)
    archive = tar(tmp_path / name, *((f"{i}.jpg", noise) for i in range(4)), mode=mode)
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(share * len(whole))])
    refused(archive, target, f"^{archive}: is damaged or cut short .*: fetch it again")


def test_a_tar_whose_second_header_is_damaged(tmp_path, target):
    archive = tar(tmp_path / "a.tar", ("a", b"1"), ("b", b"2"))
    data = bytearray(archive.read_bytes())
    data[1024 + 150] ^= 1  # in the checksum of b's header; tarfile alone would stop before b
    archive.write_bytes(data)
    refused(archive, target, "is damaged or cut short")


def test_a_name_with_a_zero_byte(tmp_path, target):
    archive = tar(tmp_path / "a.tar", ("good", b"1"), (f"{120 * 'a'}\0b", b"2"))
    refused(archive, target, "is damaged or cut short .*embedded null")


def test_truncated_and_damaged_zips(tmp_path, target):
    archive = zipped(tmp_path / "a.zip", ("a", 1000 * b"abc"), ("b", b"2"))
    whole = archive.read_bytes()
    for broken in (whole[:-30], whole.replace(b"a", b"b", 1), whole[:40] + b"\xff" + whole[41:]):
        archive.write_bytes(broken)
        refused(archive, target, "is damaged or cut short")


@pytest.mark.parametrize(
    "name, match",
    [("a.rar", "expected .zip, .tar, .tar.gz, .tgz$"), ("b.tar", "into .*: No such file")],
)
def test_no_archive(tmp_path, target, name, match):
    (tmp_path / "a.rar").touch()
    refused(tmp_path / name, target, f"^{tmp_path / name}: .*{match}")


def test_a_killed_unpacking_is_not_taken_for_a_whole_one(tmp_path, target):
    archive = tar(tmp_path / "a.tar", *TREE.items())
    code = "\n".join(
        (
            "import os, signal",
            "from reproduce import unpack",
            "unpack.shutil.copyfileobj = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
            f"unpack.unpack({str(archive)!r}, {str(target)!r})",
        )
    )
    root = Path(reproduce.errors.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == -signal.SIGKILL
    assert [path.name for path in target.iterdir() if path.name[0] != "."] == []
    assert len(list(target.iterdir())) == 2  # the lock and the unfinished tree
    unpack(archive, target)
    assert [path.name for path in target.iterdir()] == ["VOCdevkit"]
    assert contents(target) == TREE


def test_ctrl_c_leaves_nothing(tmp_path, target, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.shutil, "copyfileobj", interrupted)
    with pytest.raises(KeyboardInterrupt):
        unpack(tar(tmp_path / "a.tar", *TREE.items()), target)
    assert list(target.iterdir()) == []
