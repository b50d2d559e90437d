"""A bar that shows how far many pictures are, where somebody looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tqdm import tqdm

from core.sinks import Result


def show_progress(results: Iterable[Result], pictures: int, before: int = 0) -> Iterator[Result]:
    """The same results, counted on standard error when that is a terminal.

    Args:
        pictures: how many there will be. before: how many more were there already.
    """
    errors = 0
    with tqdm(total=before + pictures, initial=before, unit="picture", disable=None) as bar:
        for result in results:
            errors += result.error is not None
            if errors:
                bar.set_postfix(errors=errors, refresh=False)
            bar.update()
            yield result
