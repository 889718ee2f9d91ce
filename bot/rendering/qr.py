"""A link as a QR code (ISO/IEC 18004: byte mode, error correction M, versions 1 to 9), so that a phone can open it by camera.

Written here because the page may ask nothing of other sites, and no package we have draws one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

# By version: all codewords, error correction codewords of a block, blocks, and where alignment patterns are centred.
_VERSIONS: dict[int, tuple[int, int, int, tuple[int, ...]]] = {
    1: (26, 10, 1, ()),
    2: (44, 16, 1, (6, 18)),
    3: (70, 26, 1, (6, 22)),
    4: (100, 18, 2, (6, 26)),
    5: (134, 24, 2, (6, 30)),
    6: (172, 16, 4, (6, 34)),
    7: (196, 18, 4, (6, 22, 38)),
    8: (242, 22, 4, (6, 24, 42)),
    9: (292, 22, 5, (6, 26, 46)),
}
_MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda r, c: (r + c) % 2 == 0,
    lambda r, c: r % 2 == 0,
    lambda r, c: c % 3 == 0,
    lambda r, c: (r + c) % 3 == 0,
    lambda r, c: (r // 2 + c // 3) % 2 == 0,
    lambda r, c: r * c % 2 + r * c % 3 == 0,
    lambda r, c: (r * c % 2 + r * c % 3) % 2 == 0,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2 == 0,
)
_FINDER_LIKE = ([1, 0, 1, 1, 1, 0, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1])

Matrix = list[list[int]]


def matrix(text: str) -> Matrix:
    """The code's modules, 1 for dark, without the quiet zone; raises `ValueError` when the text is too long."""
    content = text.encode()
    # Mode, length and end take a byte and a half.
    fitting = (v for v, (total, ec, blocks, _) in _VERSIONS.items() if len(content) + 2 <= total - ec * blocks)
    version = next(fitting, None)
    if version is None:
        raise ValueError("too long for a code of version 9")
    total, ec, blocks, _ = _VERSIONS[version]
    words = _interleaved(_data(content, total - ec * blocks), ec, blocks)
    drawn = [_masked(version, words, mask) for mask in range(len(_MASKS))]
    return min(drawn, key=_penalty)


def svg_path(modules: Matrix) -> str:
    """The dark modules as one path, a unit a module, to stand in an SVG of the matrix's size."""
    return "".join(f"M{c} {r}h1v1h-1z" for r, row in enumerate(modules) for c, dark in enumerate(row) if dark)


def _data(content: bytes, room: int) -> list[int]:
    bits = f"0100{len(content):08b}" + "".join(f"{byte:08b}" for byte in content)
    bits += "0" * min(4, room * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[n : n + 8], 2) for n in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[n % 2] for n in range(room - len(words))]


def _interleaved(data: list[int], ec: int, blocks: int) -> list[int]:
    """The words of all blocks in turn, and then those that correct errors; later blocks may be one longer."""
    short, longer = divmod(len(data), blocks)
    parts, start = [], 0
    for n in range(blocks):
        end = start + short + (n >= blocks - longer)
        parts.append(data[start:end])
        start = end
    divisor = _divisor(ec)
    corrections = [_remainder(part, divisor) for part in parts]
    woven = [part[n] for n in range(short + 1) for part in parts if n < len(part)]
    return woven + [correction[n] for n in range(ec) for correction in corrections]


def _times(a: int, b: int) -> int:
    """Multiplication in GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1."""
    product = 0
    for bit in range(7, -1, -1):
        product = product << 1 ^ (0x11D if product & 0x80 else 0)
        product ^= a if b >> bit & 1 else 0
    return product


def _divisor(degree: int) -> list[int]:
    found, root = [0] * (degree - 1) + [1], 1
    for _ in range(degree):
        found = [_times(c, root) ^ (found[n + 1] if n + 1 < degree else 0) for n, c in enumerate(found)]
        root = _times(root, 2)
    return found


def _remainder(data: list[int], divisor: list[int]) -> list[int]:
    rest = [0] * len(divisor)
    for byte in data:
        factor = byte ^ rest[0]
        rest = [r ^ _times(d, factor) for r, d in zip([*rest[1:], 0], divisor, strict=True)]
    return rest


def _masked(version: int, words: list[int], mask: int) -> Matrix:
    size = 17 + 4 * version
    grid: list[list[int | None]] = [[None] * size for _ in range(size)]
    for row, column, dark in _patterns(version, size, mask):
        grid[row][column] = int(dark)
    bits = iter("".join(f"{word:08b}" for word in words))
    for row, column in _path(size):
        if grid[row][column] is None:
            grid[row][column] = int(next(bits, "0")) ^ int(_MASKS[mask](row, column))
    return [[int(bool(dark)) for dark in row] for row in grid]


def _path(size: int) -> Iterator[tuple[int, int]]:
    """Where the data go: pairs of columns from the right, up and down in turn, past the column of the timing pattern."""
    up = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if up else range(size):
            yield from ((row, right), (row, right - 1))
        up = not up


def _patterns(version: int, size: int, mask: int) -> Iterator[tuple[int, int, bool]]:
    """Everything but the data; what comes later is drawn over what came before."""
    for n in range(size):
        yield from ((6, n, n % 2 == 0), (n, 6, n % 2 == 0))
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for r in range(-1, 8):
            for c in range(-1, 8):
                if 0 <= top + r < size and 0 <= left + c < size:
                    yield top + r, left + c, max(abs(r - 3), abs(c - 3)) not in (2, 4)
    centres = _VERSIONS[version][3]
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                for r in range(-2, 3):
                    for c in range(-2, 3):
                        yield row + r, column + c, max(abs(r), abs(c)) != 1
    bits = _coded(mask, 10, 0x537) ^ 0x5412  # level M is 00
    for n in range(15):
        dark = bool(bits >> n & 1)
        yield (n if n < 6 else n + 1 if n < 8 else size - 15 + n), 8, dark
        yield 8, (size - 1 - n if n < 8 else 7 if n == 8 else 14 - n), dark
    yield size - 8, 8, True
    if version >= 7:
        bits = _coded(version, 12, 0x1F25)
        for n in range(18):
            across, down = n // 3, size - 11 + n % 3
            yield from ((across, down, bool(bits >> n & 1)), (down, across, bool(bits >> n & 1)))


def _coded(value: int, degree: int, generator: int) -> int:
    """A value followed by the bits that protect it (BCH)."""
    rest = value << degree
    for bit in range(value.bit_length() + degree, degree - 1, -1):
        if rest >> bit & 1:
            rest ^= generator << (bit - degree)
    return value << degree | rest


def _penalty(modules: Matrix) -> int:
    """How hard a camera would find it, by the standard's four rules."""
    size, found = len(modules), 0
    for lines in (modules, [list(column) for column in zip(*modules, strict=True)]):
        for line in lines:
            run = 1
            for n in range(1, size + 1):
                if n < size and line[n] == line[n - 1]:
                    run += 1
                    continue
                found += run - 2 if run >= 5 else 0
                run = 1
            found += 40 * sum(line[n : n + 11] in _FINDER_LIKE for n in range(size - 10))
    found += 3 * sum(
        modules[r][c] == modules[r][c + 1] == modules[r + 1][c] == modules[r + 1][c + 1]
        for r in range(size - 1)
        for c in range(size - 1)
    )
    dark = sum(map(sum, modules))
    return found + 10 * (abs(20 * dark - 10 * size * size) // (size * size))
