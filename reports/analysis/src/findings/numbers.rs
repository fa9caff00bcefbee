//! The figures of findings: their names and meanings, where several findings do not share them.

use super::Number;

pub(super) const MACHINE_NOISY: &[Number] = &[
    ("steal_percent", "processor time taken by the hypervisor"),
    ("steal_limit_percent", "largest share allowed"),
    ("timer_probe_p99_us", "how late a bare thread woke up, 99 %"),
    ("timer_probe_limit_us", "latest allowed"),
    ("timer_probe_max_us", "how late it woke up once"),
    ("lateness_p99_us", "how late first requests were sent, 99 %"),
    ("lateness_limit_us", "latest allowed"),
];

pub(super) const READERS_ABSENT: &[Number] = &[
    ("absent_percent", "time without a stream after it was lost or refused, of all"),
    ("limit_percent", "largest share allowed"),
    ("readers_count", "readers of the stream"),
    ("opened_count", "of them, had a stream open at least once"),
    ("reopened_count", "streams opened again after they were lost"),
];

pub(super) const ARRIVAL_CLASS: &[Number] = &[
    ("judged_count", "arrivals judged"),
    ("places_count", "places of a second in which they came, where they came in few"),
    ("rhythm_hz", "their strongest rhythm"),
    ("trains_hz", "the rhythm of trains of arrivals"),
    ("train_count", "arrivals in a train, mean"),
    ("gap_variation_ratio", "squared variation of the gaps: 0 even, 1 random"),
    ("zero_gaps_percent", "gaps of 0"),
    ("dispersion_10ms_ratio", "dispersion of the counts in 10 ms: 0 even, 1 random"),
    ("dispersion_1s_ratio", "dispersion of the counts in 1 s: 0 even, 1 random"),
    ("distance_ratio", "distance of the gaps from exponential ones: 0 random, 0.63 even"),
];

pub(super) const CLOSED_MODEL: &[Number] = &[
    ("users_count", "users, of whom each starts again when it has its answer"),
    ("asked_count", "arrivals of the phase if answers took no time"),
    ("planned_count", "arrivals that there were in measured phases of the stream"),
];

pub(super) const BURST: &[Number] =
    &[("size_count", "arrivals that are due at once"), ("every_ms", "from one burst to the next")];

pub(super) const ABORTED: &[Number] = &[
    ("over_count", "requests over the limit of `abort_on` within its delay"),
    ("total_count", "requests within the delay"),
    ("planned_count", "arrivals planned"),
    ("unreleased_count", "of them, never released"),
];

pub(super) const PATH_DOMINATES: &[Number] = &[
    ("path_mean_us", "service time less server time, mean"),
    ("server_mean_us", "what the server says, mean"),
    ("service_mean_us", "from sending to the last byte, mean"),
    ("path_percent", "the way of service time"),
    ("round_trip_us", "to the target and back before the run, without a request, median"),
    ("connect_us", "opening a connection before the run, median"),
];

pub(super) const FEW_SAMPLES: &[Number] = &[
    ("total_count", "requests, or deliveries, that count"),
    ("tail_samples", "of them, may be beyond the limit"),
    ("wanted_samples", "from this many on the answer is steady"),
];

pub(super) const FEW_ARRIVALS: &[Number] = &[
    ("judged_count", "arrivals that were looked at"),
    ("missing_count", "how many more it takes to judge them"),
];

pub(super) const METRICS_MISSING: &[Number] = &[
    ("asked_count", "times the target was asked"),
    ("failed_count", "of them, it did not answer in time, or with an error"),
    ("series_count", "series that were found and kept"),
    ("left_out_count", "series that were found and not kept, for want of room"),
];

pub(super) const OBJECTIVE_MISSED: &[Number] = &[
    ("over_count", "requests, or deliveries, beyond the limit, not completed, or not offered"),
    ("total_count", "requests, or deliveries, that count"),
    ("over_percent", "over over total"),
    ("allowed_percent", "largest share allowed"),
    ("limit_us", "the limit of a latency objective"),
];

pub(super) const SLOW_WHEN_IDLE: &[Number] = &[
    ("quiet_rate_hz", "arrivals a second asked for in the phase with fewer"),
    ("busy_rate_hz", "arrivals a second asked for in the phase with more"),
    ("quantile_percent", "share of the requests that took at most so long"),
    ("quiet_time_us", "response time of the phase with fewer, at this share"),
    ("busy_time_us", "response time of the phase with more, at this share"),
    ("slower_ratio", "the former over the latter"),
    ("quiet_count", "requests completed in the phase with fewer"),
    ("busy_count", "requests completed in the phase with more"),
];

pub(super) const INSTANCE_SLOW: &[Number] = &[
    ("quantile_percent", "share of the requests that took at most so long"),
    (
        "instance_time_us",
        "time of the instance, at this share: in the server where it says so of every answer",
    ),
    ("others_time_us", "the same of the other instances: the median of theirs"),
    ("slower_ratio", "the former over the latter"),
    ("instance_count", "requests that the instance completed"),
    ("others_count", "requests that the others completed"),
];

pub(super) const LATENCY_GROWS_WITH_CLUSTER_SIZE: &[Number] = &[
    ("first_time_us", "response time of the first of a cluster, median"),
    ("last_time_us", "response time of those furthest behind, median"),
    ("slower_ratio", "the latter over the former"),
    ("last_place_count", "they had at least so many places, their own included"),
    ("first_count", "arrivals that were the first of a cluster"),
    ("last_count", "arrivals that were furthest behind"),
];
