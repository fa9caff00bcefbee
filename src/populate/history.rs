//! `hanno populate --organisations`: organisations with two months of messages, which the view-limit batch reads.

use anyhow::anyhow;
use chat_store::Plan;
use chat_store::populate::history::{self, HistorySpec, OrgSize};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{directory, refused, runtime, tables, unix_ms};
use crate::args::PopulateArgs;
use crate::dataset::SEED;
use crate::failure::Failure;
use crate::stores::Stored;
use crate::{clock, say};

/// No message that is older is visible to an organisation on the free plan.
const AGE_MAX: SignedDuration = SignedDuration::from_hours(40 * 24);

/// What was written, or was there already, as JSON; the words for people go to standard error.
pub(super) fn fill(
    args: &PopulateArgs,
    organisations: u64,
    stored: &Stored,
) -> Result<String, Failure> {
    let as_of = args.as_of.ok_or_else(as_of_missing)?;
    let spec = spec(args, organisations, as_of);
    // What cannot be is refused before there is a store, and leaves nothing behind.
    let sizes: Vec<OrgSize> = history::sizes(&spec).map_err(refused)?.collect();
    let member = history::active_member(&spec).map_err(refused)?;
    let member = member.map(|(account, room)| [account.to_string(), room.to_string()]);
    let mut line = Line::of(spec.messages);
    match stored {
        Stored::Redb => {
            let store = directory(args)?;
            history::fill(&store, &spec, |written| line.show(written)).map_err(refused)?;
        }
        Stored::Dynamo(dynamo) => runtime()?.block_on(async {
            let store = tables(dynamo).await?;
            let filled = history::fill_dynamo(&store, &spec, |written| line.show(written)).await;
            filled.map_err(refused)
        })?,
    }
    if !line.begun {
        say::note("nothing was written: the store holds just this already");
    }
    let (free, paid): (Vec<OrgSize>, Vec<OrgSize>) =
        sizes.into_iter().partition(|size| size.org.plan == Plan::Free);
    say::note(&words(&spec, as_of, [&free, &paid]));
    say::note(&commands(&free, &place(args, stored)));
    if let Some([account, room]) = &member {
        say::note(&format!(
            "to look at it: account {account} is in room {room} of organisation 1, which is active to the end"
        ));
    }
    if clock::now().duration_since(as_of) > AGE_MAX {
        say::note(
            "all messages are older than 40 days: who has a view limit is shown none of them; an --as-of of these \
             days gives some that are",
        );
    }
    Ok(format!("{:#}", summary(&spec, [&free, &paid], member)))
}

fn as_of_missing() -> Failure {
    Failure::usage(anyhow!(
        "`--organisations` needs `--as-of TIME`, the moment of the newest message, e.g. {}: a view limit reaches \
         40 days back, and the same moment makes the same messages again",
        clock::now().strftime("%Y-%m-%dT00:00:00Z")
    ))
}

fn spec(args: &PopulateArgs, organisations: u64, as_of: Timestamp) -> HistorySpec {
    let usual = HistorySpec::of(organisations, args.seed.unwrap_or(SEED), unix_ms(as_of));
    HistorySpec {
        accounts: args.history.accounts.unwrap_or(usual.accounts),
        rooms: args.history.rooms.unwrap_or(usual.rooms),
        messages: args.history.messages.unwrap_or(usual.messages),
        ..usual
    }
}

/// The line that shows how many messages are written; only for someone who watches.
struct Line {
    watched: bool,
    begun: bool,
    messages: u64,
}

impl Line {
    fn of(messages: u64) -> Self {
        Self { watched: say::to_a_person(), begun: false, messages }
    }

    fn show(&mut self, written: u64) {
        // The last one may come twice: what follows the messages is written too.
        let last = written == self.messages && self.begun;
        self.begun = true;
        if self.watched {
            say::progress(&format!("{written} of {} messages", self.messages), last);
        }
    }
}

/// What there is, and how it is spread.
fn words(spec: &HistorySpec, as_of: Timestamp, [free, paid]: [&[OrgSize]; 2]) -> String {
    let HistorySpec { orgs, accounts, rooms, messages, .. } = spec;
    let told = |size: &OrgSize| {
        let OrgSize { org, accounts, rooms, messages } = size;
        format!("{}: {accounts} accounts, {rooms} rooms, {messages} messages", org.org)
    };
    let named = examples(free).into_iter().map(|(name, size)| format!("  {name}, {}", told(size)));
    format!(
        "{orgs} organisations ({} free, {} paid) with {accounts} accounts, {rooms} rooms and {messages} messages of \
         the 60 days before {as_of}\n\
         by Zipf's law: the n-th organisation has 1/n of what the first has, and its n-th room 1/n of the messages \
         of its first; on the free plan\n{}\n\
         half of the rooms fell silent at some time of the 60 days, the others are active to the end; one in ten \
         has a guest of the organisation before its own",
        free.len(),
        paid.len(),
        named.collect::<Vec<_>>().join("\n"),
    )
}

