//! The record as programs read it that share no code with Hanno: the Java `HdrHistogram` library, `DuckDB`, and a JSON
//! Schema validator. What they see is what Hanno says; what is broken on purpose they refuse.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use super::support::{
    Running, Target, codes, directory, hanno, output, run_json, scenario, stderr, stdout, tool,
};

/// A run whose target dies halfway, so that its record holds more than one outcome.
struct Recorded {
    folder: TempDir,
    record: PathBuf,
    run: Value,
}

impl Recorded {
    fn make() -> Self {
        let folder = directory();
        let target = Target::start(300);
        let path = scenario(folder.path(), &target.url, "200/s", "2s");
        let record = folder.path().join("record");
        let running = Running::start(hanno().arg("run").arg(&path).arg("--out").arg(&record));
        target.wait_for_nth();
        target.die();
        running.end();
        let run = run_json(&record);
        let counts = &run["counts"];
        assert!(counts["completed"].as_u64() >= Some(299), "{counts}");
        assert!(counts["failed"].as_u64() > Some(0), "{counts} {:?}", codes(&run));
        Self { folder, record, run }
    }

    /// A file of the record with one byte changed, beside the record.
    fn damaged(&self, name: &str, at: impl FnOnce(&[u8]) -> usize) -> PathBuf {
        let mut bytes = fs::read(self.record.join(name)).unwrap();
        let at = at(&bytes);
        // Another letter of base64, and another byte of anything.
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let path = self.folder.path().join("damaged");
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// What one tag holds: count, p50, p90, p99, p99.9 and maximum.
type Times = [u64; 6];

fn read_latency(log: &Path) -> Output {
    let jars = format!("{}/*", tool("HANNO_TEST_JARS").display());
    output(Command::new("java").arg("-cp").arg(jars).arg(program("ReadLatency.java")).arg(log))
}

fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign").join(name)
}

fn python(name: &str) -> Command {
    let mut command = Command::new(tool("HANNO_TEST_PYTHON"));
    command.arg(program(name));
    command
}

fn times_of(said: &str) -> BTreeMap<String, Times> {
    let of_line = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let numbers: Vec<u64> = fields[..6].iter().map(|field| field.parse().unwrap()).collect();
        (fields[6].to_owned(), Times::try_from(numbers).unwrap())
    };
    said.lines().map(of_line).collect()
}

/// The same by Hanno's own reader.
fn own_times(log: &Path) -> BTreeMap<String, Times> {
    let file = std::io::BufReader::new(fs::File::open(log).unwrap());
    let mut sums = BTreeMap::new();
    for interval in run_record::latency::read(file).map(Result::unwrap) {
        let (tag, mut histogram) = (interval.tag.to_string(), interval.histogram);
        // Later intervals may hold larger values.
        histogram.auto(true);
        match sums.get_mut(&tag) {
            None => drop(sums.insert(tag, histogram)),
            Some(sum) => sum.add(histogram).unwrap(),
        }
    }
    let times = sums.into_iter().map(|(tag, sum)| {
        let at = |quantile| sum.value_at_quantile(quantile);
        (tag, [sum.len(), at(0.5), at(0.9), at(0.99), at(0.999), sum.max()])
    });
    times.collect()
}

fn spread(value: &Value) -> Times {
    ["count", "p50", "p90", "p99", "p999", "max"].map(|name| value[name].as_u64().unwrap())
}

#[test]
fn java_reads_the_counts_and_percentiles_that_hanno_prints() {
    let recorded = Recorded::make();
    let log = recorded.record.join("latency.hlog");
    let read = read_latency(&log);
    assert!(read.status.success(), "{}", stderr(&read));
    let seen = times_of(&stdout(&read));
    let step = &recorded.run["steps"][0];
    // The space of the step's name is encoded, so that any reader keeps the tag whole.
    assert_eq!(seen["reads/hold/GET%20thing/response"], spread(&step["response_us"]));
    assert_eq!(seen["reads/hold/GET%20thing/service"], spread(&step["service_us"]));
    assert_eq!(seen["reads/hold/GET%20thing/lateness"], spread(&recorded.run["lateness_us"]));
    assert_eq!(seen, own_times(&log));
    // The header says in which unit: the interval maxima, which are milliseconds, are these divided by 1000.
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("#[MaxValueDivisor: 1000.000]"), "{text}");

    // The control: one letter in the middle of a histogram.
    let damaged = recorded.damaged("latency.hlog", |bytes| {
        let text = std::str::from_utf8(bytes).unwrap();
        let line = text.rfind("Tag=").unwrap();
        (line + text[line..].rfind(',').unwrap() + bytes.len() - 1) / 2
    });
    let read = read_latency(&damaged);
    assert!(!read.status.success() || times_of(&stdout(&read)) != seen, "{}", stdout(&read));
}

