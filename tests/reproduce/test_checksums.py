"""Digests against the values that RFC 1321 and FIPS 180 print for "abc", and checksums.json."""

import pytest

from reproduce import checksums
from reproduce.checksums import check, digest, entries, known_good, remember, verify
from reproduce.errors import ChecksumError, DataError

ABC = {
    "md5": "900150983cd24fb0d6963f7d28e17f72",
    "sha1": "a9993e364706816aba3e25717850c26c9cd0d89d",
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
}


@pytest.fixture
def abc(tmp_path):
    path = tmp_path / "abc"
    path.write_bytes(b"abc")
    return path


@pytest.mark.parametrize("algorithm", ABC)
def test_digest(abc, algorithm):
    assert digest(abc, algorithm) == ABC[algorithm]
    verify(abc, f"{algorithm}:{ABC[algorithm]}")


def test_verify_names_file_and_both(abc):
    with pytest.raises(ChecksumError, match=f"^{abc}: expected md5:00, found md5:{ABC['md5']}$"):
        verify(abc, "md5:00")
    with pytest.raises(
        DataError, match="checksum 'crc32': unknown, expected one of md5, sha1, sha"
    ):
        verify(abc, "crc32:00")


def test_a_file_in_a_folder_that_may_only_be_read_is_good_but_not_remembered(abc, monkeypatch):
    def read_only(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checksums, "locked", read_only)
    remember(abc, check(abc, "abc", None, "abc"), None)
    assert not known_good(abc, None)


def test_entries_of_other_files_stay(abc, tmp_path):
    (tmp_path / "checksums.json").write_text('{"other": {"recorded": "md5:00"}}')
    remember(abc, f"md5:{ABC['md5']}", f"md5:{ABC['md5']}")
    assert known_good(abc, f"md5:{ABC['md5']}")
    assert not known_good(abc, f"sha1:{ABC['sha1']}")
    assert entries(tmp_path)["other"] == {"recorded": "md5:00"}
    assert "recorded" not in entries(tmp_path)["abc"]


@pytest.mark.parametrize("text", ["{", "[]", '{"abc": 1}'])
def test_a_broken_table_is_named(tmp_path, text):
    (tmp_path / "checksums.json").write_text(text)
    with pytest.raises(
        DataError, match=f"^{tmp_path}/checksums.json: is not .*: mend or remove it$"
    ):
        entries(tmp_path)
