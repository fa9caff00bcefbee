//! What a reader needs to send the same load again, and to prove that it is the same.

use run_record::run::Run;

use crate::text;

/// What identifies the load and the data.
pub(super) fn hashes(run: &Run) -> Vec<(&'static str, String)> {
    let mut hashes = vec![
        ("schedule SHA-256", text::clean(&run.schedule_sha256)),
        ("plan SHA-256", text::clean(&run.plan_sha256)),
        ("schedule version", run.schedule_version.to_string()),
        ("seed", run.seed.to_string()),
    ];
    hashes.extend(
        run.environment.dataset_sha256.as_ref().map(|hash| ("data set SHA-256", text::clean(hash))),
    );
    hashes
}

/// Commands, to be given in the directory of the record: the first prints the hash of the schedule,
/// the second runs it again.
pub(super) fn commands(run: &Run) -> Vec<String> {
    let mut flags = format!("--seed {}", run.seed);
    for (name, value) in
        run.overrides.iter().filter(|(name, _)| !OWN_FLAGS.contains(&name.as_str()))
    {
        let flag = match name.as_str() {
            "scale" => format!(" --scale {}", quoted(value)),
            _ => format!(" --set {}", quoted(&format!("{name}={value}"))),
        };
        flags += &flag;
    }
    let target = quoted(&run.environment.target);
    let place = |(flag, value): (&str, &Option<String>)| {
        value.as_ref().map_or_else(String::new, |value| format!(" {flag} {}", quoted(value)))
    };
    let environment = &run.environment;
    let store: String = [
        ("--store", &environment.store),
        ("--endpoint", &environment.endpoint),
        ("--credentials", &environment.credentials),
        ("--distance", &environment.distance),
    ]
    .into_iter()
    .map(place)
    .collect();
    vec![
        format!("hanno schedule scenario.toml {flags} --format csv | sha256sum"),
        format!("hanno run scenario.toml {flags} --target {target}{store}"),
    ]
}

/// Overrides that are given as flags of their own.
const OWN_FLAGS: [&str; 4] = ["seed", "target", "store", "endpoint"];

/// For a POSIX shell.
fn quoted(value: &str) -> String {
    let value = text::clean(value);
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,".contains(character);
    if !value.is_empty() && value.chars().all(plain) {
        value
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        assert_eq!(quoted("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(quoted("a b; rm"), "'a b; rm'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
