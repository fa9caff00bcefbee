//! On what a figure was made: the kind of machine, never its name.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

/// One line: date, processor, cores, kernel, compiler, commit.
pub(crate) fn describe(root: &Path) -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo").context("cannot read /proc/cpuinfo")?;
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")
        .context("cannot read the kernel's version")?;
    let cores = thread::available_parallelism().context("cannot count cores")?;
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).current_dir(root).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (output.status.success() && !text.is_empty()).then_some(text)
    };
    let date = said("date", &["-u", "+%Y-%m-%d"]).context("cannot ask for the date")?;
    let compiler = said("rustc", &["--version"]).unwrap_or_else(|| "rustc unknown".to_owned());
    let commit = said("git", &["describe", "--always", "--dirty", "--exclude=*"]);
    let commit = commit.map_or_else(|| "not committed".to_owned(), |hash| format!("commit {hash}"));
    Ok(format!(
        "{date}; {}, {cores} cores, Linux {}; {compiler}; {commit}.",
        model(&cpu),
        kernel.trim()
    ))
}

/// As `/proc/cpuinfo` names the processor; ARM kernels give only numbers.
fn model(cpuinfo: &str) -> &str {
    let names = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let mut models = names.filter(|(name, _)| name.trim() == "model name");
    models.next().map_or("unnamed processor", |(_, model)| model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n"), "Some CPU @ 2 GHz");
        assert_eq!(model("processor\t: 0\n"), "unnamed processor");
    }

    #[test]
    fn this_machine_can_be_described() {
        let text = describe(Path::new(".")).unwrap();
        assert!(text.contains(" cores, Linux ") && text.lines().count() == 1, "{text}");
    }
}