#[test]
fn duckdb_counts_the_rows_that_hanno_counts() {
    let recorded = Recorded::make();
    let read = output(python("read_rows.py").arg(&recorded.record));
    assert!(read.status.success(), "{}", stderr(&read));
    let seen: Value = serde_json::from_str(&stdout(&read)).unwrap();
    let counts = &recorded.run["counts"];
    assert_eq!(seen["arrivals"], counts["planned"]);
    let of_outcome = |name: &str| seen["outcomes"][name].as_u64().unwrap_or(0);
    for (name, count) in counts.as_object().unwrap().iter().filter(|(name, _)| *name != "planned") {
        assert_eq!(Some(of_outcome(name)), count.as_u64(), "{name}: {counts}");
    }
    let step = &recorded.run["steps"][0];
    assert_eq!(seen["steps"]["GET thing"], step["response_us"]["count"]);
    for (column, kind) in [("due_ns", "BIGINT"), ("outcome", "VARCHAR"), ("measured", "BOOLEAN")] {
        assert_eq!(seen["columns"][column], kind);
    }
    let times = seen["response_ns"].as_array().unwrap();
    let times: Vec<u64> = times.iter().map(|time| time.as_u64().unwrap()).collect();
    assert_percentiles(&times, &step["response_us"]);

    let file = fs::File::open(recorded.record.join("resources/0000.parquet")).unwrap();
    let own = run_record::resources::read(file).unwrap().map(Result::unwrap);
    let own: Vec<_> = own.map(|row| [u64::from(row.second), row.released, row.ended]).collect();
    assert!(!own.is_empty());
    assert_eq!(seen["seconds"], serde_json::to_value(own).unwrap());

    // The control: the footer, which says where everything is, is of another length than the file says.
    let damaged = recorded.damaged("arrivals/0000.parquet", |bytes| bytes.len() - 8);
    fs::copy(damaged, recorded.record.join("arrivals/0000.parquet")).unwrap();
    let read = output(python("read_rows.py").arg(&recorded.record));
    assert!(!read.status.success(), "{}", stdout(&read));
}

/// The text is what hashes are of; the file holds the same, typed.
#[test]
fn duckdb_reads_the_schedule_that_is_printed() {
    let folder = directory();
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/quickstart.toml");
    let schedule = || {
        let mut command = hanno();
        command.arg("schedule").arg(&scenario).args(["--scale", "0.1"]);
        command
    };
    let file = folder.path().join("arrivals.parquet");
    let written = output(schedule().args(["--format", "parquet", "--out"]).arg(&file));
    assert!(written.status.success(), "{}", stderr(&written));
    let read = output(python("read_schedule.py").arg(&file));
    assert!(read.status.success(), "{}", stderr(&read));
    let kinds = "seq BIGINT,due_ns BIGINT,stream VARCHAR,phase VARCHAR,journey VARCHAR\n";
    let text = stdout(&output(&mut schedule()));
    let (head, rows) = text.split_once('\n').unwrap();
    assert_eq!(head, "seq,due_ns,stream,phase,journey");
    assert!(rows.lines().count() > 1_000);
    assert_eq!(stdout(&read), format!("{kinds}{rows}"));

    // To another program as well; not over what is there.
    assert_eq!(output(schedule().args(["--format", "parquet"])).stdout, fs::read(&file).unwrap());
    let again = output(schedule().args(["--format", "parquet", "--out"]).arg(&file));
    assert_eq!(again.status.code(), Some(2), "{}", stderr(&again));
    let csv = folder.path().join("arrivals.csv");
    assert!(output(schedule().arg("--out").arg(&csv)).status.success());
    assert_eq!(fs::read_to_string(csv).unwrap(), text);
}

/// Nearest ranks of raw times against percentiles of a histogram, which are at most 0.1 % high and in microseconds.
#[track_caller]
fn assert_percentiles(sorted_ns: &[u64], spread: &Value) {
    for (name, per_mille) in
        [("p50", 500), ("p90", 900), ("p99", 990), ("p999", 999), ("max", 1000)]
    {
        let rank = (sorted_ns.len() * per_mille).div_ceil(1000);
        let exact_us = sorted_ns[rank - 1] / 1000;
        let told_us = spread[name].as_u64().unwrap();
        assert!(told_us.abs_diff(exact_us) <= exact_us / 500 + 1, "{name}: {told_us} {exact_us}");
    }
}

#[test]
fn a_validator_accepts_run_json_and_refuses_a_wrong_type() {
    let recorded = Recorded::make();
    let schema = recorded.folder.path().join("schema.json");
    fs::write(&schema, output(hanno().args(["schema", "run"])).stdout).unwrap();
    let validate = |instance: &Path| output(python("validate.py").arg(&schema).arg(instance));
    let valid = validate(&recorded.record.join("run.json"));
    assert!(valid.status.success(), "{}{}", stdout(&valid), stderr(&valid));

    let path = recorded.folder.path().join("changed.json");
    for (place, value) in [
        ("/counts/planned", Value::from("400")),
        ("/steps/0/response_us/p99", Value::from(-1)),
        ("/verdict", Value::from("GOOD")),
        ("/streams/0/counts", Value::Null),
    ] {
        let mut changed = recorded.run.clone();
        *changed.pointer_mut(place).unwrap() = value;
        fs::write(&path, changed.to_string()).unwrap();
        let refused = validate(&path);
        assert_eq!(refused.status.code(), Some(1), "{place}: {}", stderr(&refused));
        let said = stdout(&refused);
        let field = place.split('/').find(|part| !part.is_empty()).unwrap();
        assert!(said.contains(&format!("$.{field}")), "{place}: {said}");
    }
}
