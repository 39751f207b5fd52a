"""The causal loop diagram, drawn as SVG: five variables on a circle, two pushing from outside."""

from math import atan2, cos, hypot, pi, sin

from casekit.exhibits.exhibit import NARROW
from casekit.exhibits.theme import ACCENT, FONT, INK, MUTED, SERIES

_RING = (
    ("growth of", "shipments"),
    ("growth that", "suppliers perceive"),
    ("supplier", "confidence"),
    ("orders", "filled"),
    ("demand", "kept"),
)
_DELAYED = {0, 1}
_SIZE = 360


def draw_loop(width: int) -> str:
    """Return the diagram as SVG of this width in pixels; the drawing scales as a whole."""
    wide = width != NARROW
    span = 560 if wide else 340
    centre = (span / 2, 175.0)
    radius = (165.0, 125.0) if wide else (100.0, 125.0)
    points = [_on_ring(centre, radius, index) for index in range(len(_RING))]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {span} {_SIZE}" '
        f'width="{width}" height="{width * _SIZE / span:.0f}" font-family="{FONT}" font-size="13">',
        f'<defs><marker id="ck-tip-{span}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="{MUTED}"/></marker>'
        "</defs>",
        *[_link(points, index, centre, span) for index in range(len(_RING))],
        *[_words(point, lines, INK) for point, lines in zip(points, _RING, strict=True)],
        _words(centre, ("R",), ACCENT, size=30),
        _words((centre[0], centre[1] + 24), ("reinforcing",), ACCENT),
        *_pushes(points[3], span),
        "</svg>",
    ]
    return "".join(parts)


def _on_ring(
    centre: tuple[float, float], radius: tuple[float, float], index: int
) -> tuple[float, float]:
    angle = 2 * pi * index / len(_RING) - pi / 2
    return centre[0] + radius[0] * cos(angle), centre[1] + radius[1] * sin(angle)


def _link(
    points: list[tuple[float, float]], index: int, centre: tuple[float, float], span: int
) -> str:
    (x0, y0), (x1, y1) = points[index], points[(index + 1) % len(points)]
    length = hypot(x1 - x0, y1 - y0)
    cut = min(0.36, 40 / length)
    sx, sy = x0 + (x1 - x0) * cut, y0 + (y1 - y0) * cut
    ex, ey = x1 - (x1 - x0) * cut, y1 - (y1 - y0) * cut
    mx, my = (x0 + x1) / 2, (y0 + y1) / 2
    away = atan2(my - centre[1], mx - centre[0])
    bx, by = mx + 26 * cos(away), my + 26 * sin(away)
    label = "+ delay" if index in _DELAYED else "+"
    out = 52 if index in _DELAYED else 36
    return (
        f'<path d="M{sx:.1f} {sy:.1f} Q{bx:.1f} {by:.1f} {ex:.1f} {ey:.1f}" fill="none" '
        f'stroke="{MUTED}" stroke-width="1.8" marker-end="url(#ck-tip-{span})"/>'
        f'<text x="{mx + out * cos(away):.1f}" y="{my + 36 * sin(away) + 4:.1f}" fill="{MUTED}" '
        f'text-anchor="middle" font-size="12">{label}</text>'
    )


def _words(point: tuple[float, float], lines: tuple[str, ...], colour: str, size: int = 13) -> str:
    x, y = point
    top = y - 8 * (len(lines) - 1) + 4
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{top + 16 * row:.1f}">{line}</tspan>'
        for row, line in enumerate(lines)
    )
    return (
        f'<text text-anchor="middle" font-weight="600" font-size="{size}" '
        f'fill="{colour}">{spans}</text>'
    )


def _pushes(target: tuple[float, float], span: int) -> list[str]:
    x, y = target
    pushes = []
    for dx, sign, lines, colour in (
        (-95.0, "+", ("supply team",), SERIES[0]),
        (30.0, "−", ("shortage",), SERIES[1]),
    ):
        fx = max(48.0, x + dx)
        pushes.append(_words((fx, y + 66), lines, colour))
        pushes.append(
            f'<path d="M{fx:.1f} {y + 52:.1f} L{x + dx / 6:.1f} {y + 20:.1f}" stroke="{colour}" '
            f'stroke-width="1.8" fill="none" marker-end="url(#ck-tip-{span})"/>'
            f'<text x="{(fx + x) / 2 + (14 if dx > 0 else -14):.1f}" y="{y + 36:.1f}" '
            f'fill="{colour}" text-anchor="middle" font-weight="600">{sign}</text>'
        )
    return pushes
