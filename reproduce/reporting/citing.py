"""BibTeX of the papers and of this software, to be copied; see citations.yaml."""

from importlib.resources import files

import yaml

from .markup import Html, anchor, joined, tag


def section() -> Html:
    """An entry for each work, with a button that copies it."""
    return joined(map(_entry, citations()))


def citations() -> list[dict]:
    """The works: `key`, `type`, `for` and `fields` of each."""
    return yaml.safe_load((files(__package__) / "citations.yaml").read_text("utf-8"))


def bibtex(work: dict) -> str:
    """The BibTeX entry of a work.

    >>> print(bibtex({"key": "a", "type": "misc", "fields": {"title": "T", "year": 2015}}))
    @misc{a,
      title = {T},
      year = {2015},
    }
    """
    fields = [f"  {name} = {{{value}}}," for name, value in work["fields"].items()]
    return "\n".join([f"@{work['type']}{{{work['key']},", *fields, "}"])


def _entry(work: dict) -> Html:
    id = anchor("cite", work["key"])
    copy = tag("button", "Copy", type="button", class_="copy", data_copy=id, hidden=True)
    head = tag("p", tag("span", work["for"]), copy, class_="cite")
    return tag("div", head, tag("pre", bibtex(work), id=id, tabindex=0), class_="entry")
