//! The machine is judged by what it is and by a short run on it, and nothing is left behind.

use serde_json::Value;

use super::support::{hanno, output, stderr};

#[test]
fn a_machine_is_judged_in_words_and_as_json() {
    let folder = super::support::directory();
    let ran = output(hanno().args(["doctor", "--json"]).env("TMPDIR", folder.path()));
    let diagnosis: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let fitness = diagnosis["fitness"].as_str().unwrap();
    // How noisy the machine of a test is nobody knows; the code must say the same as the word.
    let expected = if fitness == "unfit" { 3 } else { 0 };
    assert_eq!(ran.status.code(), Some(expected), "{}", stderr(&ran));
    assert_eq!(diagnosis["checks"][0]["of"], "cores");
    assert!(diagnosis["lateness_us"]["count"].as_u64() > Some(7_000), "{diagnosis}");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "nothing is left behind");
}
