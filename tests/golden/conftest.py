"""The scripts here are data: they run from the command line and hold no tests."""

collect_ignore_glob = ["full/*.py"]
