//! The sentences themselves, one constant for each code.

use run_analysis::findings::Code;

use super::Words;

/// The words of a code.
pub(super) fn of(code: Code) -> Words {
    match code {
        Code::GeneratorLate => GENERATOR_LATE,
        Code::MachineNoisy => MACHINE_NOISY,
        Code::NotAchieved => NOT_ACHIEVED,
        Code::UsersExhausted => USERS_EXHAUSTED,
        Code::ArrivalClass => ARRIVAL_CLASS,
        Code::ClosedModel => CLOSED_MODEL,
        Code::Burst => BURST,
        Code::ReadersAbsent => READERS_ABSENT,
        Code::GeneratorCpu => GENERATOR_CPU,
        Code::RuntimeLag => RUNTIME_LAG,
        Code::Descriptors => DESCRIPTORS,
        Code::Ports => PORTS,
        Code::ClockStep => CLOCK_STEP,
        Code::Accounting => ACCOUNTING,
        Code::TargetUnreachable => TARGET_UNREACHABLE,
        Code::ObjectiveMissed => OBJECTIVE_MISSED,
        Code::PathDominates => PATH_DOMINATES,
        Code::SlowWhenIdle => SLOW_WHEN_IDLE,
        Code::InstanceSlow => INSTANCE_SLOW,
        Code::LatencyGrowsWithClusterSize => LATENCY_GROWS_WITH_CLUSTER_SIZE,
        Code::FewSamples => FEW_SAMPLES,
        Code::FewArrivals => FEW_ARRIVALS,
        Code::MetricsMissing => METRICS_MISSING,
        Code::Interrupted => INTERRUPTED,
        Code::Aborted => ABORTED,
        Code::Unfinished => UNFINISHED,
    }
}

const GENERATOR_LATE: Words = Words {
    title: "requests left the generator later than they were due",
    means: "The generator itself, not the target, delayed first steps of measured phases by more \
        than the run allows. Response times hold that delay, and the load that arrived is not \
        the load that was asked for.",
    remedy: "Look at own CPU and runtime lag in the same report. Give the generator more or quieter \
        cores, lower the rate, or spread the load over several generators; then run again.",
};

const MACHINE_NOISY: Words = Words {
    title: "the machine did not give the generator its time",
    means: "A bare thread that only sleeps was woken late, or once so late that this stall alone makes up most of \
        what the gaps between arrivals vary too much, or the hypervisor took CPU time away. \
        Whatever runs here is delayed by the machine, so late arrivals are not the generator's \
        doing, and slow answers may not be the target's. It makes the run invalid if arrivals left late \
        or if more than 5 % of the time was taken; otherwise it is a warning.",
    remedy: "Run on a machine of its own, without neighbours that compete for the processor; on a \
        virtual machine choose an instance type with dedicated cores.",
};

const NOT_ACHIEVED: Words = Words {
    title: "fewer arrivals were offered than planned",
    means: "Arrivals of measured phases were dropped, never released or lost, so the target saw less \
        load than the plan says. Its times cannot be read as those at the asked rate.",
    remedy: "Look for the counter that is not 0: dropped arrivals want more users or a longer queue, \
        unreleased ones mean that the run was stopped, lost ones that a worker went away.",
};

const USERS_EXHAUSTED: Words = Words {
    title: "arrivals were dropped because no user was free",
    means: "All users of a stream were busy and the queue was full, or the wait limit passed. An \
        open load cannot go on when nobody is free to start the next arrival, and the slowest \
        moments of the target are then missing from its figures.",
    remedy: "Raise `users` of the stream (peak rate times the slowest answer you accept), or its \
        `queue`. If the target is simply slower than the rate, lower the rate: the run has found \
        its limit.",
};

const ARRIVAL_CLASS: Words = Words {
    title: "arrivals were not spread in time as planned",
    means: "The first requests of measured phases were sent otherwise than the plan asks for: in \
        clusters, say, where they should have come one by one. A target that gets its requests in \
        groups answers the last of each group late, however quick it is, and whoever reads the \
        times blames the target.",
    remedy: "Look at the pictures of gaps and of the second in the report, and at the generator's own \
        findings: a generator that is late or short of CPU sends what is due in one go. Then give it \
        more or quieter cores, or lower the rate.",
};

