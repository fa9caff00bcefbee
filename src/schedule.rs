//! `hanno schedule`: every planned arrival with its due time.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use load_plan::plan::Plan;
use load_plan::schedule_csv;

use crate::args::{ScheduleArgs, ScheduleFormat};
use crate::failure::Failure;
use crate::{files, say, scenario};

/// Arrivals are small, and there may be many.
const BUFFER_BYTES: usize = 1 << 16;

pub(crate) fn schedule(args: &ScheduleArgs) -> Result<ExitCode, Failure> {
    let plan = scenario::load(&args.scenario)?.scenario.plan;
    for stream in plan.streams.iter().filter(|stream| stream.is_closed()) {
        let name = &stream.name;
        say::note(&format!("`{name}` is CLOSED: its arrivals depend on answers and are not here"));
    }
    match &args.out {
        Some(path) => write(&plan, args.format, files::create(path)?),
        None if args.format == ScheduleFormat::Parquet && io::stdout().is_terminal() => {
            Err(Failure::usage(anyhow!("Parquet is no text for a terminal: give `--out FILE`")))
        }
        None => write(&plan, args.format, io::stdout()),
    }
}

fn write(plan: &Plan, format: ScheduleFormat, to: impl Write + Send) -> Result<ExitCode, Failure> {
    let out = BufWriter::with_capacity(BUFFER_BYTES, to);
    let written = match format {
        ScheduleFormat::Csv => csv(plan, out).context("cannot write the schedule"),
        ScheduleFormat::Parquet => parquet(plan, out),
    };
    Ok(written.map(|()| ExitCode::SUCCESS)?)
}

fn csv(plan: &Plan, mut out: impl Write) -> io::Result<()> {
    match schedule_csv::write(plan, &mut out).and_then(|_| out.flush()) {
        // `head` has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

fn parquet(plan: &Plan, out: impl Write + Send) -> anyhow::Result<()> {
    let mut out = run_record::schedule::write(plan, out).context("cannot write the schedule")?;
    out.flush().context("cannot write the schedule")
}
