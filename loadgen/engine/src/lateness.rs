//! Tells the generator's own delay from the lack of users.

use run_record::arrival_row::ArrivalRow;

/// The generator's delay in nanoseconds: from due to sent if a user was free, else from due to released. None if nothing was sent.
pub(crate) fn lateness_ns(row: &ArrivalRow) -> Option<u64> {
    let sent_ns = row.sent_ns?;
    let ready_ns = match row.released_ns {
        Some(released_ns) if is_first(row) && !row.user_free => released_ns,
        _ => sent_ns,
    };
    Some(ready_ns.saturating_sub(row.due_ns))
}

/// The time no user was free, in nanoseconds; only first steps wait for a user.
pub(crate) fn wait_ns(row: &ArrivalRow) -> Option<u64> {
    let (sent_ns, released_ns) = (row.sent_ns?, row.released_ns?);
    let waited = if row.user_free { 0 } else { sent_ns.saturating_sub(released_ns) };
    is_first(row).then_some(waited)
}

pub(crate) fn is_first(row: &ArrivalRow) -> bool {
    row.step.is_none_or(|step| step == 0)
}