const CLOSED_MODEL: Words = Words {
    title: "the load waits for the target",
    means: "A fixed set of users starts again only when it has its answer. When the target slows \
        down, fewer requests come, so the slowest moments are seen least; with a pace the users keep \
        to the places of the second at which they first started, and come in groups. Times of such a \
        run say little about independent users.",
    remedy: "Use a phase with a `rate` instead, unless the real clients are a fixed set that waits, as \
        workers of a queue do. Compare the arrivals that there were with those that were asked for.",
};

const BURST: Words = Words {
    title: "many arrivals are due at once",
    means: "The plan sends arrivals in groups. The last of a group waits for those before it, so that \
        times hold the size of the group and not only the speed of the target.",
    remedy: "Nothing, if groups are what is to be tested; read the times as those of a group. \
        Otherwise use a phase with a `rate`.",
};

const READERS_ABSENT: Words = Words {
    title: "readers of live events were away",
    means: "Readers could not open their stream of events, or the target ended it, and for more of \
        their time than is allowed they had none. What they would have been told is not in the \
        delivery times, so those times are of the readers that were let in.",
    remedy: "Look at the errors of the readers' step: a status says that they are refused (token, \
        membership, a cap on readers), `closed` and `reset` that streams are cut by the target or \
        by a proxy before it.",
};

const GENERATOR_CPU: Words = Words {
    title: "the generator was short of CPU",
    means: "The generator used most of the CPU time that it was given while measured phases ran. \
        Close to saturation its own scheduling adds to every time that it measures: above 85 % the run is \
        invalid, from 70 % on it is a warning.",
    remedy: "Give it more cores (check affinity and control-group limits), do not run it beside the \
        target, record fewer rows, or lower the rate.",
};

const RUNTIME_LAG: Words = Words {
    title: "the users' runtime was slow to wake its tasks",
    means: "A task in the runtime that serves the users was woken late, so answers that had arrived \
        waited inside the generator before they were timed.",
    remedy: "The generator is saturated or something blocks its threads: lower the rate, give it more \
        cores, or spread the load over several generators.",
};

const DESCRIPTORS: Words = Words {
    title: "open descriptors came close to their limit",
    means: "Every connection needs a descriptor. Past the limit, connections fail because of the \
        generator, which looks like errors of the target.",
    remedy: "Raise the limit (`ulimit -n`), or lower the number of users.",
};

const PORTS: Words = Words {
    title: "ephemeral ports came close to running out",
    means: "Every connection to one address needs a port of its own, and a closed one rests for a \
        minute. Without ports, connections fail because of the generator.",
    remedy: "Let the target keep connections alive, widen `net.ipv4.ip_local_port_range`, or use more \
        than one source or target address.",
};

const CLOCK_STEP: Words = Words {
    title: "the wall clock jumped during the run",
    means: "The wall clock moved against the monotonic one by more than slewing can. Durations are \
        not affected, but instants compared with another machine's (logs, metrics, a sink) are.",
    remedy: "Let the time service settle before a run, and let it slew, not step. Then run again.",
};

const ACCOUNTING: Words = Words {
    title: "the counters do not add up",
    means: "Planned arrivals are not the sum of completed, failed, timed out, dropped, abandoned, \
        unreleased and lost ones. An outcome was lost or counted twice, so no figure of the run \
        can be relied on.",
    remedy: "This is a fault of Hanno. Keep the record and report it with the scenario and the seed.",
};

const TARGET_UNREACHABLE: Words = Words {
    title: "the target could not be reached, and nothing was sent",
    means: "A connection to the target failed before the first arrival, so no load was released.",
    remedy: "Check that the target is running, its address, name resolution and firewalls; then run \
        again.",
};

const OBJECTIVE_MISSED: Words = Words {
    title: "an objective does not hold",
    means: "More of the measured requests than the objective allows took longer than the limit, did \
        not complete, or were not offered. It is counted exactly, request by request, not read \
        off a histogram.",
    remedy: "Look at the timeline for when it happened and at the errors for how. If service time is \
        well below response time, requests were waiting; if server time is well below service \
        time, the time is on the way.",
};

const PATH_DOMINATES: Words = Words {
    title: "most of the time is on the way, not in the server",
    means: "At least half of service time, and 5 ms or more, passes outside of what the server says that it took: \
        in the network, in setting up connections, or in something before the server. The response times are \
        those of this way; a user elsewhere has another.",
    remedy: "Compare the way with the round trip before the run. If they are alike it is the distance: run the \
        generator in the network of the target, or say on purpose that the distance is part of the test. If the \
        way is far longer, something on it waits under load: a proxy, or connections that are opened anew, in \
        the table of connections.",
};

