//! Organisations of any size by `populate`: the same for the same flags, on both stores, and what cannot be is refused.

use std::path::Path;
use std::process::Output;

use chat_store::dynamo::{DynamoStore, Endpoint, Options as DynamoOptions};
use chat_store::{Options, OrgStore, Plan, RedbStore, Store as _};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::stores::endpoint;
use super::support::{Server, directory, hanno, output, request, stderr, stdout};

/// As new as a message can be in a test whose service looks at the real clock.
fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT00:00:00Z").to_string()
}

fn populate(data: &Path, flags: &[&str]) -> Output {
    output(hanno().args(["populate", "--data"]).arg(data).args(flags))
}

/// 9 organisations, of which two pay, with 60 accounts and 120 rooms.
fn small(as_of: &str) -> Vec<&str> {
    let flags = "--organisations 9 --accounts 60 --rooms 120 --messages 3000 --as-of";
    flags.split(' ').chain([as_of]).collect()
}

fn summary(printed: &Output) -> Value {
    assert!(printed.status.success(), "{}", stderr(printed));
    serde_json::from_str(&stdout(printed)).unwrap()
}

#[test]
fn a_history_is_written_once_and_told_of_in_words() {
    let folder = directory();
    let (data, as_of) = (folder.path().join("data"), today());
    let first = populate(&data, &small(&as_of));
    let told = summary(&first);
    let counts = &told["counts"];
    for (name, count) in
        [("orgs", 9), ("free_orgs", 7), ("accounts", 60), ("rooms", 120), ("messages", 3000)]
    {
        assert_eq!(counts[name], count, "{name}");
    }
    assert_eq!((&told["free"][0]["org"], &told["largest_paid"]["org"]), (&"1".into(), &"4".into()));
    let said = stderr(&first);
    for part in ["Zipf", "9 organisations (7 free, 2 paid)", "view-limits compute --org 1 "] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("nothing was written") && !said.contains("40 days"), "{said}");
    // Nobody watches, so no line is written over.
    assert!(!said.contains('\r'), "{said}");

    let again = populate(&data, &small(&as_of));
    assert_eq!(stdout(&again), stdout(&first));
    assert!(stderr(&again).contains("nothing was written"), "{}", stderr(&again));
    for other in [&["--seed", "8"][..], &["--out", "x.jsonl"]] {
        let mut flags = small(&as_of);
        flags.extend(other);
        assert_eq!(populate(&data, &flags).status.code(), Some(2), "{other:?}");
    }
    let other = populate(&data, &["--organisations", "2", "--as-of", &as_of]);
    assert_eq!(other.status.code(), Some(2));
    let said = stderr(&other);
    let hash = told["sha256"].as_str().unwrap();
    assert!(said.contains(hash) && said.contains("name another `--data`"), "{said}");
}

/// The store itself is the oracle of what the summary says, and the service shows it to a member.
#[test]
fn a_service_serves_what_was_written() {
    let folder = directory();
    let data = folder.path().join("data");
    let told = summary(&populate(&data, &small(&today())));
    let member = |name: &str| told["member"][name].as_str().unwrap().to_owned();
    let (account, room) = (member("account"), member("room"));
    Runtime::new().unwrap().block_on(async {
        let store = RedbStore::open(&data, Options::default()).unwrap();
        assert_eq!(paid(&store).await, [4, 8]);
        let (account, room) = (account.parse().unwrap(), room.parse().unwrap());
        assert_eq!(store.is_member(room, account).await, Ok(true));
        let org = store.find_account(account).await.unwrap().unwrap();
        assert_eq!(org.to_string(), "1");
    });
    let token = output(hanno().args(["token", "--account", &account, "--data"]).arg(&data));
    let service =
        Server::start(hanno().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data));
    let bearer = format!("authorization: Bearer {}\r\n", stdout(&token).trim());
    let path = format!("/v1/rooms/{room}/messages?limit=5");
    let (status, page) = request(service.address(), "GET", &path, &bearer, "");
    assert_eq!(status, 200, "{page}");
    let page: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(page["messages"].as_array().map(Vec::len), Some(5), "{page}");
    assert!(service.stop().success());
}

