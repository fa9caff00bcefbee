//! The rows behind a scenario's journeys: from the bundled data set, or from the files the scenario names.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt::Write;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use chat_api::issuer::DevIssuer;
use chat_store::populate::{DatasetRow, Spec};
use load_plan::plan::{Plan, Table};
use load_plan::scenario::{Column, ProvidedTable};
use load_plan::table::Rows;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::failure::Failure;
use crate::{clock, files};

/// Seed and moment of the data set where none are given: the same for all, so that two runs meet the same data.
pub(crate) const SEED: u64 = 20_190_717;
const AS_OF_UNIX_MS: u64 = 1_563_321_600_000; // 2019-07-17T00:00:00Z

/// The name of the table that the bundled target provides.
const ROOMS: &str = "rooms";

/// Its columns; `messages` is a list, a sample of the room's messages.
const COLUMNS: [&str; 7] = ["account", "org", "room", "first", "last", "messages", "token"];

/// Beyond the longest plan, a week, so that no token runs out in mid-run.
const TOKEN_LIFETIME: Duration = Duration::from_hours(8 * 24);

/// The data set of the default size.
pub(crate) fn spec(seed: Option<u64>, as_of_unix_ms: Option<u64>) -> Spec {
    Spec::new(seed.unwrap_or(SEED), as_of_unix_ms.unwrap_or(AS_OF_UNIX_MS))
}

/// What a scenario for the bundled target can draw from.
pub(crate) fn provided() -> ProvidedTable {
    ProvidedTable { name: ROOMS.to_owned(), columns: columns(), secret: vec!["token".to_owned()] }
}

/// The rows of the bundled data set, each with a token for its account.
pub(crate) fn bundled(rows: &[DatasetRow], issuer: &DevIssuer) -> anyhow::Result<Rows> {
    let now = clock::unix_s();
    let mut tokens: BTreeMap<_, String> = BTreeMap::new();
    for row in rows {
        if let Entry::Vacant(account) = tokens.entry(row.account) {
            account.insert(issuer.mint(row.account, TOKEN_LIFETIME, now)?);
        }
    }
    let values = |row: &DatasetRow| -> Vec<Value> {
        let messages: Vec<Value> = row.messages.iter().map(|id| id.to_string().into()).collect();
        vec![
            row.account.to_string().into(),
            row.org.to_string().into(),
            row.room.to_string().into(),
            row.first.to_string().into(),
            row.last.to_string().into(),
            messages.into(),
            tokens[&row.account].as_str().into(),
        ]
    };
    Ok(Rows::new(columns(), rows.iter().map(values).collect())?)
}

/// The rows of each table of the plan: the provided ones, or those of its file.
pub(crate) fn tables(
    plan: &Plan,
    folder: &Path,
    provided: Option<&Rows>,
) -> Result<Vec<Rows>, Failure> {
    let rows = |table: &Table| match (&table.file, provided) {
        (_, Some(rows)) if table.name == ROOMS => Ok(rows.clone()),
        (Some(file), _) => read(&folder.join(file)),
        (None, _) => Err(anyhow!("table `{}` has no file", table.name)),
    };
    plan.tables.iter().map(rows).collect::<anyhow::Result<_>>().map_err(Failure::usage)
}

/// The hash of the files that the plan's tables come from; none if there are none.
pub(crate) fn files_sha256(plan: &Plan, folder: &Path) -> anyhow::Result<Option<String>> {
    let files: Vec<&String> = plan.tables.iter().filter_map(|table| table.file.as_ref()).collect();
    if files.is_empty() {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    for file in files {
        let mut bytes = BufReader::new(files::open(&folder.join(file))?);
        let mut chunk = vec![0; 1 << 16];
        loop {
            let read = bytes.read(&mut chunk).with_context(|| format!("cannot read {file}"))?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
        }
    }
    let mut text = String::new();
    for byte in hash.finalize() {
        write!(text, "{byte:02x}").context("a hash cannot be written")?;
    }
    Ok(Some(text))
}

fn read(path: &Path) -> anyhow::Result<Rows> {
    let lines = BufReader::new(files::open(path)?);
    Rows::from_json_lines(lines).with_context(|| path.display().to_string())
}

fn columns() -> Vec<Column> {
    COLUMNS.map(|name| Column { name: name.to_owned(), list: name == "messages" }).to_vec()
}
