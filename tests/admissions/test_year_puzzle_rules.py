"""The class puzzle's rules: what is broken is seen, and a suggestion breaks nothing."""

from hypothesis import given
from hypothesis import strategies as st

from admissions.year.puzzle import APART, TOGETHER, Box, Breach, Card, Pair, broken, suggest


@st.composite
def boards(draw):
    boxes = [
        Box(key, draw(st.one_of(st.none(), st.integers(0, 12))), draw(st.sampled_from(["", "nb", "nn"])))
        for key in range(1, draw(st.integers(1, 4)) + 1)
    ]
    homes = st.sampled_from([None, None, None, *(box.key for box in boxes)])
    sexes, languages = st.sampled_from(["kvinne", "mann", ""]), st.sampled_from(["nb", "nn"])
    cards = [Card(key, draw(homes), draw(sexes), draw(languages)) for key in range(1, draw(st.integers(0, 25)) + 1)]
    keys = st.integers(1, max(len(cards), 1))
    pairs = draw(st.lists(st.builds(Pair, st.sampled_from([APART, TOGETHER]), keys, keys), max_size=8))
    return cards, boxes, [pair for pair in pairs if pair.first < pair.second]


def after(cards, moves):
    return [Card(c.key, moves.get(c.key, c.home), c.sex, c.language) for c in cards]


@given(boards())
def test_a_suggestion_breaks_no_rule_that_was_not_broken(board):
    cards, boxes, pairs = board
    before = {(b.breach, b.box, b.cards) for b in broken(cards, boxes, pairs)}
    for found in broken(after(cards, suggest(cards, boxes, pairs)), boxes, pairs):
        if found.breach == Breach.LANGUAGE:
            already = {card.key for card in cards if card.home == found.box}
            assert set(found.cards) <= already
        else:
            assert (found.breach, found.box, found.cards) in before


@given(boards())
def test_a_suggestion_moves_nobody_who_has_a_class(board):
    cards, boxes, pairs = board
    moves = suggest(cards, boxes, pairs)
    assert moves.keys() <= {card.key for card in cards if card.home is None}
    assert set(moves.values()) <= {box.key for box in boxes}


@given(boards(), st.randoms())
def test_a_suggestion_depends_on_nothing_but_the_board(board, random):
    cards, boxes, pairs = board
    shuffled = list(cards)
    random.shuffle(shuffled)
    assert suggest(shuffled, boxes, pairs) == suggest(cards, boxes, pairs)


@given(st.integers(1, 60), st.integers(1, 4))
def test_without_rules_classes_become_equally_large(pupils, classes):
    boxes = [Box(key) for key in range(classes)]
    moves = suggest([Card(key) for key in range(pupils)], boxes, [])
    sizes = [list(moves.values()).count(box.key) for box in boxes]
    assert sum(sizes) == pupils
    assert max(sizes) - min(sizes) <= 1


def test_sexes_are_spread_where_it_costs_nothing():
    cards = [Card(n, None, "kvinne" if n < 4 else "mann") for n in range(8)]
    moves = suggest(cards, [Box(1), Box(2)], [])
    assert [sum(moves[n] == box for n in range(4)) for box in (1, 2)] == [2, 2]


def test_what_is_broken():
    cards = [Card(1, 1), Card(2, 1), Card(3, 2, "", "nn"), Card(4)]
    boxes = [Box(1, limit=1), Box(2, language="nb")]
    pairs = [Pair(APART, 1, 2), Pair(TOGETHER, 1, 3), Pair(APART, 1, 4)]
    found = [(b.breach, b.box, b.cards, b.count) for b in broken(cards, boxes, pairs)]
    assert found == [
        (Breach.APART, 1, (1, 2), 0),
        (Breach.TOGETHER, None, (1, 3), 0),
        (Breach.SIZE, 1, (), 1),
        (Breach.LANGUAGE, 2, (3,), 1),
    ]


def test_friends_who_are_also_apart_wait_for_somebody_to_decide():
    pairs = [Pair(TOGETHER, 1, 2), Pair(TOGETHER, 2, 3), Pair(APART, 1, 3)]
    assert suggest([Card(1), Card(2), Card(3), Card(4)], [Box(1), Box(2)], pairs) == {4: 1}
