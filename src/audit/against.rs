//! Planned against arrived, one by one: the numbers that requests carry, in a sink's log, beside the plan of the record
//! that sent them.

use std::path::Path;

use anyhow::bail;
use load_plan::arrival::Arrival;
use load_plan::plan::{Plan, SCHEDULE_VERSION};
use load_plan::schedule::{self, Schedule};
use run_analysis::audit::{RunAuditor, Started};
use run_record::{histogram, record_us};
use run_render::audit::Stream;
use serde::Serialize;

use super::sink_log::{self, Seen, Tag};
use super::{Judged, sources};
use crate::files;

/// The most arrivals that are matched: 24 bytes each while it is done.
const ARRIVALS_MAX: usize = 50_000_000;

/// How many of the planned arrivals came.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Matched {
    /// By the schedule.
    planned: u64,
    /// Of them, came at least once.
    arrived: u64,
    /// Of them, never came.
    missing: u64,
    /// Came again.
    duplicate: u64,
    /// First requests of another run, or of no planned arrival.
    unplanned: u64,
    /// Requests that are no first request of an arrival.
    others: u64,
}

impl Matched {
    /// Every planned arrival came, and came once.
    pub(super) fn is_whole(&self) -> bool {
        self.missing == 0 && self.duplicate == 0 && self.unplanned == 0
    }

    pub(super) fn text(&self) -> String {
        let Self { planned, arrived, missing, duplicate, unplanned, others } = self;
        format!(
            "planned {planned}, arrived {arrived}, missing {missing}, more than once {duplicate}, never planned \
             {unplanned}\n({others} further requests are no first request of an arrival)\n"
        )
    }
}

/// Judges a sink's log by the plan of a record.
pub(super) fn read(path: &Path, record: &Path) -> anyhow::Result<Judged> {
    let run = sources::planned(record)?;
    let planned = arrivals(&run.plan, run.schedule_version)?;
    let mut came = vec![false; planned.len()];
    let mut matched = Matched { planned: planned.len() as u64, ..Matched::default() };
    let mut auditor = RunAuditor::of(&run.plan);
    let mut lateness: Vec<_> = run.plan.streams.iter().map(|_| histogram()).collect();
    let mut name: Option<String> = None;
    let mut log = sink_log::read(files::open(path)?, &path.display().to_string())?;
    for seen in &mut log {
        let Seen { arrived_ns, tag } = seen?;
        let Some(Tag { run: of, seq, .. }) = tag.filter(|tag| tag.step == 0) else {
            matched.others += 1;
            continue;
        };
        let place = usize::try_from(seq).ok().filter(|place| *place < planned.len());
        let (Some(place), true) = (place, *name.get_or_insert_with(|| of.clone()) == of) else {
            matched.unplanned += 1;
            continue;
        };
        if std::mem::replace(&mut came[place], true) {
            matched.duplicate += 1;
            continue;
        }
        matched.arrived += 1;
        let Arrival { stream, phase, due_ns, .. } = planned[place];
        if !run.plan.streams[usize::from(stream)].phases[usize::from(phase)].measured {
            continue;
        }
        let sent_ns = arrived_ns.saturating_sub(run.started_unix_ns);
        auditor.started(Started { stream, phase, sent_ns, response_us: None });
        record_us(&mut lateness[usize::from(stream)], sent_ns.saturating_sub(due_ns));
    }
    matched.missing = matched.planned - matched.arrived;
    let streams = run.plan.streams.iter().zip(auditor.finish()).zip(lateness);
    let streams = streams.filter_map(|((stream, audited), lateness_us)| {
        let name = stream.name.clone();
        Some(Stream { name, audited: audited?, lateness_us: Some(lateness_us) })
    });
    let notes = log.cut().map(str::to_owned).into_iter().collect();
    Ok(Judged { streams: streams.collect(), matched: Some(matched), notes })
}

/// The schedule made again, which is a function of the plan.
fn arrivals(plan: &Plan, version: u32) -> anyhow::Result<Vec<Arrival>> {
    if version != SCHEDULE_VERSION {
        bail!("the record's schedule is of version {version}, this Hanno makes {SCHEDULE_VERSION}");
    }
    if plan.streams.iter().any(load_plan::plan::Stream::is_closed) {
        bail!(
            "the plan has a closed phase, whose arrivals depend on answers: they are in no schedule"
        );
    }
    schedule::check(plan)?;
    let arrivals: Vec<Arrival> = Schedule::new(plan).take(ARRIVALS_MAX + 1).collect();
    if arrivals.len() > ARRIVALS_MAX {
        bail!("the plan has more than {ARRIVALS_MAX} arrivals, too many to match one by one");
    }
    Ok(arrivals)
}
