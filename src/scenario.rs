//! Reads a scenario file and the files it names, and shows what is wrong with it all at once.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use load_plan::scenario::{self, Column, Context, Overrides, Scenario, Warning};
use load_plan::table::{MAX_LINE_BYTES, columns_of_line};

use crate::args::ScenarioArgs;
use crate::dataset;
use crate::failure::Failure;
use crate::{files, replay, say};

/// A scenario as read: the text is kept for the record.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) scenario: Scenario,
    pub(crate) text: String,
    /// Where the files it names are looked for.
    pub(crate) folder: PathBuf,
}

/// Reads and resolves; every problem ends with exit code 2.
pub(crate) fn load(args: &ScenarioArgs) -> Result<Loaded, Failure> {
    let text = files::read_text(&args.file, scenario::MAX_SCENARIO_BYTES as u64);
    let text = text.map_err(Failure::usage)?;
    resolve(&args.file.display().to_string(), text, args)
}

/// Where the files that a scenario names are looked for; here, where there is no file.
pub(crate) fn folder(args: &ScenarioArgs) -> PathBuf {
    let is_file = !args.file.to_string_lossy().contains("://");
    args.file.parent().filter(|_| is_file).unwrap_or(Path::new("")).to_owned()
}

/// Resolves a text; `name` names it in problems.
pub(crate) fn resolve(name: &str, text: String, args: &ScenarioArgs) -> Result<Loaded, Failure> {
    let folder = folder(args);
    let context = Context {
        provided: vec![dataset::provided()],
        files: scenario::data_files(&text)
            .into_iter()
            .map(|file| (file.clone(), columns(&folder.join(&file)).map_err(|e| format!("{e:#}"))))
            .collect::<BTreeMap<_, _>>(),
        replays: scenario::replay_sources(&text)
            .into_iter()
            .map(|source| {
                let stamps = replay::stamps(&folder, &source).map_err(|e| format!("{e:#}"));
                (source, stamps)
            })
            .collect(),
        overrides: Overrides {
            seed: args.seed,
            scale: args.scale.clone(),
            set: args.set.clone(),
            target: args.target.clone(),
        },
    };
    let scenario = scenario::parse(name, &text, &context).map_err(Failure::usage)?;
    Ok(Loaded { scenario, text, folder })
}

/// Says what is allowed but probably not meant.
pub(crate) fn warn(warnings: &[Warning]) {
    for warning in warnings {
        say::note(&format!("warning: {warning}"));
    }
}

fn columns(path: &Path) -> anyhow::Result<Vec<Column>> {
    let file = files::open(path)?;
    let mut first = String::new();
    BufReader::new(file.take(MAX_LINE_BYTES as u64))
        .read_line(&mut first)
        .with_context(|| format!("cannot read {}", path.display()))?;
    Ok(columns_of_line(&first)?)
}
