//! The two fingerprints of a run: of its plan, known at once, and of its whole schedule.

use std::fmt::Write as _;
use std::io::{self, Write};

use sha2::{Digest, Sha256};

use crate::plan::Plan;
use crate::schedule_csv;

/// SHA-256, in lower-case hexadecimal, of exactly the bytes that [`schedule_csv::write`] writes.
pub fn schedule_sha256(plan: &Plan) -> String {
    let mut sink = Sink(Sha256::new());
    schedule_csv::write(plan, &mut sink).expect("hashing does not fail");
    hexadecimal(sink.0)
}

/// SHA-256, in lower-case hexadecimal, of the plan as compact JSON.
pub fn plan_sha256(plan: &Plan) -> String {
    let mut sink = Sink(Sha256::new());
    serde_json::to_writer(&mut sink, plan).expect("a plan has string keys only");
    hexadecimal(sink.0)
}

struct Sink(Sha256);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}
