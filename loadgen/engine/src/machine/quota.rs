//! The CPU quota of the control groups that this process is in: a generator that is given a tenth of a core is
//! saturated at a tenth of a core, whatever the machine has.

use super::read_trimmed;

/// The least quota, in cores, of its own group and of all above it, version 2 or 1; none if there is none.
pub(super) fn cores() -> Option<f64> {
    least(&read_trimmed("/proc/self/cgroup").unwrap_or_default(), read_trimmed)
}

fn least(groups: &str, read: impl Fn(&str) -> Option<String>) -> Option<f64> {
    let quotas = groups.lines().filter_map(Group::of).flat_map(Group::and_above);
    quotas.filter_map(|group| group.quota(&read)).min_by(f64::total_cmp)
}

/// A group that may have a quota.
#[derive(Clone, Copy)]
struct Group<'a> {
    version: Version,
    /// As `/proc/self/cgroup` has it: `/` or `/a/b`. Where a container sees only its own part of the tree, the
    /// upper parts of it may not be there; then what is mounted at the root is its own group.
    path: &'a str,
}

#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

impl<'a> Group<'a> {
    /// `0::/a/b` of version 2, `3:cpu,cpuacct:/a/b` of version 1; none of other controllers.
    fn of(line: &'a str) -> Option<Self> {
        let mut fields = line.splitn(3, ':');
        let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let has_cpu = controllers.split(',').any(|controller| controller == "cpu");
        match (number, controllers) {
            ("0", "") => Some(Self { version: Version::Two, path }),
            _ if has_cpu => Some(Self { version: Version::One, path }),
            _ => None,
        }
    }

    fn and_above(self) -> impl Iterator<Item = Self> {
        let ends = self.path.rmatch_indices('/').map(|(end, _)| end);
        let whole = (self.path.len() > 1).then_some(self.path.len());
        whole.into_iter().chain(ends).map(move |end| Self { path: &self.path[..end], ..self })
    }

    fn quota(self, read: impl Fn(&str) -> Option<String>) -> Option<f64> {
        let path = self.path;
        match self.version {
            Version::One => {
                let folder = format!("/sys/fs/cgroup/cpu{path}");
                let quota = read(&format!("{folder}/cpu.cfs_quota_us"))?;
                ratio(&quota, &read(&format!("{folder}/cpu.cfs_period_us"))?)
            }
            Version::Two => {
                let text = read(&format!("/sys/fs/cgroup{path}/cpu.max"))?;
                let (quota, period) = text.split_once(' ')?;
                ratio(quota, period)
            }
        }
    }
}

/// None for `max` and -1, which mean no limit.
fn ratio(quota: &str, period: &str) -> Option<f64> {
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(groups: &str, files: &[(&str, &str)], expected: Option<f64>) {
        let read = |path: &str| {
            let mut named =
                files.iter().filter(|(name, _)| format!("/sys/fs/cgroup{name}") == path);
            named.next().map(|(_, text)| (*text).to_owned())
        };
        assert_eq!(least(groups, read), expected, "{groups}");
    }

    #[test]
    fn the_least_quota_on_the_way_up_is_what_is_given() {
        let two = [("/a/b/cpu.max", "max 100000"), ("/a/cpu.max", "20000 100000")];
        check("0::/a/b\n", &two, Some(0.2));
        let one = [
            ("/cpu/a/cpu.cfs_quota_us", "10000"),
            ("/cpu/a/cpu.cfs_period_us", "100000"),
            ("/cpu/cpu.cfs_quota_us", "-1"),
            ("/cpu/cpu.cfs_period_us", "100000"),
        ];
        check("4:memory:/x\n1:cpu,cpuacct:/a\n0::/\n", &one, Some(0.1));
    }

    #[test]
    fn a_container_sees_its_own_group_at_the_root() {
        check("0::/\n", &[("/cpu.max", "150000 100000")], Some(1.5));
        check("0::/pods/one\n", &[("/cpu.max", "150000 100000")], Some(1.5));
    }

    #[test]
    fn without_a_limit_there_is_none() {
        check("0::/a\n", &[("/a/cpu.max", "max 100000")], None);
        check("1:cpu:/\n", &[("/cpu/cpu.cfs_quota_us", "-1")], None);
        check("2:cpuset:/a\n", &[("/cpu/a/cpu.cfs_quota_us", "1000")], None);
        check("", &[], None);
        assert_eq!(ratio("0", "100000"), None);
    }
}
