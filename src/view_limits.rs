//! `hanno view-limits`: the batch that says how far back organisations on the free plan see.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chat_batch::{All, ComputeError, Computed, Settings, Strategy, compute_all};
use chat_store::{CalculationTable, OpenError, Options, OrgStore, RedbStore};
use jiff::Timestamp;
use serde_json::json;
use tokio::runtime::Runtime;

use crate::args::{ComputeArgs, ViewLimitsArgs, ViewLimitsStage};
use crate::failure::Failure;
use crate::stores::Stored;
use crate::{clock, say};

/// Some organisation has no new limit.
const INCOMPLETE: u8 = 1;

pub(crate) fn view_limits(args: &ViewLimitsArgs) -> Result<ExitCode, Failure> {
    match &args.stage {
        ViewLimitsStage::Compute(args) => compute(args),
    }
}

fn compute(args: &ComputeArgs) -> Result<ExitCode, Failure> {
    let stored = Stored::of(&args.store, &args.places.file(Path::new(""))?)?;
    let stored = stored.with_prefix(args.table_prefix.as_deref())?;
    let as_of = args.as_of.unwrap_or_else(clock::now).as_millisecond();
    let settings = Settings::new(args.strategy, u64::try_from(as_of).unwrap_or(0));
    let runtime = Runtime::new().context("cannot start the runtime")?;
    match stored {
        Stored::Redb => {
            let store = open(args.data.as_ref())?;
            runtime.block_on(publish(args, Arc::new(store), &settings))
        }
        Stored::Dynamo(dynamo) => runtime.block_on(async {
            let store = dynamo.open().await?;
            publish(args, Arc::new(store), &settings).await
        }),
    }
}

/// A directory that holds a store: a wrong one must not become an empty store in which nothing is found.
fn open(data: Option<&PathBuf>) -> Result<RedbStore, Failure> {
    let data = data.ok_or_else(|| Failure::usage(anyhow!("`--store redb` needs `--data DIR`")))?;
    if !data.join(RedbStore::FILE).is_file() {
        let data = data.display();
        return Err(Failure::usage(anyhow!(
            "there is no store in {data}: `hanno populate --data {data} …` makes one"
        )));
    }
    RedbStore::open(data, Options::default()).map_err(|error| match error {
        OpenError::Locked { .. } => Failure::unable(anyhow!(
            "{error}: stop the `hanno serve` that has it open and start it again afterwards, or keep messages in \
             DynamoDB (`--store dynamodb`), which several processes can use"
        )),
        error => Failure::unable(error),
    })
}

async fn publish<S: OrgStore + CalculationTable>(
    args: &ComputeArgs,
    store: Arc<S>,
    settings: &Settings,
) -> Result<ExitCode, Failure> {
    let mut lines = Lines::new(args.json, settings.strategy);
    let Some(org) = args.org.filter(|_| !args.all) else {
        let all = compute_all(&store, settings, |org, outcome| {
            lines.tell(&org.to_string(), outcome);
        });
        let all = all.await.map_err(Failure::unable)?;
        lines.end(all);
        return Ok(ExitCode::from(if all.failed > 0 { INCOMPLETE } else { 0 }));
    };
    let org = org.to_string().parse();
    let org = org.map_err(|error| Failure::usage(anyhow::Error::new(error).context("--org")))?;
    let computed = chat_batch::compute(&*store, org, settings).await.map_err(refused)?;
    lines.print(&computed);
    Ok(ExitCode::SUCCESS)
}

/// An organisation that has no limit is the user's to change.
fn refused(error: ComputeError) -> Failure {
    match error {
        ComputeError::UnknownOrg { .. } | ComputeError::NotFree { .. } => Failure::usage(error),
        _ => Failure::unable(error),
    }
}

/// A line for each organisation, and how many there were for someone who watches but does not see the lines.
struct Lines {
    json: bool,
    strategy: Strategy,
    watched: bool,
    ended: u64,
}

impl Lines {
    fn new(json: bool, strategy: Strategy) -> Self {
        let watched = say::to_a_person() && !io::stdout().is_terminal();
        Self { json, strategy, watched, ended: 0 }
    }

    fn tell(&mut self, org: &str, outcome: Result<Computed, ComputeError>) {
        self.ended += 1;
        match outcome {
            Ok(computed) => self.print(&computed),
            Err(error) => self.complain(org, &error),
        }
        self.progress(&format!("{} organisations", self.ended));
    }

    fn print(&self, computed: &Computed) {
        let strategy = self.strategy;
        let line = if self.json { json(computed, strategy) } else { text(computed, strategy) };
        say::result(&line);
    }

    /// In JSON it is among the results, because a script wants to know which.
    fn complain(&self, org: &str, error: &ComputeError) {
        if self.json {
            say::result(&json!({ "org": org, "error": error.to_string() }).to_string());
        }
        self.progress("");
        say::error(&format!("organisation {org}: {error}"));
    }

    fn end(&self, all: All) {
        self.progress("");
        say::note(&format!("{} organisations computed, {} failed", all.computed, all.failed));
    }

    /// Writes over the last line of progress.
    fn progress(&self, line: &str) {
        if !self.watched {
            return;
        }
        let mut stderr = io::stderr().lock();
        let shown = write!(stderr, "\r\x1b[2K{line}").and_then(|()| stderr.flush());
        if let Err(error) = shown {
            tracing::debug!("progress is not shown: {error}");
        }
    }
}

fn text(computed: &Computed, strategy: Strategy) -> String {
    let Computed { limit, rooms, reads, .. } = computed;
    let cut_off = match limit.cut_off {
        Some(id) => format!("from {id} of {}", time(computed.cut_off_unix_ms())),
        None => "nothing".to_owned(),
    };
    let in_flight = reads.in_flight_percent;
    let in_flight = in_flight.map_or_else(String::new, |of| format!(", {of} % in flight"));
    let kept = if computed.published { "" } else { "; not published, a newer one is kept" };
    format!(
        "organisation {}: sees {cut_off}, {} messages in {rooms} rooms; {strategy}: {} pages, {} items, chain of \
         {}{in_flight}, {:.1} calls at once, {:.1} ms{kept}",
        limit.org,
        limit.count,
        reads.pages,
        reads.items,
        reads.longest_chain,
        computed.concurrency(),
        computed.took.as_secs_f64() * 1e3,
    )
}

fn json(computed: &Computed, strategy: Strategy) -> String {
    let Computed { limit, rooms, reads, .. } = computed;
    json!({
        "org": limit.org,
        "strategy": strategy.name(),
        "cut_off": limit.cut_off,
        "cut_off_time": computed.cut_off_unix_ms().map(|ms| time(Some(ms))),
        "count": limit.count,
        "snapshot": limit.snapshot,
        "as_of": time(Some(limit.as_of_unix_ms)),
        "published": computed.published,
        "rooms": rooms,
        "pages": reads.pages,
        "items": reads.items,
        "longest_chain": reads.longest_chain,
        "in_flight_percent": reads.in_flight_percent,
        "calls_at_once": computed.concurrency(),
        "took_ms": computed.took.as_secs_f64() * 1e3,
    })
    .to_string()
}

fn time(unix_ms: Option<u64>) -> String {
    let ms = unix_ms.and_then(|ms| i64::try_from(ms).ok());
    let time = ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
    time.map_or_else(String::new, |time| time.to_string())
}
