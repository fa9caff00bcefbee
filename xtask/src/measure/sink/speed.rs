//! How many requests one core takes: the sink on one core, a closed loop on another.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::Part;
use super::hammer::{CONNECTIONS, hammer};
use crate::measure::bench::Bench;
use crate::measure::percentile::median;
use crate::measure::show::{microseconds, table};
use crate::say;

/// What the sink must be able to take on one core.
const PER_SECOND_LEAST: i64 = 60_000;

const SECOND_NS: i64 = 1_000_000_000;

/// One run.
#[derive(Clone, Copy, Debug)]
struct Run {
    requests: i64,
    /// From the first request to the last reply.
    took_ns: i64,
    /// Of the sink's thread, by the kernel's own account.
    cpu_ns: i64,
}

impl Run {
    fn cpu_ns_each(&self) -> i64 {
        self.cpu_ns / self.requests.max(1)
    }

    fn per_second(&self) -> i64 {
        self.requests * 1000 / (self.took_ns / 1_000_000).max(1)
    }
}

/// Some runs of some seconds.
pub(super) fn measure(bench: &Bench, runs: u32, seconds: u32) -> Result<Part> {
    let cores = sched_getaffinity(None).context("cannot ask which cores may be used")?;
    let mut usable = (0..CpuSet::MAX_CPU).filter(|core| cores.is_set(*core)).map(only);
    let (Some(for_sink), Some(for_sender)) = (usable.next(), usable.next()) else {
        bail!("two cores are needed: one for the sink, one for the sender");
    };
    let mut measured = Vec::new();
    for run in 1..=runs {
        say::error(&format!("speed, run {run} of {runs}: {seconds} s"));
        let name = format!("speed-{run}.csv");
        let sink = bench.hanno.sink(&bench.folder.join(name), &[])?;
        let pid = sink.id();
        let thread = Pid::from_raw(i32::try_from(pid).context("a process id")?);
        sched_setaffinity(thread, &for_sink).context("cannot give the sink a core")?;
        let before_ns = cpu_ns(pid)?;
        let (requests, took_ns) =
            hammer(sink.address(), for_sender, Duration::from_secs(seconds.into()))?;
        let cpu_ns = cpu_ns(pid)? - before_ns;
        let rows = sink.finish()?.lines().count() as u64 - 1;
        if rows != requests {
            bail!("{requests} requests were answered and {rows} are in the log");
        }
        measured.push(Run { requests: requests.cast_signed(), took_ns, cpu_ns });
    }
    Ok(part(&measured, seconds))
}

fn only(core: usize) -> CpuSet {
    let mut cores = CpuSet::new();
    cores.set(core);
    cores
}

/// Time on a core of the process's first thread, which is the one that serves.
fn cpu_ns(pid: u32) -> Result<i64> {
    let path = format!("/proc/{pid}/task/{pid}/schedstat");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let first = text.split(' ').next().and_then(|field| field.parse().ok());
    first.with_context(|| format!("{path} holds {text:?}"))
}

fn part(runs: &[Run], seconds: u32) -> Part {
    let of = |figure: fn(&Run) -> i64| runs.iter().map(figure).collect::<Vec<_>>();
    let cpu = of(Run::cpu_ns_each);
    let cpu_ns = median(&cpu).unwrap_or(i64::MAX).max(1);
    let bound = SECOND_NS / cpu_ns;
    let mut broken = Vec::new();
    if bound < PER_SECOND_LEAST {
        broken.push(format!("one core takes {bound} requests a second"));
    }
    let best = of(Run::per_second).into_iter().max().unwrap_or_default();
    let rows: Vec<Vec<String>> = runs
        .iter()
        .enumerate()
        .map(|(index, run)| {
            vec![
                (index + 1).to_string(),
                run.requests.to_string(),
                run.per_second().to_string(),
                microseconds(run.cpu_ns_each()),
                format!("{} %", run.cpu_ns * 100 / run.took_ns.max(1)),
            ]
        })
        .collect();
    let header = ["run", "requests", "a second", "CPU us each", "core used"];
    let text = format!(
        "## Requests on one core\n\n\
         **{bound} requests a second** fit one core: a second over the median CPU time of a request, {} us ({} .. {} \
         over {} runs), limit {PER_SECOND_LEAST}. Measured: up to {best} a second.\n\n\
         The sink's thread is bound to one core; on another, a closed loop of one thread on {CONNECTIONS} kept \
         connections sends {seconds} s a run as fast as replies come, each request with its own `hanno-arrival`. \
         CPU time is the kernel's account of the thread (`/proc/PID/task/PID/schedstat`), system calls and the \
         receiving end of loopback included. Every answered request was a row of the log, to the unit. Where less \
         than the whole core was used, the sender or other processes were the limit, not the sink.\n\n{}",
        microseconds(cpu_ns),
        microseconds(cpu.iter().min().copied().unwrap_or_default()),
        microseconds(cpu.iter().max().copied().unwrap_or_default()),
        runs.len(),
        table(&header, &rows)
    );
    Part { text, broken }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_cost_decides() {
        let run =
            |cpu_us: i64| Run { requests: 1000, took_ns: SECOND_NS, cpu_ns: cpu_us * 1_000_000 };
        let holds = part(&[run(5), run(10), run(900)], 5);
        assert!(holds.broken.is_empty() && holds.text.contains("**100000 requests a second**"));
        assert_eq!(part(&[run(20)], 5).broken, ["one core takes 50000 requests a second"]);
        assert!(part(&[run(20)], 5).text.contains("2 %"));
    }

    #[test]
    fn own_time_on_a_core_is_read() {
        assert!(cpu_ns(std::process::id()).unwrap() > 0);
    }
}
