//! The figures of findings that compare two times of one run.

use super::Number;

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
