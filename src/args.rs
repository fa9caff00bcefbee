//! The command line as given: what can be said, with an example for every verb.

mod run;
mod audit;
mod populate;
mod rehearsal;
mod view_limits;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use load_sink::Latency;

pub(crate) use audit::{AuditArgs, AuditFormat};
pub(crate) use populate::PopulateArgs;
pub(crate) use rehearsal::{Credentials, CredentialsArgs, DistanceArgs};
pub(crate) use run::{AdHocArgs, RunArgs};
pub(crate) use view_limits::{ComputeArgs, ViewLimitsArgs, ViewLimitsStage};

/// Load tests whose numbers can be believed; and when they cannot, Hanno says so.
#[derive(Debug, Parser)]
#[command(name = "hanno", version, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a scenario, or GET one URL at a rate; judge it, and write its record and report
    #[command(after_help = "Examples:
  hanno run scenarios/quickstart.toml
  hanno run scenarios/quickstart.toml --scale 0.1 --out runs/small
  hanno run mine.toml --target http://127.0.0.1:8080 --json
  hanno run scenarios/quickstart.toml --store dynamodb --endpoint http://127.0.0.1:8000
  hanno run scenarios/pitfall-far.toml --distance 75ms
  hanno run http://127.0.0.1:8080/v1/things --rate 500/s --duration 30s

The last one has no scenario file: it sends GET without headers or body, and leaves the scenario that it
stands for in its record. For anything else write a scenario.

Exit codes: 0 PASS, 1 FAIL, 2 usage, scenario or refused target, 3 INVALID, 4 INCONCLUSIVE,
5 cannot write the record, start the service or go on, 130 / 143 interrupted")]
    Run(RunArgs),
    /// Show what a scenario would do; sends nothing
    #[command(after_help = "Example:
  hanno check scenarios/quickstart.toml --scale 2")]
    Check(ScenarioArgs),
    /// Print every planned arrival with its due time
    #[command(after_help = "Examples:
  hanno schedule scenarios/quickstart.toml --format csv | sha256sum
  hanno schedule scenarios/quickstart.toml --format parquet --out arrivals.parquet")]
    Schedule(ScheduleArgs),
    /// Serve requests and write down when each arrived, for any load generator
    #[command(after_help = "Examples:
  hanno sink --listen 127.0.0.1:8080 --out arrivals.csv
  hanno sink --listen 127.0.0.1:8080 --out arrivals.csv --delay 5ms
  hanno sink --listen 127.0.0.1:8080 --out arrivals.csv --freeze 1s --every 5s
  hanno sink --listen 127.0.0.1:8080 --out arrivals.csv --latency bimodal:10ms,700ms,5%
  hanno sink --listen 127.0.0.1:8080 --out arrivals.csv --latency lognormal:20ms,p99=200ms --seed 7
  hanno sink --listen 127.0.0.1:9090 --forward http://127.0.0.1:8080 --delay 75ms

The last one writes nothing down: it is a relay that stands for a network with 150 ms there and back.

Exit codes: 0 interrupted, which is its usual end, 2 usage, 5 cannot listen or cannot write the file")]
    Sink(SinkArgs),
    /// Judge how arrivals were spread in time: of a record, a sink's log, or another tool's log
    #[command(after_help = "Examples:
  hanno audit runs/20261123T101500Z-quickstart               each stream against its plan
  hanno audit arrivals.csv                                   what `hanno sink` saw, whoever sent it
  hanno audit arrivals.csv --against runs/mine --svg pictures    planned against arrived, one by one
  hanno audit results.csv --format vegeta --expect even      another tool's own log
  hanno audit times.csv --format csv:start,us --json

Exit codes: 0 as planned, or no plan known; 1 not as planned; 2 cannot be read")]
    Audit(AuditArgs),
    /// Serve the bundled reaction service
    #[command(after_help = "Examples:
  hanno serve --listen 127.0.0.1:8080 --store redb --data chat-data
  hanno serve --store dynamodb --endpoint http://127.0.0.1:8000 --create-tables --data chat-data")]
    Serve(ServeArgs),
    /// Fill a store: with rooms to send load to, or with organisations of any size, for `view-limits`
    #[command(after_help = "Examples:
  hanno populate --store redb --data chat-data --out dataset.jsonl
  hanno populate --store dynamodb --endpoint http://127.0.0.1:8000 --out dataset.jsonl
  hanno populate --data many --organisations 1000 --as-of 2026-11-24T00:00:00Z
  hanno populate --data one --organisations 1 --rooms 10000 --messages 1000000 \\
      --as-of 2026-11-24T00:00:00Z

