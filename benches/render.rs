//! What it costs to make a report of a large record: an hour at 1000 arrivals a second of eight steps each.
//!
//! The record is written once, to `target/tmp/record-hour`, and kept: `hanno report` on it tells the memory.

mod render {
    pub(crate) mod record;
}

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use load_engine::record_read::RecordFiles;
use run_analysis::evidence::{Evidence, Parts, fold};
use run_render::html::report;

use render::record::Shape;

fn reports(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("report");
    for (name, seconds) in [("minute", 60), ("hour", 3_600)] {
        let record = record(name, seconds);
        let evidence = evidence(&record);
        assert_eq!(evidence.missing, [], "the record is whole");
        group.bench_function(format!("{name}: read and fold"), |bencher| {
            bencher.iter(|| self::evidence(&record));
        });
        group.bench_function(format!("{name}: draw"), |bencher| {
            bencher.iter(|| report(&evidence).expect("a sound record has a report").len());
        });
    }
    group.finish();
}

/// A record that is there already is taken.
fn record(name: &str, seconds: u32) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("record-{name}"));
    if !folder.join("run.json").exists() {
        render::record::write(&folder, Shape { rate: 1_000, steps: 8, seconds })
            .expect("the target folder has room for the record");
    }
    folder
}

fn evidence(record: &Path) -> Evidence {
    let files = RecordFiles::open(record).expect("the record was written above");
    let parts = Parts {
        intervals: files.intervals(),
        resources: files.resources(),
        sent: files.sent(),
        metrics: files.metrics(),
    };
    fold(files.run, parts)
}

criterion_group! {
    name = benches;
    // The smallest number of samples: one of the hour takes seconds.
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(30));
    targets = reports
}
criterion_main!(benches);
