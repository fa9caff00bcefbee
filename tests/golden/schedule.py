#!/usr/bin/env python3
"""Computes schedules from their definition, to check the ones that Hanno computes.

It shares nothing with the program but the definition: ChaCha8 and the exact inverse of a ramp are
written out here (the inverse by integer square roots), rates are fractions, logarithms are decimals of
50 digits. Only the standard library is used.

    schedule.py --check   computes every case of cases.json and compares it with the file NAME.csv
    schedule.py --write   writes these files

The definition. Streams are numbered from 0 in their order. With L(t) the expected number of arrivals
until t, an arrival is due at the first whole nanosecond t at which L(t) >= owed. In consecutive even
phases (idle ones between them add nothing) owed is n + u for n = 0, 1, ..., while it is less than L at
the end of the last one; u = frac(1/2 + 0.618034 k) for stream k unless the stream gives one. In a
Poisson phase owed is E_1, E_1 + E_2, ..., while it is less than L of the phase; each E is -ln(v) as a
double, cut to 32 fractional bits. An arrival belongs to the phase in which its owed count is reached.
"""

import decimal
import fractions
import hashlib
import json
import math
import pathlib
import struct
import sys

Fraction = fractions.Fraction
HERE = pathlib.Path(__file__).resolve().parent
VERSION = 1
WHOLE_STREAM = 0xFFFFFFFF
decimal.getcontext().prec = 50


def key(seed, stream, phase, purpose):
    def text(value):
        return struct.pack("<I", len(value.encode())) + value.encode()

    head = b"hanno schedule" + struct.pack("<IQ", VERSION, seed)
    return hashlib.sha256(head + text(stream) + struct.pack("<I", phase) + text(purpose)).digest()


def chacha8_block(key_bytes, counter):
    """One block of 16 words; 64-bit counter, 64-bit stream number 0."""

    def rotate(value, by):
        return ((value << by) | (value >> (32 - by))) & 0xFFFFFFFF

    def quarter(s, a, b, c, d):
        s[a] = (s[a] + s[b]) & 0xFFFFFFFF
        s[d] = rotate(s[d] ^ s[a], 16)
        s[c] = (s[c] + s[d]) & 0xFFFFFFFF
        s[b] = rotate(s[b] ^ s[c], 12)
        s[a] = (s[a] + s[b]) & 0xFFFFFFFF
        s[d] = rotate(s[d] ^ s[a], 8)
        s[c] = (s[c] + s[d]) & 0xFFFFFFFF
        s[b] = rotate(s[b] ^ s[c], 7)

    start = list(struct.unpack("<4I", b"expand 32-byte k")) + list(struct.unpack("<8I", key_bytes))
    start += [counter & 0xFFFFFFFF, counter >> 32, 0, 0]
    state = list(start)
    for _ in range(4):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(state, a, b, c, d)
        for a, b, c, d in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(state, a, b, c, d)
    return [(x + y) & 0xFFFFFFFF for x, y in zip(state, start)]


def draw(key_bytes, place):
    """The 64 bits at 32-bit word 2 * place, low word first."""
    block, word = divmod(2 * place, 16)
    words = chacha8_block(key_bytes, block)
    return words[word] | words[word + 1] << 32


def below(x, m):
    return x * m >> 64


def gaps(key_bytes):
    """Exponential gaps with 32 fractional bits."""
    index = 0
    while True:
        v = decimal.Decimal((draw(key_bytes, index) >> 11) + 1) / decimal.Decimal(2**53)
        yield Fraction(math.floor(Fraction(float(-v.ln())) * 2**32), 2**32)
        index += 1


def amount(phase):
    """How many arrivals a phase adds, exactly."""
    if phase.get("kind") == "idle":
        return Fraction(0)
    ends = Fraction(*phase["from"]) + Fraction(*phase["to"])
    return ends / 2 * phase["duration_ns"] / 10**9


