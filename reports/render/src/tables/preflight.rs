//! What the way to the target cost before the run, as a table.

use load_plan::plan::Endpoint;
use run_record::preflight::Preflight;
use run_record::run::Run;
use run_record::spread::Spread;

use super::Table;
use crate::cell::Cell;

/// One line for each base URL.
pub(super) fn table(run: &Run) -> Table {
    let rows = run.preflight.iter().map(|way| {
        let Preflight { connect_us, tls_us, round_trip_us, .. } = way;
        let mut row = vec![Cell::text(&way.base), Cell::text(&roles(way))];
        row.extend([connect_us, tls_us, round_trip_us].into_iter().flat_map(|spread| two(*spread)));
        row
    });
    Table {
        stem: "preflight",
        title: "The way to the target, before the run",
        note: "Opening a connection; the same with its TLS handshake; and from ending a connection to seeing the other \
               side end it, which is a round trip without a request. What relays and proxies do for requests alone is \
               not in it.",
        groups: vec![("", 2), ("connection", 2), ("with TLS", 2), ("round trip", 2)],
        head: vec!["base", "for", "p50", "max", "p50", "max", "p50", "max"],
        rows: rows.collect(),
        words: 2,
        empty: "The way was not measured.",
        more: 0,
    }
    .cut()
}

fn roles(way: &Preflight) -> String {
    let word = |endpoint: &Endpoint| match endpoint {
        Endpoint::Read => "read",
        Endpoint::Write => "write",
        Endpoint::Admin => "admin",
    };
    way.endpoints.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn two(spread: Option<Spread>) -> [Cell; 2] {
    spread.map_or([Cell::None, Cell::None], |spread| [Cell::Us(spread.p50), Cell::Us(spread.max)])
}
