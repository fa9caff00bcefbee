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

In a phase of the spacing "exactly" there are N = floor(L + 1/2) arrivals, L being what the phase adds. With N + 1
gaps as above and their sums S_1, S_2, ..., owed is L u_i / 2^51 for i = 1, ..., N, with u_i = floor(2^51 S_i /
S_(N+1)), and 2^51 - 1 where that is 2^51. Steps are equal parts of their phase. A sine adds m t + a P / (2 pi) (1 -
cos(2 pi t / P)) until t. Bursts are due at the start of their phase and after each period before its end. A
replayed file is due at ceil(offset / speed) before the end of its phase, offsets counted from its first time.

Closed phases have no schedule but a rule: of N users over D seconds the second s starts ceil(N (s + 1) / D) -
ceil(N s / D), of u users of one second user j at the millisecond floor(1000 j / u); each is due again at max(due +
pace, done) or at done + pause. closed.csv is what comes of it where the n-th arrival takes the (n modulo length)-th
time of a list; equal due times go to users that start, then in the order of the arrivals before.
"""

import decimal
import fractions
import hashlib
import heapq
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


def pi():
    """Machin's formula, in whole numbers of 10^-70."""
    one = 10**70

    def arctan_of_one_over(x):
        total = term = one // x
        for n in range(3, 220, 2):
            term //= -x * x
            total += term // n
        return total

    return Fraction(16 * arctan_of_one_over(5) - 4 * arctan_of_one_over(239), one)


PI = pi()


def cosine_of_turns(turns):
    """cos(2 pi turns) for 0 <= turns < 1, by its series, to about 40 digits."""
    x = 2 * PI * min(turns, 1 - turns)
    x2 = decimal.Decimal((x * x).numerator) / decimal.Decimal((x * x).denominator)
    total = term = decimal.Decimal(1)
    for n in range(1, 60, 2):
        term *= -x2 / (n * (n + 1))
        total += term
    return Fraction(total)


def rates(phase):
    """Arrivals per nanosecond: of each step, or the mean and the amplitude of a sine."""
    described = phase["steps"] if "steps" in phase else [phase["mean"], phase["amplitude"]]
    return [Fraction(*rate) / 10**9 for rate in described]


def owed_until(phase, t):
    """How many arrivals a phase adds until t, exactly but for the cosine."""
    d = phase["duration_ns"]
    if "from" in phase:
        a, b = Fraction(*phase["from"]) / 10**9, Fraction(*phase["to"]) / 10**9
        return a * t + (b - a) * t * t / (2 * d)
    if "steps" in phase:
        part = Fraction(d, len(phase["steps"]))
        return sum(rate * min(max(t - k * part, 0), part) for k, rate in enumerate(rates(phase)))
    if "mean" in phase:
        mean, amplitude = rates(phase)
        turns = Fraction(t, phase["period_ns"]) % 1
        swing = 0 if turns == 0 else amplitude * phase["period_ns"] / (2 * PI) * (1 - cosine_of_turns(turns))
        return mean * t + swing
    return Fraction(0)


def amount(phase):
    """How many arrivals a phase adds, exactly."""
    return owed_until(phase, phase["duration_ns"])


