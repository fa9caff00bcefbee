//! The schedule as text: what `hanno schedule FILE --format csv` prints and what `schedule_sha256` is of.

use std::io::{self, Write};

use crate::plan::Plan;
use crate::schedule::Schedule;

/// The first line, without its end.
pub const HEADER: &str = "seq,due_ns,stream,phase,journey";

/// Bytes gathered before they are handed on.
const BUFFER_BYTES: usize = 64 * 1024;

/// Writes the header and one line for each arrival, with names for indices, every line ended by `\n`;
/// returns the number of arrivals. No field is ever quoted: names are of `[a-z0-9_-]`.
pub fn write(plan: &Plan, mut out: impl Write) -> io::Result<u64> {
    let mut buffer = Vec::with_capacity(BUFFER_BYTES + 1024);
    buffer.extend_from_slice(HEADER.as_bytes());
    buffer.push(b'\n');
    let mut count = 0;
    for arrival in Schedule::new(plan) {
        let stream = &plan.streams[usize::from(arrival.stream)];
        number(&mut buffer, arrival.seq);
        buffer.push(b',');
        number(&mut buffer, arrival.due_ns);
        let phase = &stream.phases[usize::from(arrival.phase)].name;
        let journey = &plan.journeys[usize::from(arrival.journey)].name;
        for name in [&stream.name, phase, journey] {
            buffer.push(b',');
            buffer.extend_from_slice(name.as_bytes());
        }
        buffer.push(b'\n');
        count += 1;
        if buffer.len() >= BUFFER_BYTES {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(count)
}

/// Decimal digits, without the machinery of `format!`: most of the time would go there.
fn number(buffer: &mut Vec<u8>, mut value: u64) {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] += u8::try_from(value % 10).expect("below 10");
        value /= 10;
        if value == 0 {
            break;
        }
    }
    buffer.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_written_in_full() {
        for value in [0, 9, 10, 123_456_789, u64::MAX] {
            let mut buffer = Vec::new();
            number(&mut buffer, value);
            assert_eq!(String::from_utf8(buffer).unwrap(), value.to_string());
        }
    }
}
