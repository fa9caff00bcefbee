//! Where messages are kept: the embedded store, or DynamoDB at a place that the flags name. Fail closed: a
//! local engine on this machine needs no leave, any other DynamoDB needs a `[store.NAME]` in targets.toml.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use chat_store::credentials::Renewal;
use chat_store::dynamo::{DynamoStore, Endpoint, OpenError, Options};
use serde::Deserialize;

use crate::args::{Credentials, Store, StoreArgs};
use crate::failure::Failure;
use crate::say;
use crate::targets::{TARGETS_FILE, Targets};

/// What the names of tables begin with on a local engine, unless a flag says otherwise.
const TABLE_PREFIX: &str = "hanno-";

/// A store as the flags say it.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    /// In a directory.
    Redb,
    /// In tables.
    Dynamo(Box<Dynamo>),
}

/// Which DynamoDB.
#[derive(Clone, Debug)]
pub(crate) struct Dynamo {
    /// As the flag says it: an address or a name.
    pub(crate) named: String,
    /// The file that knows the name; none for an address.
    pub(crate) targets: Option<PathBuf>,
    pub(crate) options: Options,
    /// Which slow credentials the service gets there, if any; nobody else waits for them.
    pub(crate) credentials: Option<Credentials>,
}

impl Stored {
    /// # Errors
    /// A place that the service may not use: exit code 2.
    pub(crate) fn of(args: &StoreArgs, targets: &Path) -> Result<Self, Failure> {
        match (args.store, &args.endpoint) {
            (Store::Redb, None) => Ok(Self::Redb),
            (Store::Redb, Some(_)) => {
                Err(Failure::usage(anyhow!("`--endpoint` is for `--store dynamodb`")))
            }
            (Store::Dynamodb, None) => Err(Failure::usage(anyhow!(
                "`--store dynamodb` needs `--endpoint`: the address of a local engine on this \
                 machine, e.g. http://127.0.0.1:8000 (`cargo xtask services up` starts one), or the \
                 NAME of a [store.NAME] in {TARGETS_FILE}"
            ))),
            (Store::Dynamodb, Some(endpoint)) if endpoint.contains("://") => {
                let place = Endpoint::Local { url: endpoint.clone() };
                let options = Options::new(place, TABLE_PREFIX);
                let named = endpoint.clone();
                let dynamo = Dynamo { named, targets: None, options, credentials: None };
                Ok(Self::Dynamo(Box::new(dynamo)))
            }
            (Store::Dynamodb, Some(name)) if name.is_empty() || name.contains([':', '/']) => {
                Err(Failure::usage(anyhow!(
                    "`--endpoint {name}` is neither an address, which begins with http://, nor the NAME of a \
                     [store.NAME] in {TARGETS_FILE}"
                )))
            }
            (Store::Dynamodb, Some(name)) => {
                let dynamo = named(name, targets.to_owned()).map_err(Failure::usage)?;
                Ok(Self::Dynamo(Box::new(dynamo)))
            }
        }
    }

    /// With other tables, where there are tables.
    pub(crate) fn with_prefix(self, prefix: Option<&str>) -> Result<Self, Failure> {
        match (self, prefix) {
            (stored, None) => Ok(stored),
            (Self::Redb, Some(_)) => {
                Err(Failure::usage(anyhow!("`--table-prefix` is for `--store dynamodb`")))
            }
            (Self::Dynamo(dynamo), Some(prefix)) => {
                Ok(Self::Dynamo(Box::new(dynamo.with_prefix(prefix)?)))
            }
        }
    }

    /// With slow credentials, where none that are real can be meant.
    pub(crate) fn with_credentials(self, how: Option<Credentials>) -> Result<Self, Failure> {
        match (self, how) {
            (stored, None) => Ok(stored),
            (Self::Dynamo(mut dynamo), Some(how)) if dynamo.targets.is_none() => {
                dynamo.credentials = Some(how);
                Ok(Self::Dynamo(dynamo))
            }
            (_, Some(how)) => Err(Failure::usage(anyhow!(
                "`--credentials {}` is for a local engine (`--store dynamodb --endpoint http://127.0.0.1:PORT`): \
                 redb has no credentials, and at AWS the service keeps its own by the refresher",
                how.name()
            ))),
        }
    }