/// The organisations that pay, of the first nine.
async fn paid(store: &impl OrgStore) -> Vec<u64> {
    let mut paid = Vec::new();
    for number in 1..=9_u64 {
        let org = number.to_string().parse().unwrap();
        if store.find_org(org).await.unwrap().unwrap().plan == Plan::Paid {
            paid.push(number);
        }
    }
    paid
}

#[test]
fn dynamodb_holds_the_same() {
    let (folder, endpoint) = (directory(), endpoint());
    let prefix = format!("histories-{}-", std::process::id());
    let mut command = hanno();
    command.args(["populate", "--store", "dynamodb", "--endpoint", &endpoint]);
    command.args(["--table-prefix", &prefix, "--organisations", "9", "--accounts", "20"]);
    command.args(["--rooms", "20", "--messages", "40", "--as-of", "2026-11-01T00:00:00Z"]);
    let printed = output(command.current_dir(folder.path()));
    let runtime = Runtime::new().unwrap();
    let paid = runtime.block_on(async {
        let options = DynamoOptions::new(Endpoint::Local { url: endpoint.clone() }, &*prefix);
        let store = DynamoStore::open(options).await.unwrap();
        let paid = if printed.status.success() { paid(&store).await } else { Vec::new() };
        store.delete_tables().await.unwrap();
        paid
    });
    assert_eq!(summary(&printed)["counts"]["messages"], 40);
    assert_eq!(paid, [4, 8]);
    let said = stderr(&printed);
    assert!(said.contains(&format!("--endpoint {endpoint} --table-prefix {prefix}")), "{said}");
}

/// Refused by the name of the flag, before there is a directory.
#[test]
fn what_cannot_be_is_refused() {
    let folder = directory();
    let data = folder.path().join("data");
    let as_of = ["--as-of", "2026-11-01T00:00:00Z"];
    for (flags, said) in [
        (&["--organisations", "0"][..], "--organisations must be from 1 to 100000, not 0"),
        (&["--organisations", "100001"], "--organisations must be from 1 to 100000"),
        (&["--organisations", "9", "--rooms", "8"], "--rooms must be from 9 to 1000000, not 8"),
        (&["--organisations", "9", "--accounts", "8"], "each organisation has at least one"),
        (&["--organisations", "9", "--messages", "16000001"], "--messages must be from 0"),
        (&["--organisations", "many"], "--organisations"),
        (&["--organisations", "9", "--out", "x.jsonl"], "--out"),
        (&["--messages", "5"], "--organisations"),
        (&["--out", "x.jsonl", "--messages", "5"], "--messages"),
        (&["--out", "x.jsonl", "--rooms", "5"], "--rooms"),
        (&["--out", "x.jsonl", "--accounts", "5"], "--accounts"),
        (&[], "--out"),
    ] {
        let mut command = hanno();
        command.args(["populate", "--data"]).arg(&data).args(as_of).args(flags);
        let refused = output(command.current_dir(folder.path()));
        assert_eq!(refused.status.code(), Some(2), "{flags:?}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{flags:?}: {}", stderr(&refused));
    }
    for (as_of, said) in [
        (&[] as &[&str], "--as-of TIME"),
        (&["--as-of", "1990-01-01T00:00:00Z"], "--as-of must be from 2010-03-02 to 2079"),
        (&["--as-of", "2080-01-01T00:00:00Z"], "--as-of must be from 2010-03-02 to 2079"),
        (&["--as-of", "yesterday"], "--as-of"),
    ] {
        let refused = output(
            hanno().args(["populate", "--organisations", "9", "--data"]).arg(&data).args(as_of),
        );
        assert_eq!(refused.status.code(), Some(2), "{as_of:?}: {}", stderr(&refused));
        assert!(stderr(&refused).contains(said), "{as_of:?}: {}", stderr(&refused));
    }
    assert!(!data.exists());
}
