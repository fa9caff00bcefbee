//! `hanno schedule`: every planned arrival with its due time.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use load_plan::schedule_csv;

use crate::args::{ScheduleArgs, ScheduleFormat};
use crate::failure::Failure;
use crate::{say, scenario};

pub(crate) fn schedule(args: &ScheduleArgs) -> Result<ExitCode, Failure> {
    let plan = scenario::load(&args.scenario)?.scenario.plan;
    let ScheduleFormat::Csv = args.format;
    for stream in plan.streams.iter().filter(|stream| stream.is_closed()) {
        let name = &stream.name;
        say::note(&format!("`{name}` is CLOSED: its arrivals depend on answers and are not here"));
    }
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let written = schedule_csv::write(&plan, &mut out).and_then(|_| out.flush());
    match written {
        // `head` has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        written => Ok(written.context("cannot write the schedule").map(|()| ExitCode::SUCCESS)?),
    }
}