    /// As the record names it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Redb => Store::Redb.name(),
            Self::Dynamo(_) => Store::Dynamodb.name(),
        }
    }

    /// As the record names what was done to its credentials, if anything.
    pub(crate) fn credentials(&self) -> Option<Credentials> {
        match self {
            Self::Redb => None,
            Self::Dynamo(dynamo) => dynamo.credentials,
        }
    }

    /// As the record names its place, where it has one.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Redb => None,
            Self::Dynamo(dynamo) => Some(&dynamo.named),
        }
    }
}

impl Dynamo {
    /// Other tables, within what targets.toml allows.
    pub(crate) fn with_prefix(mut self, prefix: &str) -> Result<Self, Failure> {
        if prefix.is_empty() {
            return Err(Failure::usage(anyhow!(
                "an empty `--table-prefix` would take every table"
            )));
        }
        let within = &self.options.table_prefix;
        if self.targets.is_some() && !prefix.starts_with(within) {
            return Err(Failure::usage(anyhow!(
                "the table prefix `{prefix}` is refused: {TARGETS_FILE} allows `{}` tables that begin \
                 with `{within}`",
                self.named
            )));
        }
        prefix.clone_into(&mut self.options.table_prefix);
        Ok(self)
    }

    /// As the service opens it.
    pub(crate) fn served(&self) -> Options {
        let mut options = self.options.clone();
        if let (Endpoint::Local { url }, Some(how)) = (&self.options.endpoint, self.credentials) {
            let renewal = match how {
                Credentials::Refresher => Renewal::Refresher,
                Credentials::SdkLazy => Renewal::SdkLazy,
            };
            options.endpoint = Endpoint::Rehearsal { url: url.clone(), renewal };
        }
        options
    }

    /// What went wrong there.
    pub(crate) fn failed(&self, error: impl Into<anyhow::Error>) -> Failure {
        Failure::unable(error.into().context(format!("DynamoDB at {}", self.named)))
    }

    /// Deletes the tables, which only one run used.
    pub(crate) async fn discard(&self) {
        let deleted = match self.open().await {
            Ok(store) => store.delete_tables().await.map_err(|error| self.failed(error)),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = deleted {
            let prefix = &self.options.table_prefix;
            say::note(&format!("the tables {prefix}* are left behind: {failure}"));
        }
    }

    /// Connects. What is refused is the user's to change.
    pub(crate) async fn open(&self) -> Result<DynamoStore, Failure> {
        DynamoStore::open(self.options.clone()).await.map_err(refused)
    }
}

/// Exit code 2 for a store that may not be used, 5 for one that cannot be.
pub(crate) fn refused(error: OpenError) -> Failure {
    match error {
        OpenError::NotLocal { .. } => Failure::usage(anyhow!(
            "{error}; for any other DynamoDB give the NAME of a [store.NAME] in {TARGETS_FILE} (region, \
             account, table_prefix, units_per_s_max)"
        )),
        OpenError::Prefix { .. } | OpenError::OtherAccount { .. } => Failure::usage(error),
        _ => Failure::unable(error),
    }
}

/// A DynamoDB that may be used; each part is required, since each guards something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NamedStore {
    /// Which region's endpoint.
    region: String,
    /// Credentials of any other account are refused.
    account: String,
    /// Tables whose names begin otherwise are never touched.
    table_prefix: String,
    /// The most read and write units a second, since each is paid for.
    units_per_s_max: u32,
}

fn named(name: &str, file: PathBuf) -> anyhow::Result<Dynamo> {
    let targets = Targets::read(&file)
        .with_context(|| format!("store `{name}` is looked for in {}", file.display()))?;
    let known = targets.store.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    let store = targets.store.into_iter().find(|(known, _)| known == name);
    let (_, store) = store.ok_or_else(|| {
        let known = if known.is_empty() { "no [store.NAME] at all" } else { &known };
        anyhow!("{} has no [store.{name}]; it has {known}", file.display())
    })?;
    let account = &store.account;
    let complaint = match () {
        () if store.table_prefix.is_empty() => "an empty `table_prefix` would allow every table",
        () if !is_region(&store.region) => {
            "`region` must be the name of an AWS region, e.g. eu-west-1"
        }
        () if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) => {
            "`account` must be the 12 digits of an AWS account"
        }
        () if store.units_per_s_max == 0 => "`units_per_s_max` must be above 0",
        () => "",
    };
    if !complaint.is_empty() {
        return Err(anyhow!("[store.{name}] of {}: {complaint}", file.display()));
    }
    let place = Endpoint::Region { region: store.region, account: Some(store.account) };
    let options = Options {
        units_per_s_max: Some(store.units_per_s_max),
        ..Options::new(place, store.table_prefix)
    };
    Ok(Dynamo { named: name.to_owned(), targets: Some(file), options, credentials: None })
}

