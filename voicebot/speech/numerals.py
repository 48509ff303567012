"""Numbers in words, German and English, below a million million."""

# ruff: noqa: SIM905 - a row of words reads better than a column

_DE_SMALL = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
    "siebzehn achtzehn neunzehn"
).split()
_DE_TENS = ". . zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_DE_ORDINALS = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_DE_DIGITS = "null eins zwo drei vier fünf sechs sieben acht neun".split()

_EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_EN_TENS = ". . twenty thirty forty fifty sixty seventy eighty ninety".split()
_EN_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}

_ROMAN = {"I": 1, "V": 5, "X": 10}

LIMIT = 1_000_000_000_000


def german(number: int) -> str:
    """Cardinal: 21 is "einundzwanzig". Raises ValueError beyond the limit."""
    _check(number)
    for size, one, name in ((1_000_000_000, "eine Milliarde", "Milliarden"), (1_000_000, "eine Million", "Millionen")):
        if number >= size:
            head, rest = divmod(number, size)
            said = one if head == 1 else f"{german(head)} {name}"
            return f"{said} {german(rest)}" if rest else said
    if number >= 1000:
        thousands, rest = divmod(number, 1000)
        return f"{german_before(thousands)}tausend{german(rest) if rest else ''}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{german_before(hundreds)}hundert{german(rest) if rest else ''}"
    if number < 20:
        return _DE_SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{german_before(ones)}und{_DE_TENS[tens]}" if ones else _DE_TENS[tens]


def german_before(number: int) -> str:
    """Cardinal before a noun: "ein", "einhundertein" never occur otherwise."""
    words = german(number)
    return words[:-1] if number % 100 == 1 else words


def german_year(number: int) -> str:
    """1998 is "neunzehnhundertachtundneunzig"."""
    hundreds, rest = divmod(number, 100)
    if 11 <= hundreds <= 19:
        return f"{german(hundreds)}hundert{german(rest) if rest else ''}"
    return german(number)


def german_ordinal(number: int, ending: str = "e") -> str:
    """3 is "dritte"; with the ending "en" "dritten"."""
    _check(number)
    rest = number % 100
    if rest in _DE_ORDINALS:
        head = german(number - rest) if number > rest else ""
        return f"{head}{_DE_ORDINALS[rest]}{ending}"
    return f"{german(number)}{'t' if 0 < rest < 20 else 'st'}{ending}"


def german_digits(digits: str) -> str:
    """Digit by digit, as telephone numbers are said, with "zwo"."""
    return " ".join(_DE_DIGITS[int(digit)] for digit in digits)


def english(number: int) -> str:
    """Cardinal: 121 is "one hundred and twenty-one". Raises ValueError beyond the limit."""
    _check(number)
    for size, name in ((1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand")):
        if number >= size:
            head, rest = divmod(number, size)
            joint = " and " if 0 < rest < 100 else " "
            return f"{english(head)} {name}{joint + english(rest) if rest else ''}"
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{_EN_SMALL[hundreds]} hundred{' and ' + english(rest) if rest else ''}"
    if number < 20:
        return _EN_SMALL[number]
    tens, ones = divmod(number, 10)
    return f"{_EN_TENS[tens]}-{_EN_SMALL[ones]}" if ones else _EN_TENS[tens]


def english_year(number: int) -> str:
    """2026 is "twenty twenty-six", 2005 "two thousand and five"."""
    hundreds, rest = divmod(number, 100)
    if not 11 <= hundreds <= 99 or number % 1000 < 10:
        return english(number)
    if rest == 0:
        return f"{english(hundreds)} hundred"
    return f"{english(hundreds)} {'oh ' if rest < 10 else ''}{english(rest)}"


def english_ordinal(number: int) -> str:
    """21 is "twenty-first"."""
    words = english(number)
    cut = max(words.rfind("-"), words.rfind(" ")) + 1
    head, last = words[:cut], words[cut:]
    if last in _EN_ORDINALS:
        return head + _EN_ORDINALS[last]
    return head + (last[:-1] + "ieth" if last.endswith("y") else last + "th")


def english_digits(digits: str) -> str:
    """Digit by digit."""
    return " ".join(_EN_SMALL[int(digit)] for digit in digits)


def roman(numeral: str) -> int:
    """XIV is 14. Takes I, V and X only: what stands behind names, and up to 39."""
    values = [_ROMAN[sign] for sign in numeral]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _check(number: int) -> None:
    if not 0 <= number < LIMIT:
        raise ValueError(f"{number} is beyond what is said in words here")
