"""The Vietnamese lunar calendar: a lunar day in, the day of the common calendar out.

New moons and the sun's longitude by the usual short series (Meeus), for the meridian of Hà Nội; right to
the day for the years that plans speak of.
"""

from __future__ import annotations

from datetime import date
from math import floor, pi, sin

HANOI = 7 / 24  # the meridian of Hà Nội, as a part of a day
MONTH_DAYS = 29.530588853
EPOCH = 2415021  # the day of the first new moon that is counted
DAY_ZERO = 1721425  # the Julian day number before that of 1 January of the year 1


def _new_moon(number: int) -> int:
    """The Julian day number of a new moon in Hà Nội, counted from 1 January 1900."""
    t = number / 1236.85
    rad = pi / 180
    mean = 2415020.75933 + 29.53058868 * number + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * sin((166.56 + 132.87 * t - 0.009173 * t**2) * rad)
    sun = (359.2242 + 29.10535608 * number - 0.0000333 * t**2) * rad
    moon = (306.0253 + 385.81691806 * number + 0.0107306 * t**2) * rad
    node = (21.2964 + 390.67050646 * number - 0.0016528 * t**2) * rad
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    shift += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    shift += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun) - 0.0006 * sin(2 * node + moon)
    shift += 0.0010 * sin(2 * node - moon) + 0.0005 * sin(2 * moon + sun)
    late = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return floor(mean + shift - late + 0.5 + HANOI)


def _sun_sign(day: int) -> int:
    """In which twelfth of its way the sun stands when the day begins in Hà Nội."""
    t = (day - 2451545.5 - HANOI) / 36525
    rad = pi / 180
    mean = 357.52910 + 35999.05030 * t - 0.0001559 * t**2
    way = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    way += (1.914600 - 0.004817 * t) * sin(rad * mean) + 0.019993 * sin(rad * 2 * mean)
    return floor((way + 0.000290 * sin(rad * 3 * mean)) % 360 / 30)


def _eleventh(year: int) -> int:
    """The number of the new moon of the eleventh month: the one that holds the winter solstice."""
    count = floor((date(year, 12, 31).toordinal() + DAY_ZERO - EPOCH) / MONTH_DAYS)
    return count - 1 if _sun_sign(_new_moon(count)) >= 9 else count


def _leap_month(first: int) -> int:
    """The place of the month in which the sun enters no new sign, counted from the eleventh."""
    signs = [_sun_sign(_new_moon(first + n)) for n in range(15)]
    return next((n for n in range(1, 14) if signs[n] == signs[n + 1]), 0)


def solar_day(year: int, month: int, day: int) -> date | None:
    """The day of a lunar date (never in a leap month); None where the month has no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 30):
        return None
    start = year - 1 if month < 11 else year
    first, following = _eleventh(start), _eleventh(start + 1)
    place = (month - 11) % 12
    if following - first > 12 and place >= _leap_month(first):
        place += 1
    begin = _new_moon(first + place)
    if day > _new_moon(first + place + 1) - begin:
        return None
    return date.fromordinal(begin + day - 1 - DAY_ZERO)