const SLOW_WHEN_IDLE: Words = Words {
    title: "the target is slower when little is asked of it",
    means: "At no more than half the rate, requests took half as long again, and 5 ms more, at the median or at 90 %: \
        a quiet hour is worse than a busy one. Something goes cold between requests and is paid for by the next \
        one, most often credentials that are renewed on demand, a cache, or connections that idle out. At a \
        common rate one request in many pays for it and nobody sees it. Fewer than 50 requests beyond the \
        quantile, on either side, must differ threefold; fewer than 10 are not compared.",
    remedy: "Look at the slowest requests of the quiet phase in the traces of the target: what did they wait for? \
        Renew credentials in the background, keep connections and caches warm; then run the quiet phase again.",
};

const INSTANCE_SLOW: Words = Words {
    title: "one instance of the target is much slower than the others",
    means: "Answers that bear the name of one instance took twice as long as those of the others, and 2 ms more, at \
        the median or at 99 %: in the server where all say how long they took, else from the due time on. The \
        figures of all instances together hide it. Fewer than 50 requests beyond the quantile must differ \
        threefold; fewer than 10 are not compared.",
    remedy: "Compare memory, CPU and version of that instance with the others': a leak, a noisy neighbour, a cold \
        cache, or an uneven share of the load. Take it out and look whether the rest changes.",
};

const LATENCY_GROWS_WITH_CLUSTER_SIZE: Words = Words {
    title: "the later in a cluster a request is, the longer it takes",
    means: "Arrivals came in clusters, and the last of a cluster took half as long again as the first, and 1 ms more: \
        the last of a group waits for all before it. The arrivals make these times, not the target; the same \
        requests, one by one, would be answered as quickly as the first. A rate that grows by larger groups looks \
        like a target that does not scale.",
    remedy: "Send the same rate with `rate` and `spacing = \"poisson\"`, and compare. If groups are what real clients \
        make (a job on the full minute), say so, and judge the target by its first and its last alike.",
};

const FEW_SAMPLES: Words = Words {
    title: "an objective rests on little",
    means: "Fewer than 20 requests or deliveries fill the share that may be over the limit, so chance can move \
        the answer. With fewer than one it is undecided, unless so many were over that chance is ruled out \
        (one run in a thousand).",
    remedy: "Run longer or at a higher rate: a p99 needs 2000 requests for 20 in its tail, a p99.9 or \
        errors <= 0.1% needs 20 000, and a twentieth of that to be decided at all.",
};

const FEW_ARRIVALS: Words = Words {
    title: "too few arrivals to say how they were spread in time",
    means: "The plan asks for arrivals that are even, random or in bursts, and whether they were was not judged: clusters \
        can be told from 200 requests on, even from random ones from 1000 on. Nothing speaks against the run; \
        nothing proves its arrivals either.",
    remedy: "If it matters, run the measured phases longer or at a higher rate until no arrivals are missing.",
};

const METRICS_MISSING: Words = Words {
    title: "the target did not tell all that it was asked of itself",
    means: "The page of metrics named for the target did not answer within 0.9 s, answered with an error, had \
        none of the series, or had more of them than are kept. Requests and their times are not \
        touched by it: only the pictures of what the target says of itself have gaps.",
    remedy: "Open the address by hand, and compare the names of `series` in targets.toml with what is there. A \
        page that answers only when the target is idle is a finding about the target.",
};

const INTERRUPTED: Words = Words {
    title: "a signal stopped the run before its end",
    means: "What was planned after the stop was never released. What was measured before it is \
        judged; an objective that the missing part could have decided is left undecided.",
    remedy: "Run again without interruption if the later phases matter.",
};

const ABORTED: Words = Words {
    title: "Hanno stopped the run before its end",
    means: "A limit of `abort_on` was passed, which is a failure of the target; or, as a note, something made \
        it useless to go on, for instance a disk that is full. What was planned after the stop was never \
        released.",
    remedy: "Where a limit was passed, look at what led to it; else what Hanno printed when it stopped says \
        why. Put that right and run again.",
};

const UNFINISHED: Words = Words {
    title: "the run has not ended, or was killed",
    means: "The record was last written while the run was going on. What happened after that is not \
        in its counts, so nothing can pass.",
    remedy: "If the run is still going, wait for its end. If it was killed, run again.",
};
