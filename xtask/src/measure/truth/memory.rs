//! What users and connections cost of memory: runs of few and of many, idle and with every connection open.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::Section;
use crate::measure::bench::Bench;
use crate::measure::hanno::{codes, read_run, verdict};
use crate::measure::memory::resident;
use crate::measure::show::table;
use crate::say;

/// What a run may take before its first user.
const BASE_KIB: u64 = 100 * 1024;

/// What a user may take, and an open connection more.
const USER_KIB: u64 = 8;
const CONNECTION_KIB: u64 = 40;

/// Steps of the journey: each has histograms of its own.
const STEPS: u32 = 16;

const USERS: [u32; 2] = [1_000, 10_000];

/// Each request takes so long, so that an arrival of all steps keeps its user while the others come.
const HOLD_S: u32 = 2;

/// How long arrivals come for.
const SECONDS: u32 = 8;

/// Beyond the arrivals: the last one's steps, start, record and report.
const LAST_S: u32 = STEPS * HOLD_S + 8;

/// How often resident memory is read.
const GLANCE: Duration = Duration::from_millis(200);

/// Users that are idle all the time need no more than a few seconds.
pub(super) const SECONDS_IN_ALL: u32 = 2 * (SECONDS + 4) + 2 * (SECONDS + LAST_S);

/// What a run took.
#[derive(Debug)]
struct Taken {
    users: u32,
    /// The greatest number of connections at once, by the sink's log: each is one user's.
    connections: usize,
    kib: u64,
    verdict: String,
    /// Whether anything but time on the machine was wrong.
    whole: bool,
}

/// Runs all four.
pub(super) fn measure(bench: &Bench) -> Result<Section> {
    let mut all = Vec::new();
    for users in USERS {
        for open in [false, true] {
            let what = if open { "all connections open" } else { "idle" };
            say::error(&format!("{users} users, {what}"));
            all.push(run(bench, users, open)?);
        }
    }
    Ok(section(&all))
}

fn run(bench: &Bench, users: u32, open: bool) -> Result<Taken> {
    let name = format!("{users}-{}", if open { "open" } else { "idle" });
    let hold = format!("constant:{HOLD_S}s");
    let behaviour: &[&str] = if open { &["--latency", &hold] } else { &[] };
    let sink = bench.hanno.sink(&bench.folder.join(format!("{name}.csv")), behaviour)?;
    // Open: as many arrivals as users, each with its user for the whole of its steps. Idle: one at a time.
    let per_second = if open { users / SECONDS } else { 1 };
    let text = scenario(&sink.url, users, per_second);
    let record = bench.folder.join(&name);
    let mut run = bench.hanno.start_run(&bench.scenario(&text)?, &sink.url, &record)?;
    let path = format!("/proc/{}/status", run.id());
    let begun = Instant::now();
    let mut kib = 0;
    while run.ended()?.is_none() {
        if begun.elapsed() > Duration::from_secs((SECONDS + 4 * LAST_S).into()) {
            bail!("hanno run goes on for too long");
        }
        // Between the look and the read the process may end.
        let now = fs::read_to_string(&path).ok().as_deref().and_then(resident);
        kib = kib.max(now.unwrap_or_default());
        thread::sleep(GLANCE);
    }
    let connections = connections(&sink.finish()?)?;
    let run = read_run(&record)?;
    let planned = &run["counts"]["planned"];
    let short = ["DESCRIPTORS", "PORTS", "USERS_EXHAUSTED", "ACCOUNTING"];
    let whole = run["counts"]["completed"] == *planned
        && !codes(&run).iter().any(|code| short.contains(code));
    Ok(Taken { users, connections, kib, verdict: verdict(&run), whole })
}

fn scenario(target: &str, users: u32, per_second: u32) -> String {
    let step = |number: u32| {
        format!(
            "[[journey.get.step]]\nname = \"step {number}\"\nrequest = {{ path = \"/{number}\" }}\n"
        )
    };
    let steps: String = (1..=STEPS).map(step).collect();
    format!(
        "schema = 1\nname = \"memory\"\nseed = 1\ntarget = \"{target}\"\ndrain = \"{LAST_S}s\"\n\
         [[stream]]\nname = \"memory\"\njourneys = {{ get = 1 }}\nusers = {users}\n\
         [[stream.phase]]\nname = \"hold\"\nrate = \"{per_second}/s\"\nduration = \"{SECONDS}s\"\n\
         {steps}"
    )
}

