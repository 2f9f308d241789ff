"""Inline SVG: a chart with axes, and the small bars of cards and tables. Colours come from report.css by class."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Sequence

from markupsafe import Markup

WIDTH = 360
_RIGHT, _TOP, _BOTTOM = 24, 16, 46
Point = tuple[float, float]


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _markup(element: ET.Element) -> Markup:
    return Markup(ET.tostring(element, encoding="unicode"))  # ElementTree has escaped it


class Chart:
    """A plot area between two axes. `x` and `y` turn values into places; marks are drawn in the order of the calls.

    `name` makes the ids of title and description unique on the page. A logarithmic x axis is for positive values.
    """

    def __init__(
        self,
        name: str,
        title: str,
        description: str,
        *,
        x: Point,
        y: Point,
        height: int = 270,
        left: int = 58,
        logarithmic_x: bool = False,
    ) -> None:
        self._transform: Callable[[float], float] = math.log10 if logarithmic_x else float
        self._x, self._y = (self._transform(x[0]), self._transform(x[1])), y
        self.left, self.right, self.top, self.bottom = left, WIDTH - _RIGHT, _TOP, height - _BOTTOM
        self._svg = ET.Element(
            "svg",
            {
                "viewBox": f"0 0 {WIDTH} {height}",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-description",
                "class": "chart",
            },
        )
        ET.SubElement(self._svg, "title", {"id": f"{name}-title"}).text = title
        ET.SubElement(self._svg, "desc", {"id": f"{name}-description"}).text = description

    def x(self, value: float) -> float:
        low, high = self._x
        value = min(max(self._transform(value), low), high)
        return self.left + (value - low) / (high - low) * (self.right - self.left)

    def y(self, value: float) -> float:
        low, high = self._y
        return self.bottom - (min(max(value, low), high) - low) / (high - low) * (self.bottom - self.top)

    def axis_x(self, title: str, ticks: Iterable[tuple[float, str]], *, grid: bool = False) -> None:
        """The axis below, a label at each tick's value."""
        for value, label in ticks:
            if grid:
                self._line((self.x(value), self.top), (self.x(value), self.bottom), "grid")
            self._text((self.x(value), self.bottom + 16), label, "tick middle")
        self._line((self.left, self.bottom), (self.right, self.bottom), "axis")
        self._text(((self.left + self.right) / 2, self.bottom + 38), title, "axis-title middle")

    def axis_y(self, title: str, ticks: Iterable[tuple[float, str]], *, grid: bool = True) -> None:
        """The axis on the left, its title written upwards."""
        for value, label in ticks:
            if grid:
                self._line((self.left, self.y(value)), (self.right, self.y(value)), "grid")
            self._text((self.left - 7, self.y(value) + 4), label, "tick end")
        middle = (self.top + self.bottom) / 2
        if title:
            place = {"transform": f"translate(12 {_number(middle)}) rotate(-90)"}
            ET.SubElement(self._svg, "text", {**place, "class": "axis-title middle"}).text = title

    def line(self, points: Sequence[Point], class_: str) -> None:
        """A line through points given as values."""
        places = " ".join(f"{_number(self.x(x))},{_number(self.y(y))}" for x, y in points)
        ET.SubElement(self._svg, "polyline", {"points": places, "class": class_})

    def area(self, points: Sequence[Point], class_: str) -> None:
        """What lies between the line and the x axis."""
        base = self._y[0]
        outline = [(points[0][0], base), *points, (points[-1][0], base)]
        places = " ".join(f"{_number(self.x(x))},{_number(self.y(y))}" for x, y in outline)
        ET.SubElement(self._svg, "polygon", {"points": places, "class": class_})

    def circle(self, point: Point, radius: float, class_: str, tooltip: str) -> None:
        place = {"cx": _number(self.x(point[0])), "cy": _number(self.y(point[1])), "r": _number(radius)}
        self._tip(ET.SubElement(self._svg, "circle", {**place, "class": class_}), tooltip)

    def square(self, point: Point, half: float, class_: str, tooltip: str) -> None:
        corner = {"x": _number(self.x(point[0]) - half), "y": _number(self.y(point[1]) - half)}
        size = {"width": _number(2 * half), "height": _number(2 * half)}
        self._tip(ET.SubElement(self._svg, "rect", {**corner, **size, "class": class_}), tooltip)

    def stroke(self, point: Point, half: float, class_: str, tooltip: str) -> None:
        """A short upright stroke through a point."""
        x, y = self.x(point[0]), self.y(point[1])
        self._tip(self._line((x, y - half), (x, y + half), class_), tooltip)

    def column(self, low: float, high: float, value: float, class_: str, tooltip: str) -> None:
        """A bar from the x axis up to `value`, between two x values."""
        corner = {"x": _number(self.x(low)), "y": _number(self.y(value)), "rx": "2"}
        size = {"width": _number(self.x(high) - self.x(low)), "height": _number(self.bottom - self.y(value))}
        self._tip(ET.SubElement(self._svg, "rect", {**corner, **size, "class": class_}), tooltip)

    def label(self, point: Point, text: str, class_: str = "", *, right: float = 0, up: float = 0) -> None:
        """Text at a value, moved by so many units to the right and up."""
        self._text((self.x(point[0]) + right, self.y(point[1]) - up), text, class_)

    def markup(self) -> Markup:
        return _markup(self._svg)

    def _line(self, start: Point, end: Point, class_: str) -> ET.Element:
        places = dict(zip(("x1", "y1", "x2", "y2"), map(_number, (*start, *end)), strict=True))
        return ET.SubElement(self._svg, "line", {**places, "class": class_})

    def _text(self, place: Point, text: str, class_: str) -> None:
        attributes = {"x": _number(place[0]), "y": _number(place[1]), "class": class_}
        ET.SubElement(self._svg, "text", attributes).text = text

    @staticmethod
    def _tip(element: ET.Element, tooltip: str) -> None:
        ET.SubElement(element, "title").text = tooltip


def interval_bar(value: float, low: float | None = None, high: float | None = None) -> Markup:
    """A bar of a value in 0..1, its interval drawn over it. For the eye only: the numbers stand beside it."""
    svg = _bar()
    ET.SubElement(svg, "rect", {"width": _number(1000 * _unit(value)), "height": "10", "class": "bar-fill"})
    if low is not None and high is not None:
        left = 1000 * _unit(low)
        width = max(1000 * _unit(high) - left, 4)
        place = {"x": _number(left), "y": "3", "width": _number(width), "height": "4"}
        ET.SubElement(svg, "rect", {**place, "class": "bar-interval"})
    return _markup(svg)


def stacked_bar(parts: Sequence[tuple[str, int]]) -> Markup:
    """Parts of a whole side by side, each coloured by its class. For the eye only."""
    svg = _bar()
    total = sum(count for _, count in parts) or 1
    left = 0.0
    for class_, count in parts:
        width = 1000 * count / total
        place = {"x": _number(left), "width": _number(width), "height": "10"}
        ET.SubElement(svg, "rect", {**place, "class": f"part {class_}"})
        left += width
    return _markup(svg)


def _bar() -> ET.Element:
    shape = {"viewBox": "0 0 1000 10", "preserveAspectRatio": "none"}
    return ET.Element("svg", {**shape, "class": "bar", "aria-hidden": "true", "focusable": "false"})


def _unit(value: float) -> float:
    return min(max(value, 0.0), 1.0)
