//! Files whose times are replayed: of CSV and of Parquet that another program wrote, right and wrong.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use super::support::{directory, hanno, output, stderr, stdout, tool};

/// A scenario beside its file, with these lines in its phase.
fn scenario(folder: &TempDir, file: &str, phase: &str) -> std::path::PathBuf {
    let text = format!(
        "schema = 1\nname = \"replay\"\ntarget = \"http://127.0.0.1:9\"\n\
         [[stream]]\nname = \"log\"\njourneys = {{ get = 1 }}\n\
         [[stream.phase]]\nname = \"then\"\nkind = \"replay\"\nfile = \"{file}\"\n{phase}\n\
         [[journey.get.step]]\nname = \"GET\"\nrequest = {{ path = \"/\" }}\n"
    );
    let path = folder.path().join("replay.toml");
    fs::write(&path, text).unwrap();
    path
}

fn of_csv(times: &str, phase: &str) -> (TempDir, std::path::PathBuf) {
    let folder = directory();
    fs::write(folder.path().join("times.csv"), times).unwrap();
    let path = scenario(&folder, "times.csv", phase);
    (folder, path)
}

fn schedule(path: &Path) -> Output {
    output(hanno().arg("schedule").arg(path))
}

/// The due times that `hanno schedule` prints.
#[track_caller]
fn dues(path: &Path) -> Vec<u64> {
    let printed = schedule(path);
    assert!(printed.status.success(), "{}", stderr(&printed));
    let lines = stdout(&printed);
    lines.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect()
}

#[track_caller]
fn refused(path: &Path, expected: &str) {
    let said = output(hanno().arg("check").arg(path));
    assert_eq!(said.status.code(), Some(2), "{}", stdout(&said));
    assert!(stderr(&said).contains(expected), "`{expected}` is not in: {}", stderr(&said));
}

#[test]
fn a_log_is_replayed_in_order_at_its_speed_and_its_doubts_are_said() {
    let (_folder, path) =
        of_csv("id,t\n1,12\n2,10\n3,12\n\n4,13\n", "column = \"t\"\nunit = \"s\"\nspeed = 2");
    assert_eq!(dues(&path), [0, 1_000_000_000, 1_000_000_000, 1_500_000_000]);
    let said = output(hanno().arg("check").arg(&path));
    let (printed, warnings) = (stdout(&said), stderr(&said));
    assert!(printed.contains("4 times x 2"), "{printed}");
    assert!(
        warnings.contains("`times.csv`: 1 timestamps are earlier than the one before"),
        "{warnings}"
    );
    assert!(warnings.contains("clumps of up to 2"), "{warnings}");
}

#[test]
fn a_file_that_cannot_be_replayed_is_refused_with_its_place() {
    let phase = "column = \"t\"\nunit = \"ms\"";
    for (times, expected) in [
        ("", "replay.toml:10:8: `file`: cannot replay `times.csv`: no timestamps"),
        ("t\n", "no timestamps"),
        ("t\n1\n-5\n", "line 3: `-5` is negative"),
        ("t\n1\nyesterday\n", "line 3: `yesterday` is no number"),
        ("time\n1\n", "line 1: no column `t`, only `time`"),
        ("t\n0\n604800001\n", "the file takes more than 7 days at this speed"),
    ] {
        let (_folder, path) = of_csv(times, phase);
        refused(&path, expected);
    }
    let folder = directory();
    refused(&scenario(&folder, "gone.csv", phase), "No such file");
    fs::create_dir(folder.path().join("folder.csv")).unwrap();
    refused(&scenario(&folder, "folder.csv", phase), "not a regular file");
    fs::write(folder.path().join("text.parquet"), "t\n1\n").unwrap();
    refused(&scenario(&folder, "text.parquet", phase), "not Parquet");
}

#[test]
fn parquet_of_another_program_is_replayed() {
    let folder = directory();
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/write_times.py");
    let file = folder.path().join("times.parquet");
    let written = output(Command::new(tool("HANNO_TEST_PYTHON")).arg(program).arg(&file));
    assert!(written.status.success(), "{}", stderr(&written));
    let with = |column: &str, unit: &str| {
        scenario(&folder, "times.parquet", &format!("column = \"{column}\"\nunit = \"{unit}\""))
    };
    let quarters = [0, 250_000_000, 500_000_000, 750_000_000];
    assert_eq!(dues(&with("time_ns", "ns")), quarters);
    assert_eq!(dues(&with("moment", "us")), quarters);
    assert_eq!(dues(&with("second", "s")), [0, 1_000_000_000, 2_000_000_000, 3_000_000_000]);
    refused(&with("moment", "ms"), "column `moment` counts `us` by its own type, not `ms`");
    refused(&with("hole", "s"), "row 3 has no timestamp");
    refused(&with("below", "s"), "row 1: `-1` is negative");
    refused(&with("word", "s"), "the column does not hold whole numbers");
    refused(&with("none", "s"), "no column `none`, only `time_ns`, `moment`");
}