/// Connections that the sink saw: a user keeps its own.
fn connections(log: &str) -> Result<usize> {
    let of = |line: &str| line.split(',').nth(2)?.parse::<u64>().ok();
    let numbers: Option<Vec<u64>> = log.lines().skip(1).map(of).collect();
    let mut numbers = numbers.context("a row of the sink's log has no connection")?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers.len())
}

impl Taken {
    fn allowed_kib(&self) -> u64 {
        BASE_KIB + USER_KIB * u64::from(self.users) + CONNECTION_KIB * self.connections as u64
    }

    fn row(&self) -> Vec<String> {
        let mib = |kib: u64| (kib / 1024).to_string();
        let Self { users, connections, kib, verdict, .. } = self;
        vec![
            users.to_string(),
            connections.to_string(),
            mib(*kib),
            mib(self.allowed_kib()),
            verdict.clone(),
        ]
    }
}

fn broken(all: &[Taken]) -> Vec<String> {
    let mut broken = Vec::new();
    for taken in all {
        let Taken { users, connections, kib, whole, verdict } = taken;
        let what = format!("{users} users, {connections} connections");
        let allowed = taken.allowed_kib();
        if *kib > allowed {
            broken.push(format!("{what}: {} MiB, {} are allowed", kib / 1024, allowed / 1024));
        }
        if *kib == 0 || !whole {
            broken.push(format!("{what}: the run is not whole ({verdict})"));
        }
    }
    broken
}

fn section(all: &[Taken]) -> Section {
    let rows: Vec<Vec<String>> = all.iter().map(Taken::row).collect();
    let text = format!(
        "Largest resident size (`VmRSS`, read five times a second) of `hanno run` with a journey of {STEPS} steps: users of \
         whom one at a time has something to do, and as many arrivals as users within {SECONDS} s, each of which takes \
         {} s, so that every user has a connection and all are open at once. Allowed: {} MiB, {USER_KIB} KiB a user and \
         {CONNECTION_KIB} KiB a connection. On a machine with few cores such a run is late, which does not matter here.\n\n{}",
        STEPS * HOLD_S,
        BASE_KIB / 1024,
        table(&["users", "connections", "MiB", "allowed, MiB", "verdict"], &rows)
    );
    Section { text, broken: broken(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(users: u32, connections: usize, mib: u64) -> Taken {
        Taken { users, connections, kib: mib * 1024, verdict: "PASS".to_owned(), whole: true }
    }

    #[test]
    fn memory_is_held_to_users_and_connections() {
        // 100 MiB and 8000 KiB; with the connections 40 000 KiB more.
        assert_eq!(broken(&[taken(1000, 0, 107), taken(1000, 1000, 146)]), [""; 0]);
        assert_eq!(
            broken(&[taken(1000, 0, 108)]),
            ["1000 users, 0 connections: 108 MiB, 107 are allowed"]
        );
        assert_eq!(broken(&[taken(1000, 0, 0)]).len(), 1, "nothing was read");
        assert_eq!(broken(&[Taken { whole: false, ..taken(1, 1, 50) }]).len(), 1);
    }

    #[test]
    fn connections_are_counted_once() {
        let log =
            "arrived_ns,replied_ns,connection,arrival\n1,2,0,r/0/0\n1,2,3,r/1/0\n3,4,0,r/0/1\n";
        assert_eq!(connections(log).unwrap(), 2);
        assert!(connections("head\nx\n").is_err());
    }

    #[test]
    fn the_scenario_is_toml_with_all_steps() {
        let table: toml::Table = scenario("http://127.0.0.1:1", 1000, 125).parse().unwrap();
        assert_eq!(table["journey"]["get"]["step"].as_array().unwrap().len(), 16);
    }
}