/// What to do next.
fn commands(free: &[OrgSize], place: &str) -> String {
    let compute =
        |whose: &str| format!("hanno view-limits compute {whose} --strategy select {place}");
    let one = free.first().map(|size| compute(&format!("--org {}", size.org.org)));
    format!("now: {}\n or: {}", one.unwrap_or_default(), compute("--all"))
}

/// One of each size, each once; the sizes fall.
fn examples(free: &[OrgSize]) -> Vec<(&'static str, &OrgSize)> {
    match free {
        [] => Vec::new(),
        [only] => vec![("the only one", only)],
        [largest, smallest] => vec![("the largest", largest), ("the smallest", smallest)],
        [largest, .., smallest] => {
            let middle = &free[free.len() / 2];
            vec![("the largest", largest), ("the middle one", middle), ("the smallest", smallest)]
        }
    }
}

/// The flags that name the store again.
fn place(args: &PopulateArgs, stored: &Stored) -> String {
    match stored {
        Stored::Redb => {
            let data = args.data.as_ref().map(|data| data.display().to_string());
            format!("--data {}", data.unwrap_or_default())
        }
        Stored::Dynamo(dynamo) => {
            let prefix =
                args.table_prefix.as_ref().map(|prefix| format!(" --table-prefix {prefix}"));
            let prefix = prefix.unwrap_or_default();
            format!("--store dynamodb --endpoint {}{prefix}", dynamo.named)
        }
    }
}

/// `member` is an account and a room that it is in.
fn summary(
    spec: &HistorySpec,
    [free, paid]: [&[OrgSize]; 2],
    member: Option<[String; 2]>,
) -> Value {
    let of = |size: &OrgSize| {
        let OrgSize { org, accounts, rooms, messages } = size;
        let (org, accounts, rooms) = (org.org.to_string(), *accounts, *rooms);
        json!({ "org": org, "accounts": accounts, "rooms": rooms, "messages": messages })
    };
    json!({
        "seed": spec.seed,
        "as_of_unix_ms": spec.as_of_unix_ms,
        "counts": {
            "orgs": spec.orgs,
            "free_orgs": free.len(),
            "accounts": spec.accounts,
            "rooms": spec.rooms,
            "messages": spec.messages,
        },
        "sha256": spec.sha256(),
        "free": examples(free).into_iter().map(|(_, size)| of(size)).collect::<Vec<_>>(),
        "largest_paid": paid.first().map(of),
        "member": member.map(|[account, room]| json!({ "account": account, "room": room })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(orgs: u64) -> (Vec<OrgSize>, Vec<OrgSize>) {
        let spec = HistorySpec::of(orgs, 7, 1_793_491_200_000);
        history::sizes(&spec).unwrap().partition(|size| size.org.plan == Plan::Free)
    }

    #[track_caller]
    fn check(orgs: u64, expected: &[u64]) {
        let (free, _) = sizes(orgs);
        let shown = examples(&free).into_iter().map(|(_, size)| size.org.org.number());
        assert_eq!(shown.collect::<Vec<u64>>(), expected, "{orgs}");
    }

    #[test]
    fn examples_are_free_and_named_once() {
        check(1, &[1]);
        check(2, &[1, 2]);
        // Organisations 4 and 8 pay.
        check(9, &[1, 5, 9]);
    }

    #[test]
    fn words_and_summary_tell_of_the_same() {
        let (free, paid) = sizes(9);
        let as_of: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let spec = HistorySpec::of(9, 7, unix_ms(as_of));
        let words = words(&spec, as_of, [&free, &paid]);
        for part in
            ["9 organisations (7 free, 2 paid)", "180 rooms", "9000 messages", "smallest, 9: "]
        {
            assert!(words.contains(part), "{part}: {words}");
        }
        let member = ["5", "2"].map(str::to_owned);
        let summary = summary(&spec, [&free, &paid], Some(member));
        assert_eq!(summary["member"]["room"], "2");
        assert_eq!(summary["counts"]["free_orgs"], 7);
        assert_eq!(summary["free"][2]["org"], "9");
        assert_eq!(summary["largest_paid"]["org"], "4");
        assert_eq!(summary["free"][0]["messages"], free[0].messages);
        let commands = commands(&free, "--data x");
        for whose in ["--org 1", "--all"] {
            let command = format!("view-limits compute {whose} --strategy select --data x");
            assert!(commands.contains(&command), "{commands}");
        }
    }
}
