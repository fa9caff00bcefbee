//! Times as tools write them, exactly: a number of seconds with six decimals does not fit the 53 bits of a float.

use jiff::Timestamp;

use super::format::Unit;

/// The coarsest resolution that is told apart.
pub(super) const SECOND_NS: u64 = 1_000_000_000;

/// A decimal number of a unit in nanoseconds; what is finer is cut off. `None` for what is none: signs, exponents,
/// NaN, a time after the year 2554.
pub(super) fn decimal_ns(text: &[u8], unit: Unit) -> Option<u64> {
    let text = text.trim_ascii();
    let point = text.iter().position(|byte| *byte == b'.');
    let (whole, decimals) = match point {
        Some(point) => (&text[..point], &text[point + 1..]),
        None => (text, &[][..]),
    };
    if whole.is_empty() || !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let padding = std::iter::repeat(&b'0');
    let kept = decimals.iter().chain(padding).take(unit.decimals());
    whole.iter().chain(kept).try_fold(0_u64, |ns, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        ns.checked_mul(10)?.checked_add(digit)
    })
}

/// A date and time with its zone, in nanoseconds of Unix time.
pub(super) fn date_ns(text: &[u8]) -> Option<u64> {
    let date: Timestamp = str::from_utf8(text).ok()?.parse().ok()?;
    u64::try_from(date.as_nanosecond()).ok()
}

/// The coarsest resolution, at most `known_ns`, of which the stamp is a whole multiple.
pub(super) fn resolution_ns(stamp_ns: u64, known_ns: u64) -> u64 {
    let mut resolution_ns = known_ns;
    while !stamp_ns.is_multiple_of(resolution_ns) {
        resolution_ns /= 1000;
    }
    resolution_ns
}
