//! Watches the generator and its machine each second, and sums up what the verdict needs.

use procfs::process::Process;
use run_record::resource_row::ResourceRow;
use run_record::run::Watch;

use crate::clock::{Stopwatch, process_cpu_ns, wall_offset_ns};
use crate::machine;

/// Reads the machine once a second.
#[derive(Debug)]
pub(crate) struct Watcher {
    cores_given: f64,
    ports: Option<(u16, u16)>,
    descriptor_limit: Option<u64>,
    target: Option<Process>,
    last: Reading,
    summary: Summary,
}

#[derive(Debug)]
struct Reading {
    since: Stopwatch,
    cpu_ns: u64,
    stolen: Option<(u64, u64)>,
    wall_offset_ns: i128,
    target: Option<(u64, u64)>,
}

#[derive(Debug, Default)]
struct Summary {
    watch: Watch,
    cpu_sum: f64,
    steal_sum: f64,
}

impl Watcher {
    /// `target_pid` is the bundled service, if there is one.
    pub(crate) fn new(cores_given: f64, target_pid: Option<u32>) -> Self {
        let target = target_pid
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(|pid| Process::new(pid).ok());
        Self {
            cores_given,
            ports: machine::port_range(),
            descriptor_limit: machine::descriptor_limit(),
            last: Reading::now(target.as_ref()),
            target,
            summary: Summary::default(),
        }
    }

    /// The second that ends now; only a measured one counts for the summary.
    pub(crate) fn second(&mut self, second: u32, measured: bool) -> ResourceRow {
        let now = Reading::now(self.target.as_ref());
        let elapsed_us = self.last.since.elapsed_us().max(1);
        let row = self.row(second, measured, &now, elapsed_us);
        if measured {
            self.summary.add(&row, self.descriptor_limit, self.ports);
        }
        self.last = now;
        row
    }

    pub(crate) fn summary(&self) -> Watch {
        self.summary.watch
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "microseconds of a second and ticks are far below 2^52"
    )]
    fn row(&self, second: u32, measured: bool, now: &Reading, elapsed_us: u64) -> ResourceRow {
        let seconds = elapsed_us as f64 / 1e6;
        let cpu_s = (now.cpu_ns - self.last.cpu_ns) as f64 / 1e9;
        let steal_share = self.last.stolen.zip(now.stolen).map_or(0.0, |(before, after)| {
            let all = after.1.saturating_sub(before.1).max(1);
            after.0.saturating_sub(before.0) as f64 / all as f64
        });
        let clock_step_ns = now.wall_offset_ns - self.last.wall_offset_ns;
        let target_cpu_cores = self.last.target.zip(now.target).map(|(before, after)| {
            let ticks = after.0.saturating_sub(before.0) as f64;
            ticks / procfs::ticks_per_second() as f64 / seconds
        });
        let own = Process::myself();
        ResourceRow {
            second,
            measured,
            cpu_share: cpu_s / seconds / self.cores_given,
            rss_bytes: own.as_ref().ok().and_then(|p| machine::usage(p).ok()).map_or(0, |u| u.1),
            descriptors: own.ok().and_then(|p| p.fd_count().ok()).map_or(0, saturate),
            ports: self.ports.and_then(|range| machine::ports_in_use(range).ok()).unwrap_or(0),
            steal_share,
            clock_step_us: i64::try_from(clock_step_ns / 1_000).unwrap_or(i64::MAX),
            target_cpu_cores,
            target_rss_bytes: now.target.map(|(_, rss)| rss),
            ..ResourceRow::default()
        }
    }
}

impl Reading {
    fn now(target: Option<&Process>) -> Self {
        Self {
            since: Stopwatch::start(),
            cpu_ns: process_cpu_ns(),
            stolen: machine::stolen_ticks().ok(),
            wall_offset_ns: wall_offset_ns(),
            target: target.and_then(|process| machine::usage(process).ok()),
        }
    }
}

impl Summary {
    #[expect(clippy::cast_precision_loss, reason = "limits of descriptors are far below 2^52")]
    fn add(&mut self, row: &ResourceRow, descriptor_limit: Option<u64>, ports: Option<(u16, u16)>) {
        let watch = &mut self.watch;
        watch.seconds += 1;
        self.cpu_sum += row.cpu_share;
        self.steal_sum += row.steal_share;
        watch.cpu_share = self.cpu_sum / f64::from(watch.seconds);
        watch.steal_share = self.steal_sum / f64::from(watch.seconds);
        watch.cpu_share_max = watch.cpu_share_max.max(row.cpu_share);
        let share = |used: u32, limit: f64| f64::from(used) / limit.max(1.0);
        let descriptors =
            descriptor_limit.map_or(0.0, |limit| share(row.descriptors, limit as f64));
        let ports =
            ports.map_or(0.0, |(a, b)| share(row.ports, f64::from(b.saturating_sub(a)) + 1.0));
        watch.descriptors_share_max = watch.descriptors_share_max.max(descriptors);
        watch.ports_share_max = watch.ports_share_max.max(ports);
        watch.clock_step_us_max = watch.clock_step_us_max.max(row.clock_step_us.unsigned_abs());
        watch.rss_bytes_max = watch.rss_bytes_max.max(row.rss_bytes);
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_measured_seconds_count() {
        let mut watcher = Watcher::new(1.0, Some(std::process::id()));
        let warm_up = watcher.second(1, false);
        assert_eq!(watcher.summary().seconds, 0);
        assert!(warm_up.rss_bytes > 0 && warm_up.descriptors > 0);
        let hold = watcher.second(2, true);
        let summary = watcher.summary();
        assert_eq!(summary.seconds, 1);
        assert!((summary.cpu_share - hold.cpu_share).abs() < 1e-12);
        assert_eq!(summary.rss_bytes_max, hold.rss_bytes);
        assert!(hold.target_rss_bytes.is_some());
    }
}
