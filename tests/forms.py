"""A form on a page, filled in and sent as a browser does it."""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

BUTTONS = ("submit", "image", "button", "reset")
Pairs = list[tuple[str, str]]


def text_of(element: Element) -> str:
    """The text in and below `element`, with single spaces."""
    return " ".join(" ".join(element.itertext()).split())


class Form:
    def __init__(self, root: Element, element: Element) -> None:
        self.element = element
        self.parents = {child: parent for parent in root.iter() for child in parent}
        within = set(element.iter())
        id_ = element.get("id")
        self.members = [e for e in root.iter() if (e in within and not e.get("form")) or (id_ and e.get("form") == id_)]

    @property
    def is_main(self) -> bool:
        """Whether the form stands in the page's main part: not the one to sign out or to choose a language."""
        return any(parent.tag == "main" for parent in self._above(self.element))

    def target(self, page: str, press: str | None = None) -> str:
        """Where the form on the page at `page` is sent by the button `press`."""
        action = self._button(press).get("formaction") if press is not None else None
        return urljoin(page, action or self.element.get("action") or page)

    def path(self, page: str) -> str:
        return urlsplit(self.target(page)).path

    def filled(self, typed: Mapping[str, str | Sequence[str] | None], press: str | None) -> Pairs:
        """What is sent: each control as it stands or as it is typed into, and the button that is pressed.

        A value that the controls do not offer, a name that none has, and a button that is not there fail.
        """
        wanted = {name: [text] if isinstance(text, str) else list(text or ()) for name, text in typed.items()}
        unknown = set(wanted) - {control.get("name") for control in self._controls()}
        assert not unknown, f"no control is called {unknown}"
        self._check_offered(wanted)
        kept = [pair for control in self._controls() for pair in _successful(control) if pair[0] not in wanted]
        given = [(name, _with_line_ends(text)) for name, texts in wanted.items() for text in texts]
        return [*kept, *given, *self._pressed(press)]

    def _controls(self) -> Iterator[Element]:
        for element in self.members:
            is_button = element.tag == "input" and element.get("type") in BUTTONS
            is_control = element.tag in ("input", "select", "textarea") and not is_button
            if is_control and element.get("name") and not self._is_disabled(element):
                yield element

    def _check_offered(self, wanted: Mapping[str, Sequence[str]]) -> None:
        for name, texts in wanted.items():
            offered = [text for c in self._controls() if c.get("name") == name for text in _choices(c)]
            assert not offered or set(texts) <= set(offered), f"{name} offers {offered}, not {texts}"

    def _pressed(self, press: str | None) -> Pairs:
        button = self._button(press)
        return [(name, button.get("value") or "")] if (name := button.get("name")) else []

    def _button(self, press: str | None) -> Element:
        """The button with that value; without one the first, which is what Enter presses."""
        buttons = [e for e in self.members if _is_submit(e) and not self._is_disabled(e)]
        found = [e for e in buttons if press is None or e.get("value") == press]
        assert found, f"no button {press}"
        return found[0]

    def _is_disabled(self, element: Element) -> bool:
        return any(e.get("disabled") is not None for e in (element, *self._above(element)) if e.tag != "option")

    def _above(self, element: Element) -> Iterator[Element]:
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent


def _is_submit(element: Element) -> bool:
    if element.tag == "button":
        return element.get("type", "submit") == "submit"
    return element.tag == "input" and element.get("type") in ("submit", "image")


def _successful(control: Element) -> Pairs:
    """What an untouched control sends."""
    name = control.get("name") or ""
    if control.tag == "textarea":
        return [(name, _with_line_ends("".join(control.itertext())))]
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and control.get("multiple") is None:
            chosen = options[:1]
        return [(name, _option_value(option)) for option in chosen]
    if control.get("type") in ("checkbox", "radio"):
        return [(name, control.get("value") or "on")] if control.get("checked") is not None else []
    return [(name, control.get("value") or "")]


def _choices(control: Element) -> list[str]:
    """The values that a control offers; none where anything can be typed."""
    if control.tag == "select":
        return [_option_value(option) for option in control.iter("option")]
    return [control.get("value") or "on"] if control.get("type") in ("checkbox", "radio") else []


def _option_value(option: Element) -> str:
    value = option.get("value")
    return text_of(option) if value is None else value


def _with_line_ends(text: str) -> str:
    return "\r\n".join(text.splitlines())
