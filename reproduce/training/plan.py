"""What one net of a call is trained with: its recipe, its data, what it begins with.

Errors  DataError for options that do not go together, and for data that are not there.
"""

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .. import recipes
from ..datasets import Dataset, folder, open_dataset
from ..downloads import cache_folder
from ..errors import DataError, MissingError
from ..recipes import Recipe
from . import on_sample


@dataclass(frozen=True)
class Plan:
    """One training run.

    names: of the classes, if they are the user's own.
    start: what to begin with, if not with what the recipe says.
    """

    recipe: Recipe
    options: Namespace
    names: tuple[str, ...] = ()
    start: Path | None = None

    @property
    def folder(self) -> Path:
        """Where all files of the run are."""
        return self.options.out / self.recipe.name

    @property
    def total(self) -> int:
        """Iterations in all."""
        return self.options.iterations or self.recipe.loop.total

    @property
    def every(self) -> int:
        """After how many iterations each time the net is kept and scored."""
        return min(self.options.every or self.recipe.loop.iterations, self.total)

    def training_data(self) -> Dataset:
        """What images are drawn from.  Raises DataError if there are none."""
        if self.options.sample:
            found = on_sample.training_data(self._data or cache_folder() / "drawn")
        elif self.names:
            found = folder.open_folder(self._data, self.recipe.data.split, self.names)
        else:
            found = self._published(*self.recipe.data)
        return _filled(found)

    def validation_data(self) -> Dataset | None:
        """What is scored, no more images than --limit; None with --no-scores."""
        if self.options.no_scores:
            return None
        split = self.recipe.validation
        if self.options.sample:
            found = on_sample.validation_data(split)
        elif self.names:
            found = self._own_validation(split.split)
        else:
            found = self._published(*split)
        found.ids = found.ids[: self.options.limit]
        return _filled(found)

    def given(self, made: Mapping[str, Path]) -> Path | None:
        """The caffemodel that is begun with in place of what the recipe says."""
        if self.start or not self.options.sample:
            return self.start
        if self.recipe.start.classifier:
            return on_sample.write_trunk(self.folder / "trunk.caffemodel")
        for stage in self.recipe.start.stages:
            if stage.recipe not in made:
                raise MissingError(
                    f"{self.recipe.name}: begins with {stage.recipe}, which is not in "
                    f"{self.options.out}: train it first, or all in turn by --stages"
                )
        return None

    @property
    def _data(self) -> Path | None:
        return self.options.data

    def _published(self, name: str, split: str) -> Dataset:
        where = self._data or cache_folder() / "data"
        return open_dataset(name, where, split, offline=self.options.offline)

    def _own_validation(self, split: str) -> Dataset:
        try:
            return folder.open_folder(self._data, split, self.names)
        except MissingError as error:
            raise MissingError(f"{error}; or give --no-scores") from None


def plans(options: Namespace) -> list[Plan]:
    """A Plan for each net that is asked for, in turn.  Raises DataError."""
    check(options)
    wanted = list(dict.fromkeys(options.nets))
    if options.stages:
        wanted = list(dict.fromkeys(step for net in wanted for step in recipes.stages(net)))
    starts = [options.start, *[None] * len(wanted)]
    return [_plan(options, *each) for each in zip(wanted, starts, strict=False)]


def check(options: Namespace) -> None:
    """Raises DataError for options that make no sense together, or numbers that are none."""
    for name in ("iterations", "every", "keep", "limit"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise DataError(f"--{name} {value}: expected at least 1")
    if options.classes and not options.data:
        raise DataError("--classes: expected --data DIR as well, with your images and labels")
    if options.sample and options.classes:
        raise DataError("--sample: brings its own data, leave --classes away")
    if options.resume and options.start:
        raise DataError("--resume: goes on from its own snapshot, leave --start away")
    if options.start and not options.start.is_file():
        raise MissingError(f"--start {options.start}: no such file, expected a caffemodel")


def _plan(options: Namespace, name: str, start: Path | None) -> Plan:
    recipe = on_sample.recipe(name) if options.sample else recipes.load(name)
    names = folder.class_names(options.classes) if options.classes else ()
    if names:
        recipe = recipes.on_own_data(recipe, len(names))
    return Plan(recipe, options, names, start)


def _filled(dataset: Dataset) -> Dataset:
    if not len(dataset):
        raise DataError(f"{dataset.name} {dataset.split}: is empty, expected an image at least")
    return dataset
