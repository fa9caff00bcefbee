//! The scenarios that are measured, and the due times that `hanno schedule` prints for them.

use anyhow::{Context, Result, bail};

/// What is sent at a constant rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) per_second: u32,
    pub(crate) seconds: u32,
    /// As a scenario names it.
    pub(crate) spacing: &'static str,
    /// How many users serve it; `None`: as many as a run has by default.
    pub(crate) users: Option<u32>,
}

/// A scenario of one stream, even spacing and one GET.
pub(crate) fn scenario(name: &str, target: &str, per_second: u32, seconds: u32) -> String {
    spaced(name, target, Load { per_second, seconds, spacing: "even", users: None })
}

/// A scenario of one stream and one GET.
pub(crate) fn spaced(name: &str, target: &str, load: Load) -> String {
    let Load { per_second, seconds, spacing, users } = load;
    let users = users.map(|users| format!("users = {users}\n")).unwrap_or_default();
    format!(
        "schema = 1\n\
         name = \"{name}\"\n\
         seed = 1\n\
         target = \"{target}\"\n\
         \n\
         [[stream]]\n\
         name = \"{name}\"\n\
         journeys = {{ get = 1 }}\n\
         {users}\
         [[stream.phase]]\n\
         name = \"hold\"\n\
         rate = \"{per_second}/s\"\n\
         spacing = \"{spacing}\"\n\
         duration = \"{seconds}s\"\n\
         \n\
         [journey.get]\n\
         [[journey.get.step]]\n\
         name = \"GET\"\n\
         endpoint = \"read\"\n\
         request = {{ method = \"GET\", path = \"/\" }}\n\
         expect = {{ status = 200 }}\n"
    )
}

/// Due times in nanoseconds from the start, indexed by `seq`.
pub(crate) fn due_times(csv: &str) -> Result<Vec<u64>> {
    let mut lines = csv.lines();
    let header = lines.next().unwrap_or_default();
    if !header.starts_with("seq,due_ns,") {
        bail!("hanno schedule printed the header {header:?}");
    }
    let mut due_times = Vec::new();
    for line in lines {
        let mut fields = line.split(',');
        let mut number = || fields.next()?.parse::<u64>().ok();
        let row = number().zip(number());
        let (seq, due) = row.with_context(|| format!("not a row of a schedule: {line:?}"))?;
        if seq != due_times.len() as u64 || due_times.last().is_some_and(|last| *last > due) {
            bail!("rows of the schedule are out of order at {line:?}");
        }
        due_times.push(due);
    }
    if due_times.is_empty() {
        bail!("the schedule is empty");
    }
    Ok(due_times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_times_are_read_and_their_order_is_checked() {
        let csv = "seq,due_ns,stream,phase,journey\n0,500,a,b,c\n1,1500,a,b,c\n";
        assert_eq!(due_times(csv).unwrap(), [500, 1500]);
        for bad in [
            "",
            "seq,due_ns,stream,phase,journey\n",
            "a,b\n0,1\n",
            "seq,due_ns,stream\n1,500,a\n",
            "seq,due_ns,stream\n0,500,a\n1,400,a\n",
            "seq,due_ns,stream\n0,x,a\n",
        ] {
            assert!(due_times(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn scenarios_are_toml() {
        let table: toml::Table =
            scenario("pacing", "http://127.0.0.1:1", 1000, 20).parse().unwrap();
        assert_eq!(table["stream"][0]["phase"][0]["rate"].as_str(), Some("1000/s"));
        assert_eq!(table["journey"]["get"]["step"][0]["name"].as_str(), Some("GET"));
    }
}
