//! What a target says of itself, and what the way to it was like: a service that grows, restarts once and tells
//! something that no axis is made for.

use load_plan::plan::Endpoint;
use run_analysis::evidence::MetricSeries;
use run_record::preflight::Preflight;
use run_record::scraped::Scraped;
use run_record::spread::Spread;

const SECONDS: u32 = 50;

pub(crate) fn metrics() -> Vec<MetricSeries> {
    let series = |name: &str, counter, value: fn(u32) -> Option<f64>| MetricSeries {
        name: name.to_owned(),
        counter,
        seconds: (0..SECONDS).filter_map(|second| Some((second, value(second)?))).collect(),
    };
    vec![
        series("process_resident_memory_bytes", false, |second| {
            Some(8e7 + 1e6 * f64::from(second))
        }),
        // It was started anew in second 30.
        series("process_cpu_seconds_total", true, |second| (second != 30).then_some(0.4)),
        series("in_flight{route=\"/a\"}", false, |second| Some(f64::from(second % 7))),
        series("extreme", false, |second| {
            Some(if second.is_multiple_of(2) { -1e300 } else { 1e300 })
        }),
        series("silent", false, |_| None),
    ]
}

pub(crate) fn scraped() -> Scraped {
    let series = metrics().into_iter().map(|series| series.name).collect();
    let url = "http://127.0.0.1:9090/metrics".to_owned();
    Scraped { url, asked: SECONDS.into(), series, ..Scraped::default() }
}

pub(crate) fn ways() -> Vec<Preflight> {
    let spread = |p50, max| {
        let [min, p90, p95, p99, p999] = [p50, max, max, max, max];
        Some(Spread { count: 5, min, mean: 1.0, p50, p90, p95, p99, p999, max })
    };
    vec![Preflight {
        endpoints: vec![Endpoint::Read, Endpoint::Write],
        // Without a scheme: a page is searched for addresses that it could fetch from.
        base: "localhost:8080".to_owned(),
        connect_us: spread(41, 90),
        tls_us: None,
        round_trip_us: spread(112, 180),
    }]
}
