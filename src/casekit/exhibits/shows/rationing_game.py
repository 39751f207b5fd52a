"""What the rationing game shows: who orders what, who receives what, and who would move next."""

from casekit.models import supply_planning as model
from casekit.models._portable import choice, fixed, number

NAME = "rationing-game"
PERSON, TRUTHFUL, BOT = "a person", "a truthful bot", "a replying bot"
PLAYERS = (1, 2, 3, 4)
COLUMNS = ["round", "player", "orders", "receives"]
_WAN = "ten thousand phones"
_OF_MODEL = {parameter["name"]: parameter for parameter in model.PARAMETERS}


def _player(number_):
    return choice(
        "player_%d" % number_, "%d" % number_, "Player %d is" % number_,
        PERSON if number_ == 1 else BOT, (PERSON, TRUTHFUL, BOT), "player",
        "who decides on the orders of player %d" % number_, "any",
    )  # fmt: skip


def _order(number_):
    return number(
        "order_%d" % number_, "o%d" % number_, "Player %d orders" % number_,
        40.0, (0.0, 400.0, 5.0), _WAN,
        "order of player %d in every round, if it is a person" % number_, "any",
    )  # fmt: skip


PARAMETERS = (
    number(
        "buyers", "N", "Seat this many buyers", 3, (2, 4, 1), "buyers",
        "buyers who share the capacity; players beyond it sit out", "illustrative", whole=True,
    ),
    _OF_MODEL["need"], _OF_MODEL["capacity"], _OF_MODEL["rounds"], _OF_MODEL["allocation"],
) + tuple(make(player) for player in PLAYERS for make in (_player, _order))  # fmt: skip


def show(settings: dict) -> dict:
    """Return the last round by player, all rounds, who would move, and a table.

    Args:
        settings: A value for every parameter.
    """
    rounds = play(settings)
    orders, received = rounds[-1]
    return {
        "data": {
            "last": [_bar(settings, *at) for at in enumerate(zip(orders, received))],
            "rounds": [
                {"round": place, "player": "player %d" % (player + 1), "order": order}
                for place, (orders, _) in enumerate(rounds)
                for player, order in enumerate(orders)
            ],
        },
        "sentence": _sentence(settings, orders),
        "columns": COLUMNS,
        "rows": [
            [place, player + 1, order, got]
            for place, (orders, received) in enumerate(rounds)
            for player, (order, got) in enumerate(zip(orders, received))
        ],
    }


def play(settings: dict) -> list:
    """Return orders and receipts of all players, round by round; round 0 is what all need.

    Persons order what their control says from round 1 on; bots see the orders of the round before.
    """
    need, seats = settings["need"], range(settings["buyers"])
    orders = [need for _ in seats]
    rounds = [(orders, _allocate(settings, orders))]
    for _ in range(settings["rounds"]):
        orders = [_next_order(settings, seat, orders) for seat in seats]
        rounds.append((orders, _allocate(settings, orders)))
    return rounds


def _allocate(settings, orders):
    rule = model.uniform if settings["allocation"] == model.UNIFORM else model.proportional
    return rule(orders, settings["capacity"])


def _next_order(settings, seat, orders):
    kind = settings["player_%d" % (seat + 1)]
    if kind == PERSON:
        return settings["order_%d" % (seat + 1)]
    return settings["need"] if kind == TRUTHFUL else reply(settings, seat, orders)


def reply(settings: dict, seat: int, orders: list) -> float:
    """Return the order that would serve this player best, if the others order as they do."""
    others = 0.0
    for place, order in enumerate(orders):
        others += order if place != seat else 0.0
    capacity, rule = settings["capacity"], settings["allocation"]
    return model.best_reply(settings["need"], others, capacity, rule)


def _bar(settings, seat, pair):
    order, got = pair
    kind = settings["player_%d" % (seat + 1)]
    words = "%d, %s: orders %s, receives %s" % (seat + 1, kind, _text(order), _text(got))
    return {"player": "player %d" % (seat + 1), "received": got, "need": settings["need"],
            "words": words}  # fmt: skip


def _text(amount):
    return fixed(amount)


def movers(settings: dict, orders: list) -> list:
    """Return player numbers and better orders of those who could receive closer to their need.

    Nobody gains where the receipt is the need already, whatever the order.
    """
    found = []
    received = _allocate(settings, orders)
    for seat, got in enumerate(received):
        better = reply(settings, seat, orders)
        with_it = _allocate(settings, [better if s == seat else o for s, o in enumerate(orders)])
        gain = abs(got - settings["need"]) - abs(with_it[seat] - settings["need"])
        if gain > 0.5:
            found.append((seat + 1, better))
    return found


def _sentence(settings, orders):
    asked = 0.0
    for order in orders:
        asked += order
    needed = settings["need"] * settings["buyers"]
    text = "Together they need %s and order %s; the supplier can make %s. " % (
        _text(needed), _text(asked), _text(settings["capacity"]),
    )  # fmt: skip
    wanting = movers(settings, orders)
    if not wanting:
        return text + "Nobody would gain by another order: here the game can rest."
    moves = ["player %d (to %s)" % (player, _text(better)) for player, better in wanting]
    return text + "Who would order differently now: %s." % ", ".join(moves)
