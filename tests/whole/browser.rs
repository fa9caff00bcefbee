//! The report in a headless browser: it renders, says nothing to the console, and asks nobody for anything.

use std::path::Path;
use std::process::Command;

use super::support::{Target, directory, hanno, output, scenario, stderr};

/// Debian's name first; `cargo xtask test --install` installs it.
const BROWSERS: [&str; 2] = ["chromium", "chromium-browser"];

fn browse(page: &Path, folder: &Path) -> (String, String, serde_json::Value) {
    let net_log = folder.join("net.json");
    let mut command = BROWSERS
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok())
        .map(Command::new)
        .expect("a browser is installed: `cargo xtask test --install` does it");
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--enable-logging=stderr",
        "--v=0",
        "--dump-dom",
    ]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    command.arg(format!("--log-net-log={}", net_log.display()));
    command.arg(format!("file://{}", page.display()));
    let seen = output(&mut command);
    let log = std::fs::read(&net_log).unwrap();
    let dom = String::from_utf8_lossy(&seen.stdout).into_owned();
    (dom, stderr(&seen), serde_json::from_slice(&log).unwrap())
}

/// What the browser says of a request of its own, of which it makes some whatever the page does.
const NOBODY: &str = "not an origin";

/// Every address that the page made the browser ask for, apart from the page itself.
fn requests(net_log: &serde_json::Value) -> Vec<String> {
    let events = net_log["events"].as_array().unwrap().iter();
    let of_a_page = |params: &&serde_json::Value| {
        params["initiator"].as_str().is_some_and(|initiator| initiator != NOBODY)
    };
    let params = events.map(|event| &event["params"]).filter(of_a_page);
    let urls = params.filter_map(|params| params["url"].as_str());
    let mut urls: Vec<String> = urls
        .filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .map(str::to_owned)
        .collect();
    urls.dedup();
    urls
}

#[test]
fn the_report_renders_and_stays_at_home() {
    let folder = directory();
    let target = Target::start(1);
    let path = scenario(folder.path(), &target.url, "200/s", "2s");
    let record = folder.path().join("record");
    output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    let (dom, said, net_log) = browse(&record.join("report.html"), folder.path());
    assert!(dom.contains("GET thing") && dom.contains("<svg"), "{dom}");
    assert!(!said.contains("CONSOLE"), "{said}");
    assert_eq!(requests(&net_log), Vec::<String>::new());
}

/// The control: a page that does ask elsewhere and does complain is seen to.
#[test]
fn a_page_that_does_not_is_caught() {
    let folder = directory();
    let page = folder.path().join("page.html");
    let html = "<!doctype html><img src=\"http://127.0.0.1:9/x.png\"><script>console.error('oops')</script>";
    std::fs::write(&page, html).unwrap();
    let (_, said, net_log) = browse(&page, folder.path());
    assert!(said.contains("CONSOLE") && said.contains("oops"), "{said}");
    assert!(requests(&net_log).iter().any(|url| url.contains("x.png")), "{:?}", requests(&net_log));
}
