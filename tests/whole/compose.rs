//! The container files, without a container engine: read by the libraries of the tools that run them, and started
//! natively with the very commands, ports and variables that they name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::support::{
    Server, assert_code_is_the_verdicts, assert_conserved, directory, hanno, output, run_json,
    stderr, stdout, tool,
};

/// Where the services of the compose file find the store, which is in the same network as they are.
const ENDPOINT: &str = "http://127.0.0.1:8000";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn check(kind: &str, file: &Path) -> Output {
    output(Command::new(tool("HANNO_TEST_COMPOSECHECK")).arg(kind).arg(file))
}

fn checked(kind: &str, file: &str) -> Value {
    let seen = check(kind, &root().join(file));
    assert!(seen.status.success(), "{}", stderr(&seen));
    serde_json::from_slice(&seen.stdout).unwrap()
}

fn services() -> Value {
    checked("compose", "docker-compose.yml")["services"].take()
}

fn strings(list: &Value) -> Vec<String> {
    let words = list.as_array().into_iter().flatten();
    words.map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// What a service is started with, for a machine on which other ports are free and other folders are ours.
fn natively(service: &Value, replaced: &[(&str, &str)]) -> Command {
    let mut command = hanno();
    for word in strings(&service["command"]) {
        let word = replaced.iter().fold(word, |word, (from, to)| word.replace(from, to));
        command.arg(word);
    }
    let variables = service["environment"].as_object().into_iter().flatten();
    command.envs(variables.filter_map(|(name, value)| Some((name, value.as_str()?))));
    command
}

#[test]
fn the_tools_accept_the_files_and_refuse_broken_ones() {
    let folder = directory();
    for (kind, file, from, to, complaint) in [
        ("compose", "docker-compose.yml", "ports:", "portz:", "portz"),
        ("compose", "docker-compose.yml", "interval: 2s", "interval: fast", "fast"),
        ("compose", "docker-compose.yml", "\n  dynamodb:", "\n  absent:", "undefined service"),
        ("compose", "docker-compose.yml", ":8080:8080", ":80800:8080", "80800"),
        ("containerfile", "deploy/Containerfile", "COPY src src", "COPYY src src", "COPYY"),
        ("containerfile", "deploy/Containerfile", "COPY src src", "COPY src", "COPY"),
    ] {
        checked(kind, file);
        let text = fs::read_to_string(root().join(file)).unwrap();
        let broken = folder.path().join("broken");
        assert!(text.contains(from), "{file} has no {from}");
        fs::write(&broken, text.replacen(from, to, 1)).unwrap();
        let refused = check(kind, &broken);
        assert_eq!(refused.status.code(), Some(1), "{to}: {}", stdout(&refused));
        assert!(stderr(&refused).contains(complaint), "{to}: {}", stderr(&refused));
    }
}

/// Hanno talks to loopback only, so the containers share one network; from outside only the service is reached,
/// and only from this machine.
#[test]
fn all_containers_meet_on_loopback_and_the_store_stays_inside() {
    let services = services();
    let dynamodb = &services["dynamodb"];
    let said = strings(&dynamodb["command"]).join(" ");
    assert!(said.contains("-port 8000"), "{said}");
    for (name, service) in services.as_object().unwrap() {
        let shared = service["network_mode"] == "service:dynamodb";
        assert_eq!(shared, name != "dynamodb", "{name}");
        for port in service["ports"].as_array().into_iter().flatten() {
            assert_eq!((&port["host_ip"], &port["target"]), (&"127.0.0.1".into(), &8080.into()));
        }
        let asks = strings(&service["command"]).iter().any(|word| word.contains(ENDPOINT));
        assert_eq!(asks, name != "dynamodb", "{name}");
    }
    // The tests run the same release as the containers.
    let pom = fs::read_to_string(root().join("xtask/services/jars/dynamodb/pom.xml")).unwrap();
    let image = dynamodb["image"].as_str().unwrap();
    let version = image.rsplit_once(':').unwrap().1;
    assert!(pom.contains(&format!("<version>{version}</version>")), "{image}");
}

/// The sources of `COPY` instructions that come from the repository.
fn copied(stages: &Value) -> Vec<String> {
    let instructions =
        stages.as_array().unwrap().iter().flat_map(|s| s["instructions"].as_array().unwrap());
    let copies = instructions.filter(|instruction| {
        let flags = strings(&instruction["flags"]);
        instruction["name"] == "COPY" && !flags.iter().any(|flag| flag.starts_with("--from"))
    });
    let sources = copies.flat_map(|copy| {
        let mut words = strings(&copy["words"]);
        words.pop();
        words
    });
    sources.collect()
}

#[test]
fn the_image_is_built_from_files_that_are_there_and_runs_as_nobody() {
    let stages = checked("containerfile", "deploy/Containerfile");
    let sources = copied(&stages);
    let ignored = fs::read_to_string(root().join(".dockerignore")).unwrap();
    for source in &sources {
        assert!(root().join(source).exists(), "{source}");
        assert!(ignored.lines().any(|line| line == format!("!{source}")), "{source} is left out");
    }
    let last = stages.as_array().unwrap().last().unwrap()["instructions"].as_array().unwrap();
    let of =
        |name: &str| last.iter().rfind(|found| found["name"] == name).unwrap()["words"].clone();
    assert_eq!(strings(&of("USER")), ["10001:10001"]);
    assert_eq!(strings(&of("ENTRYPOINT")), ["hanno"]);
    for stage in stages.as_array().unwrap() {
        let (_, tag) = stage["base"].as_str().unwrap().rsplit_once(':').unwrap();
        assert!(tag.starts_with(|first: char| first.is_ascii_digit()), "{tag} may change");
    }

    // What is copied is all that cargo reads; the control: it is not, without one member.
    let context = directory();
    let link = |source: &String| {
        std::os::unix::fs::symlink(root().join(source), context.path().join(source)).unwrap();
    };
    let cargo = || {
        let mut command = Command::new(env!("CARGO"));
        command.args(["tree", "--offline", "--locked", "--package", "hanno"]);
        output(command.current_dir(context.path()))
    };
    sources.iter().filter(|source| *source != "xtask").for_each(link);
    assert!(!cargo().status.success());
    link(&"xtask".to_owned());
    let whole = cargo();
    assert!(whole.status.success(), "{}", stderr(&whole));
}

/// The service as the file starts it, asked as the file's health check asks it.
#[test]
fn the_service_becomes_healthy() {
    let folder = directory();
    let endpoint = tool("HANNO_TEST_DYNAMODB");
    let data = folder.path().join("data");
    let service = &services()["service"];
    let mut command = natively(
        service,
        &[
            (ENDPOINT, endpoint.to_str().unwrap()),
            ("0.0.0.0:8080", "127.0.0.1:0"),
            ("127.0.0.1:9090", "127.0.0.1:0"),
            ("/var/lib/hanno", data.to_str().unwrap()),
        ],
    );
    let server = Server::start(&mut command);
    let port = format!("/{}", server.address().rsplit_once(':').unwrap().1);
    let words = strings(&service["healthcheck"]["test"]);
    assert_eq!(words[0], "CMD");
    let healthy = || {
        let words = words[1..].iter().map(|word| word.replace("/8080", &port));
        let words: Vec<String> = words.collect();
        output(Command::new(&words[0]).args(&words[1..])).status.success()
    };
    assert!(healthy());
    assert!(server.stop().success());
    assert!(!healthy());
}

/// The load run as the file starts it, at a tenth of its rates: a debug build is no place for more.
#[test]
fn the_load_run_writes_its_report() {
    let folder = directory();
    let endpoint = tool("HANNO_TEST_DYNAMODB");
    std::os::unix::fs::symlink(root().join("scenarios"), folder.path().join("scenarios")).unwrap();
    let load = &services()["load"];
    let mut command = natively(load, &[(ENDPOINT, endpoint.to_str().unwrap())]);
    let ran = output(command.env("HANNO_SCALE", "0.1").current_dir(folder.path()));
    // What is mounted is where a run writes if nothing else is said.
    assert_eq!(load["volumes"][0]["target"], "/hanno/runs");
    let records = fs::read_dir(folder.path().join("runs"));
    let records = records.unwrap_or_else(|_| panic!("{}", stderr(&ran)));
    let records: Vec<PathBuf> = records.map(|entry| entry.unwrap().path()).collect();
    let [record] = &records[..] else { panic!("{records:?}") };
    let run = run_json(record);
    assert_code_is_the_verdicts(&run, ran.status.code());
    assert_conserved(&run);
    assert_eq!(
        (&run["state"], &run["environment"]["store"]),
        (&"finished".into(), &"dynamodb".into())
    );
    // A machine that is busy with other tests may be too slow for a few; the store was reached by both journeys.
    for step in run["steps"].as_array().unwrap() {
        assert!(step["count"].as_u64() > Some(0), "{step} {}", run["errors"]);
    }
    assert!(record.join("report.html").exists());
}