The last two write organisations whose sizes follow Zipf's law, with messages of the 60 days before
--as-of: the same flags make the same again. Every fourth organisation pays, the others have a limit.

Exit codes: 0 it is there, 2 usage, or the store holds something else, 5 the store cannot be written")]
    Populate(PopulateArgs),
    /// Print a development token for an account of a data directory
    #[command(after_help = "Example:
  hanno token --account 42 --data chat-data")]
    Token(TokenArgs),
    /// Work out how far back organisations on the free plan see: the batch beside the service
    #[command(after_help = "Example:
  hanno view-limits compute --all --strategy select --data chat-data")]
    ViewLimits(ViewLimitsArgs),
    /// Write the report of a record again, in this or another form, or an index of a folder of records
    #[command(after_help = "Examples:
  hanno report runs/20261123T101500Z-quickstart                    report.html in the record
  hanno report runs                                                runs/index.html over all records in it
  hanno report runs/20261123T101500Z-quickstart --format md        a summary for a pull request
  hanno report runs/20261123T101500Z-quickstart --format svg       each picture, in RECORD/report/
  hanno report runs/*quickstart --format csv                       the data of pictures and tables

Exit codes: 0 all written, 2 something is no record or cannot be read, 5 something cannot be written")]
    Report(ReportArgs),
    /// Judge in ten seconds whether this machine is fit to measure
    #[command(after_help = "Examples:
  hanno doctor
  hanno doctor --json

It sends 1000 requests a second to a sink of its own on this machine and keeps nothing.
Exit codes: 0 fit, or fit with doubts; 3 unfit, runs would be INVALID; 5 it cannot be tried")]
    Doctor(DoctorArgs),
    /// Say what a finding means and what to do
    #[command(after_help = "Examples:
  hanno explain GENERATOR_LATE
  hanno explain --all")]
    Explain(ExplainArgs),
    /// Print the JSON Schema of a file that Hanno writes
    #[command(after_help = "Example:
  hanno schema run > run.schema.json")]
    Schema(SchemaArgs),
    /// Print a completion script for a shell
    #[command(after_help = "Example:
  hanno completions bash > ~/.local/share/bash-completion/completions/hanno")]
    Completions(CompletionsArgs),
}

/// A scenario and what flags change in it; defaults < file < environment < flags.
#[derive(Debug, clap::Args)]
pub(crate) struct ScenarioArgs {
    /// The scenario file; `run` also takes a URL
    pub(crate) file: PathBuf,
    /// Seed of every draw, instead of the file's
    #[arg(long, env = "HANNO_SEED", value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Multiply every rate, also one given by --set, and every burst and number of closed users,
    /// e.g. 0.1; readers stay as they are
    #[arg(long, env = "HANNO_SCALE", value_name = "X")]
    pub(crate) scale: Option<String>,
    /// Give one phase a constant rate, e.g. reads.hold.rate=200/s (repeatable)
    #[arg(long = "set", value_name = "STREAM.PHASE.rate=V")]
    pub(crate) set: Vec<String>,
    /// Where to send, instead of the file's target: `bundled`, the NAME of a [target.NAME] in
    /// targets.toml, or a URL on this machine
    #[arg(long, env = "HANNO_TARGET", value_name = "NAME|URL")]
    pub(crate) target: Option<String>,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
}

/// Where the service keeps messages.
#[derive(Debug, clap::Args)]
pub(crate) struct StoreArgs {
    /// Where messages are kept
    #[arg(long, value_enum, default_value_t = Store::Redb, env = "HANNO_STORE")]
    pub(crate) store: Store,
    /// Which DynamoDB: the address of a local engine, or the NAME of a [store.NAME] in targets.toml
    #[arg(long, value_name = "URL|NAME", env = "HANNO_ENDPOINT")]
    pub(crate) endpoint: Option<String>,
}

/// Where named places are looked up.
#[derive(Debug, clap::Args)]
pub(crate) struct PlacesArgs {
    /// The file of named places [default: targets.toml beside the scenario, or here]
    #[arg(long, value_name = "FILE", env = "HANNO_TARGETS")]
    pub(crate) targets: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ScheduleArgs {
    #[command(flatten)]
    pub(crate) scenario: ScenarioArgs,
    /// What to print
    #[arg(long, value_enum, default_value_t = ScheduleFormat::Csv)]
    pub(crate) format: ScheduleFormat,
    /// The file that gets it, new or empty [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SinkArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The file that gets one line for each request; new or empty
    #[arg(long, value_name = "FILE", required_unless_present = "forward")]
    pub(crate) out: Option<PathBuf>,
    /// Answer each request this long after it arrived, at most 60s; with --forward, hold each byte so
    /// long, each way
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) delay: Option<Duration>,
    /// Give each request a latency of its own: constant:TIME, bimodal:USUAL,RARE,SHARE%,
    /// lognormal:MEDIAN,SIGMA or lognormal:MEDIAN,p99=TIME; at most 60s
    #[arg(long, value_name = "SHAPE", conflicts_with = "delay")]
    pub(crate) latency: Option<Latency>,
    /// Seed of the latencies that are drawn [default: 0]
    #[arg(long, value_name = "N", requires = "latency")]
    pub(crate) seed: Option<u64>,
    /// Freeze this long …
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, requires = "every")]
    pub(crate) freeze: Option<Duration>,
    /// … in every period of this length
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, requires = "freeze")]
    pub(crate) every: Option<Duration>,
    /// Stand for a distant network instead: relay every connection to this address of this machine
    #[arg(long, value_name = "URL", requires = "delay", conflicts_with_all = ["out", "latency", "freeze"])]
    pub(crate) forward: Option<String>,
    /// Stop when standard input ends: a parent that dies takes the relay with it
    #[arg(long, hide = true)]
    pub(crate) until_stdin_ends: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "HANNO_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Address for livez and metrics
    #[arg(long, value_name = "ADDR", env = "HANNO_ADMIN_LISTEN")]
    pub(crate) admin_listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) store: StoreArgs,
    #[command(flatten)]
    pub(crate) places: PlacesArgs,
    /// What the names of DynamoDB's tables begin with [default: hanno-, or that of the named store]
    #[arg(long, value_name = "PREFIX", env = "HANNO_TABLE_PREFIX")]
    pub(crate) table_prefix: Option<String>,
    /// Make the tables in DynamoDB that are not there
    #[arg(long)]
    pub(crate) create_tables: bool,
    /// Refuse calls to the store above this rate, as a table without the capacity does; a run's own service
    /// takes it from the environment
    #[arg(long, value_name = "CALLS_PER_S", env = "HANNO_THROTTLE", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) throttle: Option<u32>,
    #[command(flatten)]
    pub(crate) credentials: CredentialsArgs,
    /// Directory of the embedded store and of the development issuer's key
    #[arg(long, value_name = "DIR", env = "HANNO_DATA")]
    pub(crate) data: PathBuf,
    /// Stop when standard input ends: a parent that dies takes the service with it
    #[arg(long, hide = true)]
    pub(crate) until_stdin_ends: bool,
    /// Remove the data directory and the tables at the end
    #[arg(long, hide = true)]
    pub(crate) temporary_data: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TokenArgs {
    /// Who the token speaks for
    #[arg(long, value_name = "N")]
    pub(crate) account: u64,
    /// The service's data directory, where the development issuer keeps its key
    #[arg(long, value_name = "DIR", env = "HANNO_DATA")]
    pub(crate) data: PathBuf,
    /// How long it is valid
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "1h")]
    pub(crate) lifetime: Duration,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Records, or folders of records; of several records also what is found between them
    #[arg(required = true, value_name = "DIR")]
    pub(crate) records: Vec<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    pub(crate) format: ReportFormat,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArgs {
    /// Print the diagnosis as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// The finding's code
    #[arg(required_unless_present = "all")]
    pub(crate) code: Option<String>,
    /// Print all findings as Markdown
    #[arg(long, conflicts_with = "code")]
    pub(crate) all: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SchemaArgs {
    /// Which file
    #[arg(value_enum)]
    pub(crate) file: SchemaFile,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Store {
    /// Embedded, in a directory
    Redb,
    /// DynamoDB, or a local engine that speaks its protocol
    Dynamodb,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScheduleFormat {
    /// Columns `seq,due_ns,stream,phase,journey`
    Csv,
    /// The same columns, typed; not to a terminal
    Parquet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// report.html in the record, index.html in a folder of records
    Html,
    /// A summary in Markdown, to standard output
    Md,
    /// run.json, to standard output
    Json,
    /// Each picture as a file in RECORD/report/
    Svg,
    /// The data of each picture and table as a file in RECORD/report/
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SchemaFile {
    /// run.json of a record
    Run,
}

impl Store {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Redb => "redb",
            Self::Dynamodb => "dynamodb",
        }
    }
}
