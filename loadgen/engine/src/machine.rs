//! Reads the machine: what a run is given (once) and what is used of it (each second).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::read_to_string;

use procfs::process::{LimitValue, Process};
use procfs::{Current, CurrentSI, ProcResult};
use run_record::environment::Environment;

mod quota;

/// The priority of what can wait: a request goes first, but on a core that is busy with requests a tenth is
/// left (the kernel's weights: 110 of 1134), which the collector needs so that nobody has to wait for it.
const LAST: i32 = 10;

/// Below this part of the ephemeral ports nobody needs to know how many there are.
const FEW_PERCENT: u32 = 40;

/// The part of the environment that the machine tells; the caller adds target, store and data set.
pub fn environment() -> Environment {
    let cores = cores();
    Environment {
        hanno: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: read_trimmed("/proc/sys/kernel/osrelease").unwrap_or_default(),
        cpu_model: cpu_model().unwrap_or_default(),
        cores,
        cores_given: cores_given(cores),
        memory: procfs::Meminfo::current().map_or(0, |memory| memory.mem_total),
        limits: limits(),
        ..Environment::default()
    }
}

/// Cores that affinity and control group leave to this process.
pub fn cores_given(cores: u32) -> f64 {
    let allowed = rustix::thread::sched_getaffinity(None).map_or(cores, |set| set.count());
    let allowed = f64::from(allowed.max(1));
    quota::cores().map_or(allowed, |quota| quota.min(allowed))
}

/// Opens as many descriptors as the hard limit allows: every connection of a user needs one.
pub fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::debug!(%error, "the descriptor limit stays as it is");
    }
}

/// Lets every other thread go first: what this one does can wait, and a request cannot.
pub(crate) fn let_others_go_first() {
    use rustix::process::setpriority_process;
    use rustix::thread::gettid;
    // On Linux a thread has a priority of its own, found by its thread id.
    if let Err(error) = setpriority_process(Some(gettid()), LAST) {
        tracing::debug!(%error, "a thread in the background keeps its priority");
    }
}

/// Gives this thread a table of descriptors of its own: users whose connections take all there are must not keep
/// it from opening the files of the record, which say so. What it opens it must close itself.
pub(crate) fn keep_own_descriptors() {
    use nix::sched::{CloneFlags, unshare};
    // No privilege is needed; a container may forbid the call all the same.
    if let Err(error) = unshare(CloneFlags::CLONE_FILES) {
        tracing::debug!(%error, "the record shares its descriptors with the connections");
    }
}

/// What the kernel reads the time from.
pub fn clock_source() -> Option<String> {
    read_trimmed("/sys/devices/system/clocksource/clocksource0/current_clocksource")
}

