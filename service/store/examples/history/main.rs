//! How long it takes to write a history into an empty redb store, and how much memory that takes.
//!
//! `history DIR [MESSAGES]` fills `DIR/chat.redb` with organisations, accounts and rooms in proportion
//! to the messages (1 million: 1000 organisations, 10 000 accounts, 20 000 rooms), and prints a line
//! of JSON.

mod clock;

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write as _},
    path::PathBuf,
};

use chat_store::{
    Options, RedbStore,
    populate::history::{self, HistorySpec},
};

/// 2026-11-01T00:00:00Z.
const AS_OF: u64 = 1_793_491_200_000;
const SEED: u64 = 20_190_717;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let dir = PathBuf::from(arguments.next().ok_or("history DIR [MESSAGES]")?);
    let messages = arguments.next().map_or(Ok(1_000_000), |text| text.parse::<u64>())?;
    let spec = HistorySpec {
        orgs: messages.div_ceil(1000).max(1),
        accounts: messages.div_ceil(100).max(1),
        rooms: messages.div_ceil(50).max(1),
        messages,
        ..HistorySpec::new(SEED, AS_OF)
    };
    let store = RedbStore::open(&dir, Options::default())?;
    let begun = clock::monotonic();
    history::fill(&store, &spec)?;
    let seconds = begun.elapsed().as_secs_f64();
    let bytes = fs::metadata(dir.join(RedbStore::FILE))?.len();
    let peak_kib = peak_kib().map_or_else(|| "null".to_owned(), |kib| kib.to_string());
    writeln!(
        io::stdout(),
        r#"{{"messages":{messages},"orgs":{},"seconds":{seconds:.1},"file_bytes":{bytes},"peak_rss_kib":{peak_kib}}}"#,
        spec.orgs,
    )?;
    Ok(())
}

/// The most memory that this process ever had, as the kernel counts it.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