def first_instant(phase, owed):
    """The first whole nanosecond of the phase at which `owed` of its own arrivals are reached."""
    a, b = Fraction(*phase["from"]) / 10**9, Fraction(*phase["to"]) / 10**9
    d = phase["duration_ns"]

    def reached(t):
        return a * t + (b - a) * t * t / (2 * d) >= owed

    if a == b:
        t = math.ceil(owed / a)
    else:
        # (b - a) t^2 + 2 a d t = 2 d owed, in whole numbers p t^2 + q t = r.
        scale = math.lcm((b - a).denominator, a.denominator, owed.denominator)
        p, q, r = ((b - a) * scale, 2 * a * d * scale, 2 * d * owed * scale)
        assert p.denominator == q.denominator == r.denominator == 1
        p, q, r = int(p), int(q), int(r)
        root = math.isqrt(max(q * q + 4 * p * r, 0))
        t = max((root - q) // (2 * p), 0)
    while not reached(t):
        t += 1
    while t > 0 and reached(t - 1):
        t -= 1
    return t


def runs(phases):
    """Groups of phase indices over which one count runs on, with their spacing."""
    found, even = [], []
    for index, phase in enumerate(phases):
        if phase.get("kind") == "idle":
            continue
        if phase["spacing"] == "even":
            even.append(index)
        else:
            found += [("even", even)] if even else []
            found.append(("poisson", [index]))
            even = []
    return found + ([("even", even)] if even else [])


def stream_arrivals(case, k):
    stream = case["streams"][k]
    phases = stream["phases"]
    starts = [sum(phase["duration_ns"] for phase in phases[:index]) for index in range(len(phases))]
    u = Fraction((500000 + 618034 * k) % 1000000, 1000000)
    u = Fraction(*stream["offset"]) if "offset" in stream else u
    journey_key = key(case["seed"], stream["name"], WHOLE_STREAM, "journey")
    total_weight = sum(weight for _, weight in stream["mix"])
    arrivals = []

    def journey(n):
        if len(stream["mix"]) == 1:
            return stream["mix"][0][0]
        point = below(draw(journey_key, n), total_weight)
        for name, weight in stream["mix"]:
            if point < weight:
                return name
            point -= weight

    def place(indices, owed):
        for index in indices:
            if owed < amount(phases[index]):
                due = starts[index] + first_instant(phases[index], owed)
                arrivals.append((due, k, phases[index]["name"], journey(len(arrivals))))
                return True
            owed -= amount(phases[index])
        return False

    for spacing, indices in runs(phases):
        if spacing == "even":
            n = 0
            while place(indices, n + u):
                n += 1
        else:
            owed = Fraction(0)
            for gap in gaps(key(case["seed"], stream["name"], indices[0], "spacing")):
                owed += gap
                if not place(indices, owed):
                    break
    return arrivals


def schedule(case):
    streams = [stream_arrivals(case, k) for k in range(len(case["streams"]))]
    merged = sorted((arrival for stream in streams for arrival in stream), key=lambda a: (a[0], a[1]))
    lines = ["seq,due_ns,stream,phase,journey"]
    for seq, (due, k, phase, journey) in enumerate(merged):
        lines.append(f"{seq},{due},{case['streams'][k]['name']},{phase},{journey}")
    return "\n".join(lines) + "\n"


def draws(case):
    data = key(case["seed"], case["stream"], WHOLE_STREAM, "data")
    element = key(case["seed"], case["stream"], WHOLE_STREAM, "element " + case["column"])
    exponent = decimal.Decimal(case["zipf"])
    weights = [decimal.Decimal(rank) ** -exponent for rank in range(1, case["rows"] + 1)]

    def zipf(x):
        point = decimal.Decimal(x >> 11) / decimal.Decimal(2**53) * sum(weights)
        for index, weight in enumerate(weights):
            if point < weight:
                return index
            point -= weight

    lines = ["n,row,zipf_row,pick_0,pick_1,element"]
    for n in case["n"]:
        row = draw(data, 256 * n)
        picks = [below(draw(data, 256 * n + 1 + slot), words) for slot, words in enumerate(case["picks"])]
        fields = [n, below(row, case["rows"]), zipf(row), *picks]
        lines.append(",".join(map(str, fields + [below(draw(element, n), case["elements"])])))
    return "\n".join(lines) + "\n"


def self_check():
    """ChaCha8 of an all-zero key: published in draft-strombergson-chacha-test-vectors-01, TC1."""
    words = chacha8_block(bytes(32), 0)
    assert struct.pack("<16I", *words)[:16].hex() == "3e00ef2f895f40d67f5bb8e81f09a5a1", "ChaCha8"


def main(arguments):
    if arguments not in (["--check"], ["--write"]):
        sys.exit("usage: schedule.py --check | --write")
    self_check()
    cases = json.loads((HERE / "cases.json").read_text())
    files = {case["name"]: schedule(case) for case in cases["schedules"]}
    files["draws"] = draws(cases["draws"])
    wrong = []
    for name, text in files.items():
        path = HERE / f"{name}.csv"
        if arguments == ["--write"]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            wrong.append(name)
    known = {f"{name}.csv" for name in files}
    wrong += [path.name for path in HERE.glob("*.csv") if path.name not in known]
    sys.exit(f"not as computed: {', '.join(wrong)}" if wrong else 0)


main(sys.argv[1:])