/// How the clock rate of the first core is chosen; none where that is not the guest's to see.
pub fn governor() -> Option<String> {
    read_trimmed("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
}

/// Work that waits or runs, over the last minute.
pub fn load() -> Option<f64> {
    procfs::LoadAverage::current().ok().map(|load| f64::from(load.one))
}

/// How many descriptors this process may open.
pub(crate) fn descriptor_limit() -> Option<u64> {
    let limits = Process::myself().and_then(|process| process.limits()).ok()?;
    match limits.max_open_files.soft_limit {
        LimitValue::Value(limit) => Some(limit),
        LimitValue::Unlimited => None,
    }
}

/// First and last port that outgoing connections get.
pub(crate) fn port_range() -> Option<(u16, u16)> {
    let text = read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    let mut ports = text.split_whitespace().map(str::parse);
    Some((ports.next()?.ok()?, ports.next()?.ok()?))
}

/// How many ports of the range outgoing TCP connections hold, those that linger after their end included.
///
/// To look at every socket takes the kernel some 50 ms of a core, and would itself make requests late. So as
/// long as all sockets together are few, their number is the answer: at most so many ports are in use.
pub(crate) fn ports_in_use(range: (u16, u16)) -> ProcResult<u32> {
    let many = u32::from(range.1.saturating_sub(range.0)) / 100 * FEW_PERCENT;
    match sockets().filter(|all| *all < many) {
        Some(few) => Ok(few),
        None => Ok(u32::try_from(outgoing_ports(range)?.len()).unwrap_or(u32::MAX)),
    }
}

/// All TCP sockets there are, lingering ones included.
fn sockets() -> Option<u32> {
    let text = read_to_string("/proc/net/sockstat").ok()?;
    let tcp = text.lines().find_map(|line| line.strip_prefix("TCP:"))?;
    let fields: Vec<&str> = tcp.split_whitespace().collect();
    let of = |name: &str| {
        let at = fields.iter().position(|field| *field == name)?;
        fields.get(at + 1)?.parse::<u32>().ok()
    };
    Some(of("inuse")?.saturating_add(of("tw")?))
}

/// Local ports of connections but for those that someone listens on: these are the other side's.
fn outgoing_ports((first, last): (u16, u16)) -> ProcResult<Vec<u16>> {
    use procfs::net::{TcpState, tcp, tcp6};
    let sockets: Vec<_> = tcp()?.into_iter().chain(tcp6().unwrap_or_default()).collect();
    let (listening, connected): (Vec<_>, Vec<_>) =
        sockets.iter().partition(|socket| socket.state == TcpState::Listen);
    let listened: BTreeSet<u16> = listening.iter().map(|s| s.local_address.port()).collect();
    let ports = connected.iter().map(|socket| socket.local_address.port());
    Ok(ports.filter(|port| (first..=last).contains(port) && !listened.contains(port)).collect())
}

/// CPU time of all cores since boot: what the hypervisor took, and everything, in ticks.
pub(crate) fn stolen_ticks() -> ProcResult<(u64, u64)> {
    let cpu = procfs::KernelStats::current()?.total;
    let steal = cpu.steal.unwrap_or(0);
    let rest = [cpu.iowait, cpu.irq, cpu.softirq].into_iter().flatten().sum::<u64>();
    Ok((steal, cpu.user + cpu.nice + cpu.system + cpu.idle + rest + steal))
}

/// CPU time in ticks and resident bytes of a process.
pub(crate) fn usage(process: &Process) -> ProcResult<(u64, u64)> {
    let stat = process.stat()?;
    Ok((stat.utime + stat.stime, stat.rss * procfs::page_size()))
}

fn cores() -> u32 {
    procfs::CpuInfo::current().map_or(1, |cpu| u32::try_from(cpu.num_cores()).unwrap_or(1)).max(1)
}

fn cpu_model() -> Option<String> {
    procfs::CpuInfo::current().ok()?.model_name(0).map(str::to_owned)
}

fn limits() -> BTreeMap<String, u64> {
    let ports = port_range().map(|(first, last)| u64::from(last.saturating_sub(first)) + 1);
    [("descriptors", descriptor_limit()), ("ports", ports)]
        .into_iter()
        .filter_map(|(name, limit)| Some((name.to_owned(), limit?)))
        .collect()
}

fn read_trimmed(path: &str) -> Option<String> {
    read_to_string(path).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_described() {
        let environment = environment();
        assert!(environment.cores >= 1 && environment.memory > 0);
        assert!(environment.cores_given > 0.0);
        assert!(!environment.kernel.is_empty());
        assert!(environment.limits["ports"] > 0);
    }

    #[test]
    fn an_outgoing_connection_holds_a_port_and_an_incoming_one_does_not() {
        let range = port_range().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listening = listener.local_addr().unwrap();
        let connection = std::net::TcpStream::connect(listening).unwrap();
        let ports = outgoing_ports(range).unwrap();
        assert!(sockets().unwrap() >= 3, "the two ends, and the one that listens");
        assert!(ports.contains(&connection.local_addr().unwrap().port()));
        assert!(!ports.contains(&listening.port()));
    }
}
