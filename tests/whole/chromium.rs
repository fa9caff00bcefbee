//! A headless browser: what a page became, what was said, who was asked, and how it looks in both schemes and widths.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::support::{output, stderr};

/// Debian's name first; `cargo xtask test --install` installs it.
const BROWSERS: [&str; 2] = ["chromium", "chromium-browser"];

/// What the browser says of a request of its own, of which it makes some whatever the page does.
const NOBODY: &str = "not an origin";

/// A page that was opened.
pub(crate) struct Seen {
    /// The page after its scripts ran.
    pub(crate) dom: String,
    /// What the browser said, its console included.
    pub(crate) said: String,
    /// Every address that the page made the browser ask for, apart from the page itself.
    pub(crate) requests: Vec<String>,
}

/// How a page looks in one width and scheme.
#[derive(Debug)]
pub(crate) struct Look {
    pub(crate) width: u64,
    pub(crate) dark: bool,
    /// Pixels by which the page is wider than the window.
    pub(crate) overflow: i64,
    /// Texts that were looked at.
    pub(crate) texts: u64,
    /// Texts with too little contrast, each with its ratio and colours.
    pub(crate) faint: Vec<String>,
}

/// Opens a page.
pub(crate) fn browse(page: &Path, folder: &Path) -> Seen {
    let net_log = folder.join("net.json");
    let mut command = chromium(folder);
    command.arg(format!("--log-net-log={}", net_log.display()));
    command.arg(format!("file://{}", page.display()));
    let seen = output(&mut command);
    let log = std::fs::read(&net_log).unwrap();
    Seen {
        dom: String::from_utf8_lossy(&seen.stdout).into_owned(),
        said: stderr(&seen),
        requests: requests(&serde_json::from_slice(&log).unwrap()),
    }
}

/// What a script of ours, added to a copy of a page without its policy, wrote down: one JSON value a line.
pub(crate) fn ask(page: &Path, script: &str, folder: &Path) -> Vec<Value> {
    let asked = folder.join("asked.html");
    std::fs::write(&asked, with_script(page, script)).unwrap();
    told(&browse(&asked, folder).dom)
}

fn with_script(page: &Path, script: &str) -> String {
    let text = std::fs::read_to_string(page).unwrap();
    let text = text.replace("http-equiv=\"Content-Security-Policy\"", "data-policy=\"was\"");
    text + "<script>" + script + "</script>"
}

fn told(dom: &str) -> Vec<Value> {
    let told = dom.split("<pre id=\"told\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let told = told.unwrap_or_default().replace("&lt;", "<").replace("&gt;", ">");
    let told = told.replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Looks at a page in light and dark, 1280 and 360 pixels wide. A copy of it without its policy gets a script
/// that measures it and tells the page around it.
pub(crate) fn look(page: &Path, folder: &Path) -> Vec<Look> {
    let measured = with_script(page, include_str!("look.js"));
    std::fs::write(folder.join("measured.html"), measured).unwrap();
    let around = folder.join("around.html");
    std::fs::write(&around, include_str!("around.html")).unwrap();
    [false, true].into_iter().flat_map(|dark| looks(&around, folder, dark)).collect()
}

fn looks(around: &Path, folder: &Path, dark: bool) -> Vec<Look> {
    let mut command = chromium(folder);
    command.args(dark.then_some("--force-dark-mode"));
    command.args(["--virtual-time-budget=20000", "--window-size=1700,1200"]);
    command.arg(format!("file://{}", around.display()));
    let seen = output(&mut command);
    let dom = String::from_utf8_lossy(&seen.stdout).into_owned();
    let looks = told(&dom);
    assert_eq!(looks.len(), 2, "both widths tell: {}", stderr(&seen));
    looks.iter().map(of).collect()
}

fn of(told: &Value) -> Look {
    let faint = told["faint"].as_array().unwrap().iter();
    Look {
        width: told["width"].as_u64().unwrap(),
        dark: told["dark"].as_bool().unwrap(),
        overflow: told["overflow"].as_i64().unwrap(),
        texts: told["texts"].as_u64().unwrap(),
        faint: faint.map(|text| text.as_str().unwrap().to_owned()).collect(),
    }
}

fn chromium(folder: &Path) -> Command {
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
    command
}

fn requests(net_log: &Value) -> Vec<String> {
    let events = net_log["events"].as_array().unwrap().iter();
    let of_a_page =
        |params: &&Value| params["initiator"].as_str().is_some_and(|initiator| initiator != NOBODY);
    let params = events.map(|event| &event["params"]).filter(of_a_page);
    let urls = params.filter_map(|params| params["url"].as_str());
    let mut urls: Vec<String> = urls
        .filter(|url| url.starts_with("http") || url.starts_with("ws"))
        .map(str::to_owned)
        .collect();
    urls.dedup();
    urls
}
