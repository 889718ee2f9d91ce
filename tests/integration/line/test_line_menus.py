"""Menus at LINE while the server lives: put up anew, read in pieces, and below each chat the one of its language."""

from __future__ import annotations

import sys

import pytest

from bot.channels.line.menus_shown import ID_LIVES, MenusShown
from bot.channels.line.opening import open_client
from bot.channels.line.setup import Refused, set_up
from bot.rendering.line_menu import menus
from bot.rendering.line_messages import LineRenderer
from tests.fake_line.harness import USER


@pytest.fixture
async def client(line, line_settings):
    made = open_client(line_settings().line)
    yield made
    await made.close()


@pytest.fixture
def put_up(line):
    """Puts menus behind the names without drawing them."""

    def put(*names: str) -> None:
        shown = {name: {"richMenuId": name, "picture": 1, "name": "tomoni-x"} for name in names}
        aliases = {f"tomoni-{lang}-steps": name for lang, name in zip(("ja", "en"), names, strict=False)}
        line.steer("set", menus=shown, aliases=aliases)

    return put


async def test_old_menus_go_however_long_their_list_is(line, client, knowledge, monkeypatch, pictures):
    monkeypatch.setattr("bot.rendering.line_picture.picture", pictures)
    made = list(menus(LineRenderer(knowledge).words))
    old = {f"old-{n}": {**m.as_object(), "richMenuId": f"old-{n}"} for n, m in enumerate(made * 2)}
    line.steer("set", menus=old)
    assert await set_up(client, knowledge, sys.stderr) == 0
    left = line.steer("state")["menus"]
    assert len(left) == 6 and not old.keys() & left.keys()


async def test_an_answer_that_cannot_be_read_stops_the_set_up(line, client, knowledge):
    line.steer("mode", next=["garbled"])
    with pytest.raises(Refused):
        await set_up(client, knowledge, sys.stderr)
    assert [c["method"] for c in line.steer("calls")] == ["GET"]


async def test_nobody_is_taken_to_have_a_menu_and_each_is_linked_once(line, client, put_up):
    put_up("a", "b")
    shown = MenusShown(client)
    for lang in ("ja", "ja", "en", "en", "ja"):
        await shown.show(USER, "line-1", lang)
    assert [c["path"].rsplit("/", 1)[1] for c in line.calls() if "/user/" in c["path"]] == ["a", "b", "a"]


async def test_menus_put_up_beside_a_live_server_are_linked_at_once(line, client, put_up):
    put_up("a", "b")
    shown = MenusShown(client)
    await shown.show(USER, "line-1", "ja")
    put_up("c", "d")  # the old ones are gone
    await shown.show("U" + "1" * 32, "line-2", "ja")
    await shown.show(USER, "line-1", "ja")
    assert line.steer("state")["user_menus"] == {USER: "c", "U" + "1" * 32: "c"}


async def test_a_name_is_looked_up_again_after_a_while_and_when_it_was_missing(line, client, put_up):
    now = [0.0]
    shown = MenusShown(client, lambda: now[0])
    await shown.show(USER, "line-1", "ja")
    assert line.steer("state")["user_menus"] == {}
    put_up("a", "b")
    await shown.show(USER, "line-1", "ja")
    assert line.steer("state")["user_menus"] == {USER: "a"}
    put_up("c", "d")
    now[0] = ID_LIVES + 1
    await shown.show(USER, "line-1", "ja")
    assert line.steer("state")["user_menus"] == {USER: "c"}
