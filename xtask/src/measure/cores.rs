//! Cores of their own for those that must not disturb each other.

use anyhow::{Context, Result, bail};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The first two of the cores that this process may use, each alone.
pub(crate) fn two_cores() -> Result<[CpuSet; 2]> {
    let cores = sched_getaffinity(None).context("cannot ask which cores may be used")?;
    let mut usable = (0..CpuSet::MAX_CPU).filter(|core| cores.is_set(*core)).map(only);
    match (usable.next(), usable.next()) {
        (Some(one), Some(other)) => Ok([one, other]),
        _ => bail!("two cores are needed: one for the sink, one for the sender"),
    }
}

/// Who may use which cores: everyone all, or a server one and a sender another.
pub(crate) type Cores<'a> = Option<&'a [CpuSet; 2]>;

/// Gives a server, whose first thread serves, the first of the two cores.
pub(crate) fn bind_server(cores: Cores<'_>, pid: u32) -> Result<()> {
    let Some([server, _]) = cores else { return Ok(()) };
    let thread = Pid::from_raw(i32::try_from(pid).context("a process id")?);
    sched_setaffinity(thread, server).context("cannot give the server a core")
}

/// Sends with this thread, and all that it starts, on the second of the two cores.
pub(crate) fn as_sender<T>(cores: Cores<'_>, work: impl FnOnce() -> Result<T>) -> Result<T> {
    match cores {
        Some([_, sender]) => on_cores(sender, work),
        None => work(),
    }
}

/// Does something with this thread, and all that it starts, on these cores only.
fn on_cores<T>(cores: &CpuSet, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let before = sched_getaffinity(None).context("cannot ask which cores may be used")?;
    sched_setaffinity(None, cores).context("cannot choose a core")?;
    let done = work();
    sched_setaffinity(None, &before).context("cannot choose all cores again")?;
    done
}

fn only(core: usize) -> CpuSet {
    let mut cores = CpuSet::new();
    cores.set(core);
    cores
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_on_one_core_is_there_and_nowhere_else_and_all_are_back_afterwards() {
        let all = sched_getaffinity(None).unwrap();
        let Ok([one, _]) = two_cores() else { return };
        let within = on_cores(&one, || Ok(sched_getaffinity(None)?)).unwrap();
        assert_eq!((within.count(), within == one), (1, true));
        assert_eq!(sched_getaffinity(None).unwrap(), all);
    }
}