def guess(phase, owed):
    """A nanosecond near the answer; how near does not matter."""
    if "from" in phase:
        a, b = Fraction(*phase["from"]) / 10**9, Fraction(*phase["to"]) / 10**9
        if a == b:
            return math.ceil(owed / a)
        # (b - a) t^2 + 2 a d t = 2 d owed, in whole numbers p t^2 + q t = r.
        d = phase["duration_ns"]
        scale = math.lcm((b - a).denominator, a.denominator, owed.denominator)
        p, q, r = ((b - a) * scale, 2 * a * d * scale, 2 * d * owed * scale)
        assert p.denominator == q.denominator == r.denominator == 1
        p, q, r = int(p), int(q), int(r)
        root = math.isqrt(max(q * q + 4 * p * r, 0))
        return max((root - q) // (2 * p), 0)
    low, high = 0, phase["duration_ns"]
    if "steps" in phase:
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if owed_until(phase, middle) >= owed else (middle + 1, high)
        return low
    mean, amplitude = map(float, rates(phase))
    period, wanted = phase["period_ns"], float(owed)
    while low < high:
        middle = (low + high) // 2
        swing = amplitude * period / math.pi * math.sin(math.pi * (middle % period) / period) ** 2
        low, high = (low, middle) if mean * middle + swing >= wanted else (middle + 1, high)
    return low


def first_instant(phase, owed):
    """The first whole nanosecond of the phase at which `owed` of its own arrivals are reached."""
    t = guess(phase, owed)
    while owed_until(phase, t) < owed:
        t += 1
    while t > 0 and owed_until(phase, t - 1) >= owed:
        t -= 1
    return t


def sorted_shares(key_bytes, count):
    """So many uniform shares of 2^51 in ascending order: sums of gaps over the sum of one more."""
    drawn = gaps(key_bytes)
    sums = [Fraction(0)]
    for _ in range(count + 1):
        sums.append(sums[-1] + next(drawn))
    for sum_of_gaps in sums[1:-1]:
        share = math.floor(2**51 * sum_of_gaps / sums[-1])
        yield Fraction(min(share, 2**51 - 1), 2**51)


def burst_times(phase):
    for start in range(0, phase["duration_ns"], phase["every_ns"]):
        yield from [start] * phase["size"]


def replay_times(phase):
    stamps = sorted(Fraction(text) * 10**9 for text in phase["stamps"])
    offsets = [stamp - stamps[0] for stamp in stamps]
    begin = 0
    while True:
        for offset in offsets:
            due = math.ceil((begin + offset) / Fraction(*phase["speed"]))
            if due >= phase["duration_ns"]:
                return
            yield due
        if "repeat_ns" not in phase:
            return
        begin += phase["repeat_ns"]


def runs(phases):
    """Groups of phase indices over which one count runs on, with their spacing."""
    found, even = [], []
    for index, phase in enumerate(phases):
        if phase.get("kind") == "idle":
            continue
        placing = phase.get("kind") or phase["spacing"]
        if placing == "even":
            even.append(index)
        else:
            found += [("even", even)] if even else []
            found.append((placing, [index]))
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
        elif spacing == "exactly":
            total = amount(phases[indices[0]])
            shares = sorted_shares(
                key(case["seed"], stream["name"], indices[0], "spacing"), math.floor(total + Fraction(1, 2))
            )
            for share in shares:
                assert place(indices, total * share)
        elif spacing in ("burst", "replay"):
            phase, start = phases[indices[0]], starts[indices[0]]
            for time in burst_times(phase) if spacing == "burst" else replay_times(phase):
                arrivals.append((start + time, k, phase["name"], journey(len(arrivals))))
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


def starts_of_users(users, ramp_s):
    if ramp_s == 0:
        return [0] * users
    found = []
    for second in range(ramp_s):
        until = [math.ceil(Fraction(users, ramp_s) * s) for s in (second, second + 1)]
        here = until[1] - until[0]
        found += [second * 10**9 + 1000 * j // here * 10**6 for j in range(here)]
    return found


def closed(cases):
    """What each case comes to; answers come in time, so that each arrival is released when it is due."""
    lines = ["case,n,due_ns"]
    for case in cases:
        start, end = case["start_ns"], case["start_ns"] + case["duration_ns"]
        waiting = [(start + time, 0, j) for j, time in enumerate(starts_of_users(case["users"], case["ramp_s"]))]
        heapq.heapify(waiting)
        n = 0
        while waiting and waiting[0][0] < end:
            due, _, _ = heapq.heappop(waiting)
            done = due + case["answers_ns"][n % len(case["answers_ns"])]
            again = max(due + case["pace_ns"], done) if "pace_ns" in case else done + case["pause_ns"]
            lines.append(f"{case['name']},{n},{due}")
            heapq.heappush(waiting, (again, 1, n))
            n += 1
    return "\n".join(lines) + "\n"


def self_check():
    """ChaCha8 of an all-zero key: published in draft-strombergson-chacha-test-vectors-01, TC1."""
    words = chacha8_block(bytes(32), 0)
    assert struct.pack("<16I", *words)[:16].hex() == "3e00ef2f895f40d67f5bb8e81f09a5a1", "ChaCha8"
    assert math.floor(PI * 10**45) == 3141592653589793238462643383279502884197169399, "pi"
    assert abs(cosine_of_turns(Fraction(1, 3)) + Fraction(1, 2)) < Fraction(1, 10**40), "cosine"


def main(arguments):
    if arguments not in (["--check"], ["--write"]):
        sys.exit("usage: schedule.py --check | --write")
    self_check()
    cases = json.loads((HERE / "cases.json").read_text())
    files = {case["name"]: schedule(case) for case in cases["schedules"]}
    files["draws"] = draws(cases["draws"])
    files["closed"] = closed(cases["closed"])
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
