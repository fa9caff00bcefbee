//! Limits that the kernel sets for a process: a share of a core, some descriptors, a network of its own with few ports.
//! They take root; what is missing is said.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A control group that gives its processes a tenth of a core; gone when this is dropped.
pub(super) struct TenthOfACore {
    folder: PathBuf,
}

/// Microseconds of each period of 100 ms.
const QUOTA_US: &str = "10000";
const PERIOD_US: &str = "100000";

const GROUP: &str = "hanno-measure-truth";

impl TenthOfACore {
    /// In the hierarchy of the CPU controller, version 2 or 1.
    pub(super) fn make() -> Result<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let is_v2 = root.join("cgroup.controllers").exists();
        let above = if is_v2 { root.to_owned() } else { root.join("cpu") };
        let group = Self { folder: above.join(GROUP) };
        if is_v2 {
            write(&above.join("cgroup.subtree_control"), "+cpu")?;
        }
        if !group.folder.exists() {
            fs::create_dir(&group.folder)
                .context("a control group takes root, and a tree that is mounted")?;
        }
        if is_v2 {
            write(&group.folder.join("cpu.max"), &format!("{QUOTA_US} {PERIOD_US}"))?;
        } else {
            write(&group.folder.join("cpu.cfs_period_us"), PERIOD_US)?;
            write(&group.folder.join("cpu.cfs_quota_us"), QUOTA_US)?;
        }
        Ok(group)
    }

    /// What starts a program within it.
    pub(super) fn within(&self) -> Vec<String> {
        let enter = format!("echo $$ > '{}/cgroup.procs' && exec \"$@\"", self.folder.display());
        words(&["sh", "-c", &enter, "sh"])
    }
}

impl Drop for TenthOfACore {
    fn drop(&mut self) {
        // It fails while a process is in it, and there is nothing more to be done.
        fs::remove_dir(&self.folder).ok();
    }
}

/// What starts a program with so many descriptors.
pub(super) fn descriptors(count: u32) -> Vec<String> {
    words(&["prlimit", &format!("--nofile={count}:{count}")])
}

/// What starts a program in a network of its own, whose loopback is up.
pub(super) fn own_network(ports: Option<(u16, u16)>) -> Vec<String> {
    let range = ports.map_or_else(String::new, |(first, last)| {
        format!(" && echo '{first} {last}' > /proc/sys/net/ipv4/ip_local_port_range")
    });
    words(&[
        "unshare",
        "--net",
        "sh",
        "-c",
        &format!("ip link set lo up{range} && exec \"$@\""),
        "sh",
    ])
}

/// What starts a program in the network of another process.
pub(super) fn network_of(pid: u32) -> Vec<String> {
    words(&["nsenter", &format!("--net=/proc/{pid}/ns/net")])
}

/// Limits are the kernel's, and only root may set these.
pub(super) fn require_root() -> Result<()> {
    if !rustix::process::geteuid().is_root() {
        bail!("control groups and network namespaces take root");
    }
    Ok(())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
