"""Colours of a terminal as the few that the design has: every other one becomes its nearest."""

from __future__ import annotations

RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, GREY = "red", "green", "yellow", "blue", "mag", "cyan", "grey"
COLOURS = (RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, GREY)

# Black and white are the colour of the text: on a light or dark page one of them would vanish.
_SIXTEEN = (None, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, None, GREY, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, None)
_HUES = (RED, YELLOW, GREEN, CYAN, BLUE, MAGENTA)  # at 0°, 60°, …
_STEPS = (0, 95, 135, 175, 215, 255)  # of the colour cube of 256
_FAINT = 48  # difference between the channels below which a colour is a grey


def of_sixteen(number: int) -> str | None:
    """One of the sixteen colours by its number; None is the colour of the text."""
    return _SIXTEEN[number] if 0 <= number < 16 else None


def of_256(number: int) -> str | None:
    """One of the 256: sixteen, a cube of 6 × 6 × 6, and 24 greys."""
    if number < 16:
        return of_sixteen(number)
    if number < 232:
        cube = number - 16
        return of_rgb(_STEPS[cube // 36], _STEPS[cube // 6 % 6], _STEPS[cube % 6])
    level = 8 + 10 * (number - 232)
    return of_rgb(level, level, level) if number < 256 else None


def of_rgb(red: int, green: int, blue: int) -> str | None:
    """The nearest hue; pale and dark ones are grey, and black and white the colour of the text."""
    high, low = max(red, green, blue), min(red, green, blue)
    spread = high - low
    if spread < _FAINT:
        return GREY if 64 <= high < 208 else None
    if high == red:
        hue = (green - blue) / spread % 6
    elif high == green:
        hue = (blue - red) / spread + 2
    else:
        hue = (red - green) / spread + 4
    return _HUES[round(hue) % 6]
