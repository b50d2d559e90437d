"""A progress bar, shown on terminals only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tqdm import tqdm

from core.output.sinks import Result


def show_progress(results: Iterable[Result], pictures: int, before: int = 0) -> Iterator[Result]:
    """Yield the same results and count them on standard error if that is a terminal.

    Args:
        pictures: the number of results to expect. before: the number of results from earlier runs.
    """
    errors = 0
    with tqdm(total=before + pictures, initial=before, unit="picture", disable=None) as bar:
        for result in results:
            errors += result.error is not None
            if errors:
                bar.set_postfix(errors=errors, refresh=False)
            bar.update()
            yield result
