"""The rules of the class puzzle: what is broken, in which way, and a plain suggestion that breaks nothing.

Pure: cards and classes in, sentences' material and moves out. Sex is only ever counted, and never a rule.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

APART, TOGETHER = "apart", "together"


class Breach(StrEnum):
    APART = "apart"
    TOGETHER = "together"
    SIZE = "size"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Card:
    """A pupil to be put in a class. `home` is the class now, or None."""

    key: int
    home: int | None = None
    sex: str = ""
    language: str = ""


@dataclass(frozen=True)
class Box:
    """A class: at most `limit` pupils when set, and one written form when set."""

    key: int
    limit: int | None = None
    language: str = ""


@dataclass(frozen=True)
class Pair:
    kind: str
    first: int
    second: int


@dataclass(frozen=True)
class Broken:
    """One broken rule: which, the pupils and the class, and by how many."""

    breach: Breach
    box: int | None
    cards: tuple[int, ...]
    count: int = 0


def broken(cards: Collection[Card], boxes: Iterable[Box], pairs: Iterable[Pair]) -> list[Broken]:
    """Every rule that the classes as they are break. Pupils without a class break nothing yet."""
    home = {card.key: card.home for card in cards}
    found = []
    for pair in pairs:
        first, second = home.get(pair.first), home.get(pair.second)
        if first is None or second is None:
            continue
        if pair.kind == APART and first == second:
            found.append(Broken(Breach.APART, first, (pair.first, pair.second)))
        if pair.kind == TOGETHER and first != second:
            found.append(Broken(Breach.TOGETHER, None, (pair.first, pair.second)))
    inside: dict[int, list[Card]] = defaultdict(list)
    for card in cards:
        if card.home is not None:
            inside[card.home].append(card)
    for box in boxes:
        held = inside[box.key]
        if box.limit is not None and len(held) > box.limit:
            found.append(Broken(Breach.SIZE, box.key, (), len(held) - box.limit))
        others = tuple(card.key for card in held if not fits_language(card, box))
        if others:
            found.append(Broken(Breach.LANGUAGE, box.key, others, len(others)))
    return found


def fits_language(card: Card, box: Box) -> bool:
    return not box.language or not card.language or card.language == box.language


def suggest(cards: Collection[Card], boxes: Collection[Box], pairs: Collection[Pair]) -> dict[int, int]:
    """A class for those without one, by pupil; those who have a class stay there.

    Pupils who belong together go as one; the largest company first, into the class with fewest pupils, then fewest of
    their sex. Whoever fits nowhere without breaking a rule is left out. Equal input gives an equal answer.
    """
    home = {card.key: card.home for card in cards}
    inside: dict[int, list[Card]] = {box.key: [] for box in boxes}
    for card in sorted(cards, key=lambda card: card.key):
        if card.home in inside:
            inside[card.home].append(card)
    enemies: dict[int, set[int]] = defaultdict(set)
    for pair in pairs:
        if pair.kind == APART:
            enemies[pair.first].add(pair.second)
            enemies[pair.second].add(pair.first)
    moves: dict[int, int] = {}
    for company in companies(cards, pairs):
        waiting = [card for card in company if card.home is None]
        bound = {home[card.key] for card in company if card.home is not None}
        if (
            not waiting
            or len(bound) > 1
            or any(card.key in enemies[other.key] for card in company for other in company)
        ):
            continue
        open_to = [box for box in boxes if (not bound or box.key in bound) and takes(box, waiting, inside, enemies)]
        if open_to:
            chosen = min(open_to, key=lambda box: crowding(inside[box.key], waiting))
            inside[chosen.key].extend(waiting)
            moves |= {card.key: chosen.key for card in waiting}
    return moves


def takes(box: Box, waiting: list[Card], inside: Mapping[int, list[Card]], enemies: Mapping[int, set[int]]) -> bool:
    held = inside[box.key]
    keys = {card.key for card in held}
    if box.limit is not None and len(held) + len(waiting) > box.limit:
        return False
    return all(fits_language(card, box) and not enemies.get(card.key, set()) & keys for card in waiting)


def crowding(held: list[Card], waiting: list[Card]) -> tuple[int, int]:
    """How full a class would be, and how many of the newcomers' sex it has. The first of equals is chosen."""
    sexes = Counter(card.sex for card in held)
    return len(held), sum(sexes[card.sex] for card in waiting)


def companies(cards: Collection[Card], pairs: Iterable[Pair]) -> list[list[Card]]:
    """Those who must be together, the largest company first, then by key."""
    leader = {card.key: card.key for card in cards}

    def find(key: int) -> int:
        while leader[key] != key:
            key = leader[key]
        return key

    for pair in pairs:
        if pair.kind == TOGETHER and pair.first in leader and pair.second in leader:
            one, other = sorted((find(pair.first), find(pair.second)))
            leader[other] = one
    found: dict[int, list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda card: card.key):
        found[find(card.key)].append(card)
    return sorted(found.values(), key=lambda company: (-len(company), company[0].key))
