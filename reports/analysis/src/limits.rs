//! Every threshold of the judgement, with its reason; what is not here is not judged by a number.
//!
//! Shares that are compared exactly are per mille, so that counters decide and not a rounding.

/// Lateness below this is never held against a run, in microseconds: timers and schedulers of an idle
/// machine stay well below it, and it is small beside any time a user notices.
pub const LATENESS_FLOOR_US: u64 = 1_000;

/// Lateness may be this part of the tightest latency objective (one tenth): the generator's own error
/// must be small beside what it is to tell apart.
pub const LATENESS_PART_OF_OBJECTIVE: u64 = 10;

/// At least this share of a stream's planned arrivals must be offered, per mille: below it, the load
/// was not the load asked for.
pub const ACHIEVED_MIN_PER_MILLE: u64 = 995;

/// At most this share of a stream's planned arrivals may be dropped for want of users or queue, per
/// mille: more, and a p99.9 would be decided by arrivals that were never sent.
pub const DROPPED_MAX_PER_MILLE: u64 = 1;

/// Readers of live events may be without a stream for this share of their time: as much as of arrivals
/// may be missing. More, and what others were told says too little of them.
pub const ABSENT_SHARE_MAX: f64 = 0.005;

/// Own CPU time over what was given: above this, requests queue for the generator's own processor.
pub const CPU_SHARE_MAX: f64 = 0.85;

/// Own CPU time over what was given: from here on a warning, as bursts within a second go higher.
pub const CPU_SHARE_WARNING: f64 = 0.70;

/// How late 1 % of the wake-ups in the users' runtime may be, in microseconds: later than half of the
/// 10 ms between two probes, and responses are read late as well.
pub const RUNTIME_LAG_P99_MAX_US: u64 = 5_000;

/// The way to the target and back, connection included, may take so long on average before anyone asks why, in
/// microseconds: within one data centre it is below 1 ms, between two of a region about 2 ms.
pub const PATH_MEAN_MIN_US: f64 = 5_000.0;

/// And this share of service time: more than the server itself, and the figure is that of the way.
pub const PATH_SHARE_MIN: f64 = 0.5;

/// Requests that a mean should rest on before it is held against anything.
pub const PATH_SAMPLES_MIN: u64 = 100;

/// A quantile of one distribution may be compared with that of another where at least so many requests of each lie
/// beyond it: 100 requests for a median, 500 for 90 %.
pub const BEYOND_SAMPLES_MIN: u64 = 50;

/// Or so many, if the difference is [`FEW_RATIO_MIN`].
pub const BEYOND_FEW_MIN: u64 = 10;

/// Half as long again: that far from the true one is the median of 100 exponential times once in 540 cases.
pub const IDLE_RATIO_MIN: f64 = 1.5;

/// Three times as long: that far from the true one is the median of 20 exponential times once in 19 000 cases.
pub const FEW_RATIO_MIN: f64 = 3.0;

/// And the mean is longer by a quarter where medians differ: of requests of which half take ten times as long as the
/// others, the median of 100 jumps by chance, and the mean by so much once in 1000 cases.
pub const MEAN_RATIO_MIN: f64 = 1.25;

/// Or by so much where medians of few differ: of 20 such requests the mean jumps by it once in 1000 cases.
pub const FEW_MEAN_RATIO_MIN: f64 = 1.6;

/// So much longer must a quiet target take, in microseconds: a core that wakes up, a cold cache and a connection that
/// is opened in one data centre cost less, and nobody notices it.
pub const IDLE_EXTRA_MIN_US: f64 = 5_000.0;

/// One rate is low and the other high if it is this many times the other.
pub const RATES_RATIO_MIN: f64 = 2.0;

/// Twice as long as the others: instances of one build on machines of one kind differ by less.
pub const INSTANCE_RATIO_MIN: f64 = 2.0;

/// And so much longer, in microseconds: a neighbour on the machine can cost as much.
pub const INSTANCE_EXTRA_MIN_US: f64 = 2_000.0;

/// The last of a cluster takes half as long again as the first …
pub const CLUSTER_RATIO_MIN: f64 = 1.5;

/// … and so much longer, in microseconds: a generator that sends thirty at once and reads their answers one after
/// the other needs about 0.4 ms for itself.
pub const CLUSTER_EXTRA_MIN_US: f64 = 1_000.0;

/// The last place is one that so many of the arrivals have: what fewer have is made by hiccups of the sender, after
/// which all that was due goes out at once.
pub const CLUSTER_SHARE_MIN: f64 = 0.05;

/// And of any two classes of places the later one is the slower one, in this share of the pairs: with few requests
/// a class may be out of order, and what goes up and down has another cause.
pub const CLUSTER_ORDER_MIN: f64 = 0.8;

/// Open descriptors over the limit: above this the next burst of connections may be refused by the
/// generator's own kernel.
pub const DESCRIPTORS_SHARE_MAX: f64 = 0.80;

/// Ephemeral ports in use over those there are: above this the search for a free one takes time, and
/// soon fails.
pub const PORTS_SHARE_MAX: f64 = 0.80;

/// How much further than planned the gaps between arrivals must vary (squared coefficient of variation) before it is asked
/// whether one stall of the machine did it: less says nothing.
pub const STALL_EXCESS_MIN: f64 = 0.2;

/// The part of that excess which the longest stall must make up by itself.
pub const STALL_PART_MIN: f64 = 0.5;

/// CPU time taken by the hypervisor: above this, other guests are part of every time measured.
pub const STEAL_SHARE_MAX: f64 = 0.05;

/// How late 1 % of a bare thread's wake-ups may be, in microseconds: such a thread has no work but to
/// wake up, so that a millisecond is the machine's doing.
pub const TIMER_PROBE_P99_MAX_US: u64 = 1_000;

/// The largest jump of the wall clock against the monotonic one within a second, in microseconds. A
/// clock that is slewed (`adjtime`) moves by at most 500 ppm, 0.5 ms in a second; 20 ms can only be a
/// step, and leaves room for a thread that is held up between reading the two clocks.
pub const CLOCK_STEP_MAX_US: u64 = 20_000;

/// With fewer requests than this in the share that may be over, the answer is a rough one: a count of 20
/// varies by about a fifth from run to run (the square root of 20).
pub const TAIL_SAMPLES_WARNING: u64 = 20;

/// With fewer requests than this in the share that may be over, it is finer than one request: that none was
/// over shows nothing, and that one was may be chance.
pub const TAIL_SAMPLES_MIN: u64 = 1;

/// What would happen to a target that holds its objective less often than this is not chance: one run in a
/// thousand.
pub const CHANCE_MAX: f64 = 0.001;