/// Names become part of an address, so nothing else may be in them.
fn is_region(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(store: Store, endpoint: Option<&str>) -> StoreArgs {
        StoreArgs { store, endpoint: endpoint.map(str::to_owned) }
    }

    #[track_caller]
    fn refusal(args: &StoreArgs, targets: &Path) -> String {
        format!("{:?}", Stored::of(args, targets).unwrap_err())
    }

    #[test]
    fn only_what_is_named_is_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(TARGETS_FILE);
        let text = "[store.staging]\nregion = \"eu-west-1\"\naccount = \"123456789012\"\n\
                    table_prefix = \"load-\"\nunits_per_s_max = 500\n";
        let of = |endpoint| Stored::of(&args(Store::Dynamodb, Some(endpoint)), &file);
        let missing = refusal(&args(Store::Dynamodb, Some("staging")), &file);
        assert!(missing.contains(TARGETS_FILE), "{missing}");
        std::fs::write(&file, text).unwrap();
        let Stored::Dynamo(dynamo) = of("staging").unwrap() else { panic!("not DynamoDB") };
        assert_eq!(dynamo.options.units_per_s_max, Some(500));
        assert!(dynamo.clone().with_prefix("load-2-").is_ok());
        assert!(dynamo.clone().with_prefix("").is_err());
        assert!(dynamo.with_prefix("prod-").is_err());
        let unknown = refusal(&args(Store::Dynamodb, Some("prod")), &file);
        assert!(unknown.contains("staging"), "{unknown}");
        for (change, said) in [
            ("units_per_s_max = 500\n", "units_per_s_max"),
            ("account = \"123456789012\"\n", "account"),
        ] {
            std::fs::write(&file, text.replace(change, "")).unwrap();
            let less = refusal(&args(Store::Dynamodb, Some("staging")), &file);
            assert!(less.contains(said), "{less}");
        }
        for (part, bad) in [
            ("load-", ""),
            ("123456789012", "12345"),
            ("500", "0"),
            ("eu-west-1", ""),
            ("eu-west-1", "evil.example.org/#"),
        ] {
            std::fs::write(&file, text.replace(part, bad)).unwrap();
            assert!(of("staging").is_err(), "{bad}");
        }
    }

    #[test]
    fn dynamodb_needs_a_place_and_redb_has_none() {
        let here = Path::new("");
        assert!(refusal(&args(Store::Dynamodb, None), here).contains("--endpoint"));
        for no_address in ["", "127.0.0.1:8000", "localhost/x"] {
            let refused = refusal(&args(Store::Dynamodb, Some(no_address)), here);
            assert!(refused.contains("http://"), "{refused}");
        }
        assert!(refusal(&args(Store::Redb, Some("http://127.0.0.1:1")), here).contains("dynamodb"));
        let redb = || Stored::of(&args(Store::Redb, None), here).unwrap();
        assert!(matches!(redb().with_prefix(None), Ok(Stored::Redb)));
        assert!(redb().with_prefix(Some("load-")).is_err());
    }

    #[test]
    fn slow_credentials_are_for_a_local_engine() {
        let here = Path::new("");
        let local = Stored::of(&args(Store::Dynamodb, Some("http://127.0.0.1:8000")), here);
        let Stored::Dynamo(dynamo) = local.unwrap() else { panic!("not DynamoDB") };
        let named = Dynamo { targets: Some("targets.toml".into()), ..(*dynamo).clone() };
        let how = Some(Credentials::SdkLazy);
        for elsewhere in [Stored::Redb, Stored::Dynamo(Box::new(named))] {
            assert!(elsewhere.clone().with_credentials(None).is_ok());
            let refused = format!("{:?}", elsewhere.with_credentials(how).unwrap_err());
            assert!(refused.contains("--credentials sdk-lazy"), "{refused}");
        }
        let slow = Stored::Dynamo(dynamo).with_credentials(how).unwrap();
        assert_eq!(slow.credentials(), how);
        let Stored::Dynamo(slow) = slow else { panic!("not DynamoDB") };
        assert!(matches!(slow.options.endpoint, Endpoint::Local { .. }), "others do not wait");
        let renewal = Renewal::SdkLazy;
        let url = "http://127.0.0.1:8000".to_owned();
        assert_eq!(slow.served().endpoint, Endpoint::Rehearsal { url, renewal });
    }
}
