"""A progress bar on stderr: files a second, megabytes a second, time left; silent without a terminal."""

import sys
from typing import TYPE_CHECKING

from longplay.cli.output import is_terminal, printable
from longplay.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID


class _Bar:
    """A `Progress` drawn by Rich."""

    def __init__(self) -> None:
        self._drawn: RichProgress | None = None
        self._task: TaskID | None = None
        self._files = 0

    def begin(self, task: str, *, files: int | None = None, size: int | None = None) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self.end()
        self._files = 0
        self._drawn = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[files]} files"),
            TextColumn("{task.fields[rate]}"),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            # lines above the bar where both are on the terminal; data in a file or pipe stays there
            redirect_stdout=sys.stdout.isatty(),
        )
        self._drawn.start()
        shown = "?" if files is None else str(files)
        self._task = self._drawn.add_task(printable(task), total=size, done=0, files=shown, rate="")

    def advance(self, *, files: int = 0, size: int = 0) -> None:
        if self._drawn is None or self._task is None:
            return
        self._files += files
        elapsed = self._drawn.tasks[0].elapsed or 0.0
        rate = f"{self._files / elapsed:.1f} files/s" if elapsed else ""
        self._drawn.update(self._task, advance=size, done=self._files, rate=rate)

    def end(self) -> None:
        if self._drawn is not None:
            self._drawn.stop()
            self._drawn = None


def progress_bar(*, quiet: bool) -> Progress:
    """A bar where somebody watches and did not ask for JSON, else the silent twin."""
    return Silent() if quiet or not is_terminal() else _Bar()
