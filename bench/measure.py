"""Two ways of doing the same, timed in turns so that a busy machine slows both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Comparison:
    """Median seconds of each, over `rounds` turns, and the statements ours takes; 0 where they were not counted."""

    name: str
    floor_name: str
    ours: float
    floor: float
    rounds: int
    statements: int = 0

    @property
    def ratio(self) -> float:
        return self.ours / self.floor

    def line(self) -> str:
        ours, floor = f"{self.ours * 1000:9.2f} ms", f"{self.floor * 1000:9.2f} ms"
        return f"{self.name:<34} {ours}  {floor}  {self.ratio:6.2f}  {self.statements or '':>4}  {self.floor_name}"

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "against": self.floor_name,
            "ours_seconds": round(self.ours, 6),
            "floor_seconds": round(self.floor, 6),
            "ratio": round(self.ratio, 3),
            "rounds": self.rounds,
            "statements": self.statements,
        }


def compare(
    name: str,
    ours: Callable[[], object],
    floor_name: str,
    floor: Callable[[], object],
    *,
    rounds: int,
    warm_up: int = 2,
    statements: int = 0,
) -> Comparison:
    for _ in range(warm_up):
        ours()
        floor()
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        pair = [(ours, times[0]), (floor, times[1])]
        for work, taken in pair if turn % 2 else reversed(pair):
            started = time.perf_counter()
            work()
            taken.append(time.perf_counter() - started)
    return Comparison(name, floor_name, statistics.median(times[0]), statistics.median(times[1]), rounds, statements)
