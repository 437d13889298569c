"""The widget: what is chosen on the map reaches Python, what Python asks for reaches the map."""

from __future__ import annotations

import json
import sys

import pytest
import yaml

from ecograph.errors import EcographError, SettingsError
from ecograph.loader import load
from ecograph.render import widget as widgets
from ecograph.render.maps import to_html
from ecograph.render.widget import map_widget

pytest.importorskip("anywidget", reason="the extra widget is not installed")

HOSTILE = "<img src=x onerror=top.PWNED=parent.PWNED=window.PWNED=1>"
TOWN = {
    "universities": "id,name\nU1,Hill University\nU2,太原理工大学\n",
    "enterprises": (
        f"id,name,industry\nE1,Mill,I1\nE2,Kiln,I1\n{HOSTILE},{HOSTILE},I1\n=1+1,Sum,I1\n"
    ),
    "industries": "id,name\nI1,Bricks\n",
    "certificates": "enterprise,certificate,valid_from,valid_to\nE1,小巨人,2023-07,2026-07\n",
    "agreements": "id,name,date,status\nA1,One,2024,signed\nA2,Two,2024,signed\n",
    "parties": "agreement,organisation\nA1,U1\nA1,E1\nA2,U2\nA2,E2\n",
}
IDS = {"U1", "U2", "E1", "E2", HOSTILE, "=1+1", "I1"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("widgets") / "town"
    folder.mkdir()
    for name, text in TOWN.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    facts = {"name": "Town", "as_of": "2025-06-30", "language": "en"}
    (folder / "ecosystem.yaml").write_text(yaml.safe_dump(facts), encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def shared(town):
    return map_widget(town)


@pytest.fixture
def widget(shared):
    """Give the one widget of all tests, as it is at first."""
    shared.unobserve_all()
    shared.set_state({"selected": [], "visible": [], "view": "", "colours": {}})
    return shared


# In Python


def test_it_holds_the_page_that_to_html_gives(town, widget) -> None:
    state = widget.get_state()
    assert (state["_page"], state["_height"]) == (to_html(town), 640)
    assert (state["selected"], state["visible"], state["view"], state["colours"]) == (
        [],
        [],
        "",
        {},
    )


def test_its_choices_are_those_of_the_map(town) -> None:
    state = map_widget(town, lang="zh", limit=3, size="degree", height=300).get_state()
    assert state["_page"] == to_html(town, lang="zh", limit=3, size="degree")
    assert state["_height"] == 300


def test_its_script_asks_for_nothing_from_any_network(widget) -> None:
    script = widget.get_state()["_esm"]
    for way in (
        "http:",
        "https:",
        "//cdn",
        "fetch(",
        "import(",
        "eval(",
        "innerHTML",
        "allow-same",
    ):
        assert way not in script
    assert len(script) < 4000


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"height": 199}, "200 to 4000"),
        ({"height": 4001}, "200 to 4000"),
        ({"renderer": "pyvis"}, 'no choice "renderer"'),
        ({"size": "beauty"}, 'no size "beauty"'),
        ({"lang": "la"}, 'lang is "la"'),
    ],
)
def test_choices_that_are_not_known_are_refused(town, choices, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        map_widget(town, **choices)


def test_without_the_extra_the_message_names_it(town, monkeypatch) -> None:
    widgets._make_class.cache_clear()  # noqa: SLF001
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(EcographError, match=r"pip install 'ecograph\[widget\]'"):
        map_widget(town)
    widgets._make_class.cache_clear()  # noqa: SLF001


@pytest.mark.parametrize(
    ("trait", "value", "said"),
    [
        ("selected", ["E9"], 'no node "E9"'),
        ("selected", ["A1"], '"A1" is not on this map'),
        ("selected", ["E1", "E2"], "one node at a time, not 2"),
        ("view", "color=tier", 'no part "color"'),
        ("view", "tier", 'no part "tier"'),
        ("view", "layout=tiers&colour=beauty", 'cannot stand for "beauty"'),
        ("view", "colour=7", 'cannot stand for "7"'),
        ("colour", "strength", "kind, community, tier, .*measure:strength"),
        ("colour", "", "choose one of"),
        ("colours", {"E9": "#ff0000"}, 'no node "E9"'),
        ("colours", {"E1": "red"}, 'write it as "#rrggbb"'),
        ("colours", {"E1": "#ff0000;"}, 'write it as "#rrggbb"'),
        ("colours", {"E1": "#ff00"}, 'write it as "#rrggbb"'),
    ],
)
def test_what_the_map_does_not_know_is_refused_and_changes_nothing(
    widget, trait: str, value, said: str
) -> None:
    before = widget.get_state()
    with pytest.raises(SettingsError, match=said):
        setattr(widget, trait, value)
    with pytest.raises(SettingsError, match=said), widget.hold_trait_notifications():
        setattr(widget, trait, value)
    assert widget.get_state() == before


def test_what_is_visible_is_for_the_map_to_say(widget) -> None:
    with pytest.raises(Exception, match="read-only"):
        widget.visible = ["E1"]
    widget.set_state({"visible": ["E1", HOSTILE]})  # as the browser does
    assert widget.visible == ["E1", HOSTILE]


def test_changes_can_be_observed(widget) -> None:
    heard = []
    widget.observe(lambda change: heard.append((change.name, change.new)), ["selected", "view"])
    widget.set_state({"selected": ["E1"]})
    widget.set_state({"view": "colour=tier"})
    assert heard == [("selected", ["E1"]), ("view", "colour=tier")]


def test_colour_is_a_part_of_the_view(widget) -> None:
    assert widget.colour == "kind"
    widget.view = "#layout=tiers&filters=%7B%22region%22%3A%22%E5%A4%AA%E8%B0%B7%22%7D"
    widget.colour = "measure:strength"
    assert widget.view == (
        "layout=tiers&filters=%7B%22region%22%3A%22%E5%A4%AA%E8%B0%B7%22%7D"
        "&colour=measure%3Astrength"
    )
    assert widget.colour == "measure:strength"
    widget.colour = "kind"
    assert widget.view == "layout=tiers&filters=%7B%22region%22%3A%22%E5%A4%AA%E8%B0%B7%22%7D"
    widget.view = "colour=%22tier%22"  # as older addresses have it
    assert widget.colour == "tier"


def test_nodes_that_the_map_leaves_out_may_be_painted_but_not_selected(town) -> None:
    narrow = map_widget(town, limit=1)  # of the four with one tie each, E1 is first by id
    narrow.colours = dict.fromkeys(IDS, "#ff0000")
    narrow.selected = ["E1"]
    with pytest.raises(SettingsError, match="not on this map"):
        narrow.selected = ["U2"]


def test_a_notebook_is_given_the_widget(widget) -> None:
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id


# In a browser

NOTEBOOK = """<!DOCTYPE html><meta charset=utf-8><title>notebook</title>
<body><div id=cell></div><iframe id=other srcdoc="other"></iframe><script>
function makeModel(values) {
  const listeners = {};
  const saved = [];
  return {
    saved,
    get: (name) => values[name],
    set(name, value) {
      if (JSON.stringify(values[name]) === JSON.stringify(value)) return;
      values[name] = value;
      this.fresh = { ...this.fresh, [name]: value };
      (listeners[`change:${name}`] ?? []).forEach((listener) => listener());
    },
    save_changes() { if (this.fresh) saved.push(this.fresh); this.fresh = null; },
    on(event, listener) { (listeners[event] ??= []).push(listener); },
    off(event, listener) { listeners[event] = listeners[event].filter((one) => one !== listener); },
  };
}
async function start(script, values) {
  window.model = makeModel(values);
  const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { default: { render } } = await import(url);
  window.stop = render({ model, el: document.getElementById("cell") });
}
</script>"""
READY = "window.ecograph.ready.then(() => true)"


class Cell:
    """A widget in a page that plays the notebook; what the page saves, the widget is given."""

    def __init__(self, opened, widget) -> None:
        self.opened, self.page, self.widget = opened, opened.page, widget
        state = widget.get_state()
        self.page.evaluate("([s, v]) => start(s, v)", [state["_esm"], plain(state)])
        self.wait("model.saved.some((values) => 'visible' in values)")
        self.hear()

    @property
    def frame(self):
        return self.page.query_selector("#cell iframe").content_frame()

    def wait(self, condition: str) -> None:
        self.page.wait_for_function(condition, timeout=20_000)

    def wait_inside(self, condition: str) -> None:
        self.frame.wait_for_function(condition, timeout=20_000)

    def ask(self, trait: str, value) -> None:
        """Set a trait in Python, and carry it to the page."""
        setattr(self.widget, trait, value)
        name = "view" if trait == "colour" else trait
        values = [name, self.widget.get_state()[name]]
        self.page.evaluate("([n, v]) => { model.set(n, v); model.fresh = null; }", values)

    def hear(self) -> list[dict]:
        """Carry what the page saved to Python."""
        saved = self.page.evaluate("model.saved.splice(0)")
        for values in saved:
            self.widget.set_state(values)
        return saved


def plain(state: dict) -> dict:
    names = ("_page", "_height", "selected", "visible", "view", "colours")
    return {name: json.loads(json.dumps(state[name])) for name in names}


@pytest.fixture
def cell(open_page, widget):
    made = Cell(open_page(NOTEBOOK), widget)
    yield made
    names = "[window.PWNED, window.length, document.title]"
    assert made.page.evaluate(names) == [None, made.page.evaluate("window.length"), "notebook"]
    assert (made.opened.complaints, made.opened.requests) == ([], [])


@pytest.mark.browser
def test_python_is_told_at_first_what_is_visible_and_nothing_else(cell) -> None:
    assert set(cell.widget.visible) == IDS
    assert (cell.widget.selected, cell.widget.view) == ([], "")
    frame = cell.page.query_selector("#cell iframe")
    assert frame.get_attribute("sandbox") == "allow-scripts"
    assert frame.bounding_box()["height"] >= 640


@pytest.mark.browser
def test_who_is_selected_on_the_map_is_known_to_python(cell) -> None:
    for query, name in (("Mill", "E1"), ("太原", "U2"), ("onerror", HOSTILE), ("Sum", "=1+1")):
        cell.frame.fill(".search input", query)
        cell.frame.press(".search input", "Enter")
        cell.wait("model.saved.some((values) => 'selected' in values)")
        cell.hear()
        assert cell.widget.selected == [name]


@pytest.mark.browser
def test_a_filter_on_the_map_changes_what_is_visible_and_the_view(cell) -> None:
    cell.frame.uncheck("[data-key=node-enterprise]")
    cell.wait("model.saved.some((values) => 'visible' in values)")
    cell.hear()
    assert set(cell.widget.visible) == {"U1", "U2", "I1"}
    assert cell.widget.view == "hiddenKinds=%5B%22enterprise%22%5D"


@pytest.mark.browser
def test_the_map_follows_python_and_does_not_answer_back(cell) -> None:
    cell.ask("colour", "tier")
    cell.ask("selected", ["E1"])
    cell.wait_inside("ecograph.state.colour === 'tier' && ecograph.state.selected?.id === 'E1'")
    assert cell.frame.inner_text(".details h2") == "Mill"
    cell.page.wait_for_timeout(600)
    assert cell.hear() == []
    cell.ask("view", 'hiddenKinds=["university"]')
    cell.ask("selected", [])
    cell.wait("model.saved.some((values) => 'visible' in values)")
    cell.hear()
    assert set(cell.widget.visible) == IDS - {"U1", "U2"}
    state = cell.frame.evaluate("ecograph.state")
    assert (state["selected"], state["colour"]) == (None, "kind")


@pytest.mark.browser
def test_a_hostile_id_is_selected_like_any_other(cell) -> None:
    cell.ask("selected", [HOSTILE])
    cell.wait_inside("ecograph.state.selected !== null")
    assert cell.frame.inner_text(".details h2") == HOSTILE
    cell.page.wait_for_timeout(200)
    assert cell.frame.evaluate("window.PWNED") is None


@pytest.mark.browser
def test_single_nodes_are_painted_and_cleaned_again(cell) -> None:
    pink = (
        "(() => { const c = document.querySelector('.stage canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
        " for (let i = 0; i < d.length; i += 4)"
        " if (d[i] === 255 && d[i + 1] === 0 && d[i + 2] === 255) n += 1; return n; })()"
    )
    assert cell.frame.evaluate(pink) == 0
    cell.ask("colours", {"U1": "#ff00ff", HOSTILE: "#FF00FF"})
    cell.wait_inside(f"{pink} > 50")
    cell.ask("colours", {})
    cell.wait_inside(f"{pink} === 0")


@pytest.mark.browser
def test_a_frame_that_begins_anew_is_given_everything_again(cell) -> None:
    cell.ask("colour", "tier")
    cell.ask("selected", ["U1"])
    cell.wait_inside("ecograph.state.selected?.id === 'U1'")
    cell.page.evaluate("document.body.append(document.getElementById('cell'))")
    cell.frame.wait_for_selector(".ecograph")
    cell.frame.evaluate(READY)
    cell.wait_inside("ecograph.state.colour === 'tier' && ecograph.state.selected?.id === 'U1'")


@pytest.mark.browser
def test_what_other_windows_say_is_ignored(cell) -> None:
    other = cell.page.query_selector("#other").content_frame()
    told = '{ecograph: "state", selected: ["E1"], view: "colour=tier", visible: []}'
    asked = '{ecograph: "set", selected: ["E1"], view: "colour=tier"}'
    other.evaluate(f"parent.postMessage({told}, '*')")
    cell.page.evaluate(f"window.postMessage({told}, '*')")
    other.evaluate(f"parent.frames[0].postMessage({asked}, '*')")
    cell.page.wait_for_timeout(500)
    assert cell.hear() == []
    state = cell.frame.evaluate("ecograph.state")
    assert (state["selected"], state["colour"]) == (None, "kind")


@pytest.mark.browser
def test_what_has_another_shape_is_ignored_even_from_the_map(cell) -> None:
    for told in (
        '{ecograph: "state", selected: "E1"}',
        '{ecograph: "state", selected: [{toString: 1}]}',
        '{ecograph: "state", view: {colour: "tier"}, colours: {E1: "#ff0000"}, _esm: "alert(1)"}',
        '{ecograph: "state"}',
        '{selected: ["E1"]}',
        "null",
        '"state"',
    ):
        cell.frame.evaluate(f"parent.postMessage({told}, '*')")
    cell.page.wait_for_timeout(200)
    assert cell.hear() == []


@pytest.mark.browser
def test_a_widget_that_is_taken_away_listens_no_more(cell) -> None:
    cell.page.evaluate("stop()")
    cell.frame.fill(".search input", "Mill")
    cell.frame.press(".search input", "Enter")
    cell.page.wait_for_timeout(500)
    assert cell.hear() == []


@pytest.mark.browser
def test_python_knows_the_parts_of_a_view_and_what_colours_stand_for(cell) -> None:
    parts = cell.frame.evaluate("Object.keys(ecograph.state)")
    assert {*parts, "camera"} == set(widgets._PARTS)  # noqa: SLF001
    offered = cell.frame.evaluate(
        "[...document.querySelectorAll('select[data-key=colour] option')].map((o) => o.value)"
    )
    assert offered == list(cell.widget._known.colours)  # noqa: SLF001


@pytest.mark.browser
def test_a_map_in_a_page_of_its_own_or_loaded_into_a_frame_says_nothing(
    open_page, town, tmp_path
) -> None:
    (tmp_path / "map.html").write_text(to_html(town), encoding="utf-8")
    opened = open_page(
        "<!DOCTYPE html><meta charset=utf-8><title>x</title><script>window.heard = [];"
        "window.addEventListener('message', (event) => heard.push(event.data));</script>"
    )
    opened.page.context.unroute_all()
    opened.page.evaluate(
        "url => { const f = document.createElement('iframe'); f.sandbox = 'allow-scripts';"
        " f.src = url; document.documentElement.append(f); }",
        (tmp_path / "map.html").as_uri(),
    )
    frame = opened.page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector(".ecograph")
    frame.evaluate(READY)
    opened.page.evaluate("frames[0].postMessage({ecograph: 'set', selected: ['E1']}, '*')")
    opened.page.wait_for_timeout(500)
    assert opened.page.evaluate("heard") == []
    assert frame.evaluate("ecograph.state.selected") is None
