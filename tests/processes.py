"""Processes that act on one installation at the same moment."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing.synchronize import Barrier
from typing import Any, TypeVar

from config import Config
from tests.installation import running

COUNT = 8
PATIENCE = 60  # seconds until those that wait for one that never comes give up
Result = TypeVar("Result")
_barriers: dict[int, Barrier] = {}


class Processes:
    """COUNT processes that are started once. Those of one call begin together, each in an application of its own."""

    def __enter__(self) -> "Processes":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.processes", "tests.factories", "formsvc.cli"])
        barriers = {parties: context.Barrier(parties) for parties in (2, COUNT)}
        self._pool = ProcessPoolExecutor(COUNT, context, initializer=_keep, initargs=(barriers,))
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown()

    def at_once(self, count: int, config: Config, act: Callable[..., Result], *given: Any) -> list[Result]:
        """What `act`, a function at the top of a module, returns in each of `count` (2 or 8) processes."""
        return self.beside(config, *[partial(act, *given)] * count)

    def beside(self, config: Config, *acts: Callable[[], Result]) -> list[Result]:
        """What each of 2 or 8 `acts` returns in a process of its own; they can `meet` again."""
        futures = [self._pool.submit(_together, len(acts), config, act) for act in acts]
        return [future.result(PATIENCE) for future in futures]


def _keep(barriers: dict[int, Barrier]) -> None:
    _barriers.update(barriers)


def meet(count: int) -> None:
    """Go on when all `count` are there; who fails before that does not keep the others waiting for ever."""
    _barriers[count].wait(PATIENCE)


def _together(count: int, config: Config, act: Callable[[], Result]) -> Result:
    with running(config) as app, app.app_context():
        meet(count)
        return act()
