"""What the report says of calls that cannot be right, and of files that are none."""

import pytest

from reproduce import report


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{}/none"], "none: no such folder, expected what python -m reproduce.table wrote to"),
        (["{}"], "holds no results"),
        (["{}", "--gallery", "-1"], "--gallery -1: expected 0 or more drawings"),
        (["{}", "--out", "{}/page.pdf"], "page.pdf: expected a file name that ends in .html"),
    ],
)
def test_wrong_calls(words, said, tmp_path, capsys):
    assert report.main([word.format(tmp_path) for word in words]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{}", "a.json: not a results file"),
        ("a.csv", "net,command,title\n", "a.csv: has no row"),
        ("a.csv", "net,command,title\na,b\n", "a.csv: has no row, or one of another length"),
        ("a.csv", "net,title\n\xff,b\n", "a.csv: cannot be read"),
        ("curve-a.csv", "iteration\n1\n", "curve-a.csv: columns iteration, expected loss,"),
        ("a.csv", "title,command\n1,2\n", "a.csv: columns title, command, expected cpu,"),
        (
            "a.csv",
            "title,sweep,net,runner,size,batch,threads,median s,growth MB\n"
            "a,area,n,r,9xa,1,1,2,3\n",
            "a.csv: invalid literal for int",
        ),
    ],
)
def test_broken_files(name, content, said, tmp_path, capsys):
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    assert report.main([str(tmp_path), "--gallery", "0"]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "report.html").exists()
