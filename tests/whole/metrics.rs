//! What a target says of itself: a page of its own, named in targets.toml, kept each second and drawn; and pages that
//! are late, wrong, strange or somewhere else.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use super::support::{
    Target, assert_code_is_the_verdicts, codes, directory, hanno, output, run_json, scenario,
    stderr,
};

/// What a page answers when it is asked for the nth time; nothing at all where it never answers.
type Answers = fn(usize) -> Option<Vec<u8>>;

/// A page of metrics whose every answer the test decides.
struct Page {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Page {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/metrics", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let counted = Arc::clone(&counted);
                std::thread::spawn(move || serve(stream, &counted, answers));
            }
        });
        Self { url, asked }
    }
}

fn serve(mut stream: TcpStream, asked: &AtomicUsize, answers: Answers) {
    let reader = BufReader::new(stream.try_clone().unwrap());
    for line in reader.lines().map_while(Result::ok).filter(String::is_empty) {
        assert_eq!(line, "");
        let Some(body) = answers(asked.fetch_add(1, Ordering::SeqCst)) else { continue };
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}

/// What a process could say: a counter that grows by 50 from answer to answer and begins again with the fourth, and
/// gauges. Written by hand, as the format's documentation shows it.
#[expect(clippy::unnecessary_wraps, reason = "other pages do not answer")]
fn usual(nth: usize) -> Option<Vec<u8>> {
    let counter = counted(nth);
    let text = format!(
        "# HELP http_requests_total The total number of HTTP requests.\n\
         # TYPE http_requests_total counter\n\
         http_requests_total{{method=\"post\",code=\"200\"}} {counter} 1395066363000\n\
         http_requests_total{{method=\"post\",code=\"400\"}}    3 1395066363000\n\n\
         # TYPE process_resident_memory_bytes gauge\n\
         process_resident_memory_bytes 7.5e+07\n\
         process_resident_memory_bytes 1\n\
         # Escaping in label values:\n\
         msdos_file_access_time_seconds{{path=\"C:\\\\DIR\\\\FILE.TXT\",error=\"No \\\"FILE\\\"\"}} 1.458255915e9\n\
         not_a_number NaN\n\
         metric_without_timestamp_and_labels 12.47\n"
    );
    Some(text.into_bytes())
}

fn counted(nth: usize) -> u32 {
    let nth = u32::try_from(nth).unwrap();
    if nth < 3 { 1_000 + 50 * nth } else { 50 * (nth - 3) }
}

struct Ran {
    folder: TempDir,
    record: PathBuf,
    run: Value,
    output: Output,
}

/// Two seconds against a target whose entry has these lines beside its URL.
fn ran(lines: &str) -> Ran {
    let folder = directory();
    let target = Target::start(1);
    let text = format!("[target.mine]\nurl = \"{}\"\n{lines}\n", target.url);
    std::fs::write(folder.path().join("targets.toml"), text).unwrap();
    let path = scenario(folder.path(), "mine", "50/s", "2s");
    let record = folder.path().join("record");
    let output = output(hanno().arg("run").arg(&path).arg("--out").arg(&record));
    assert!(record.join("run.json").exists(), "{}", stderr(&output));
    let run = run_json(&record);
    assert_code_is_the_verdicts(&run, output.status.code());
    assert_eq!(run["environment"]["target"], "mine");
    assert_eq!(run["counts"]["completed"], 100);
    Ran { folder, record, run, output }
}

/// The values of each series, in order of time.
fn values(record: &Path, series: &str) -> Vec<f64> {
    let file = std::fs::File::open(record.join("metrics/0000.parquet")).unwrap();
    let rows = run_record::metrics::read(file).unwrap().map(Result::unwrap);
    rows.filter(|row| row.series == series).map(|row| row.value).collect()
}

#[test]
fn what_the_target_says_is_kept_and_drawn() {
    let page = Page::start(usual);
    let series =
        r#"["process_resident_memory_bytes", 'http_requests_total{code="200"}', "not_a_number"]"#;
    let ran = ran(&format!("metrics = \"{}\"\nseries = {series}", page.url));
    let counter = r#"http_requests_total{code="200",method="post"}"#;
    let scraped = &ran.run["scraped"];
    let asked = page.asked.load(Ordering::SeqCst);
    assert!(asked >= 3, "before the run, while it goes on, at its end: {asked}");
    assert_eq!(scraped["asked"], asked);
    assert_eq!(scraped["left_out"], 0);
    assert_eq!(scraped["url"], page.url);
    assert_eq!(scraped["series"], Value::from(vec![counter, "process_resident_memory_bytes"]));
    // A machine that stood still for a second may have missed an answer; then that is said, and nothing else is.
    let failed = scraped["failed"].as_u64().unwrap();
    assert_eq!(codes(&ran.run).contains(&"METRICS_MISSING".to_owned()), failed > 0);
    // Raw, as they were told: the new start is in the record.
    let told = values(&ran.record, counter);
    assert_eq!(told.len() as u64, asked as u64 - failed);
    let sequence: Vec<f64> = (0..asked).map(|nth| f64::from(counted(nth))).collect();
    assert!(told.iter().all(|value| sequence.contains(value)), "{told:?}");
    let memory = values(&ran.record, "process_resident_memory_bytes");
    assert!(memory.len() == told.len() && memory.iter().all(|bytes| (*bytes - 7.5e7).abs() < 0.5));

    let report = std::fs::read_to_string(ran.record.join("report.html")).unwrap();
    let section = report.split("<section id=\"target\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    assert!(section.contains("process_resident_memory_bytes") && section.contains("<svg"));
    let listed = output(hanno().arg("report").arg(&ran.record).args(["--format", "csv"]));
    assert!(listed.status.success(), "{}", stderr(&listed));
    let csv = ran.record.join("report/target-01-http-requests-total-code-200-method-post.csv");
    let csv = std::fs::read_to_string(csv).unwrap();
    let rates: Vec<f64> =
        csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse().ok()).collect();
    // As many a second as came from one answer to the next, whenever they came; never less than none.
    assert!(csv.starts_with("time_s,per_s\n") && !rates.is_empty(), "{csv}");
    assert!(rates.iter().all(|rate| *rate > 0.0), "{csv}");
}

#[test]
fn a_page_that_is_no_page_is_said_once_and_delays_nothing() {
    let huge: Answers = |_| Some(vec![b'x'; 2 << 20]);
    let binary: Answers = |_| Some((0..=255).cycle().take(10_000).collect());
    let silent: Answers = |_| None;
    let sometimes: Answers = |nth| if nth == 1 { Some(vec![b'x'; 2 << 20]) } else { usual(nth) };
    for (answers, severity, why) in [
        (huge, "warning", "longer than"),
        (binary, "warning", ""),
        (silent, "warning", "no answer in time"),
        (sometimes, "note", "longer than"),
    ] {
        let page = Page::start(answers);
        let ran = ran(&format!("metrics = \"{}\"", page.url));
        let findings = ran.run["findings"].as_array().unwrap();
        let missing: Vec<&Value> =
            findings.iter().filter(|finding| finding["code"] == "METRICS_MISSING").collect();
        let [missing] = missing[..] else { panic!("{findings:?}") };
        assert_eq!(missing["severity"], severity, "{missing}");
        assert!(missing["subject"].as_str().unwrap().contains(why), "{missing}");
        assert_eq!(ran.run["state"], "finished");
        assert!(ran.record.join("report.html").exists(), "{}", stderr(&ran.output));
    }
}

#[test]
fn a_page_with_too_much_is_kept_within_bounds() {
    let many: Answers = |_| {
        let lines = (0..1_000).map(|n| format!("x{{n=\"{n}\"}} {n}"));
        Some(lines.collect::<Vec<_>>().join("\n").into_bytes())
    };
    let page = Page::start(many);
    let ran = ran(&format!("metrics = \"{}\"\nseries = [\"x\"]", page.url));
    assert_eq!(ran.run["scraped"]["series"].as_array().unwrap().len(), 32);
    assert_eq!(ran.run["scraped"]["left_out"], 968);
    assert!(codes(&ran.run).contains(&"METRICS_MISSING".to_owned()));
}

#[test]
fn a_url_that_an_entry_knows_has_its_metrics_and_another_has_none() {
    let page = Page::start(usual);
    let known = ran(&format!("metrics = \"{}\"", page.url));
    let url = std::fs::read_to_string(known.folder.path().join("targets.toml")).unwrap();
    let url = url.split('"').nth(1).unwrap().to_owned();
    let other = Target::start(1);
    for (url, expected) in [(url, true), (other.url.clone(), false)] {
        let record = known.folder.path().join(format!("record-{expected}"));
        let path = known.folder.path().join("scenario.toml");
        let mut command = hanno();
        command.arg("run").arg(&path).arg("--target").arg(&url).arg("--out").arg(&record);
        output(&mut command);
        assert_eq!(run_json(&record)["scraped"].is_object(), expected, "{url}");
    }
}

#[test]
fn an_entry_with_a_mistake_is_refused_before_anything_is_sent() {
    let folder = directory();
    let path = scenario(folder.path(), "mine", "50/s", "1s");
    let here = "url = \"http://127.0.0.1:1\"\n";
    for (entry, told) in [
        ("", "url"),
        ("url = \"http://10.0.0.1\"", "not this machine"),
        (&format!("{here}read = \"http://example.org\""), "not this machine"),
        (&format!("{here}metrics = \"http://10.0.0.1/metrics\""), "not this machine"),
        (&format!("{here}metrics = \"http://u:secret@127.0.0.1/metrics\""), "credentials"),
        (&format!("{here}metrics = \"file:///etc/passwd\""), "http://"),
        (&format!("{here}series = [\"up\"]"), "metrics"),
        (
            &format!("{here}metrics = \"http://127.0.0.1:1/\"\nseries = [\"no series\"]"),
            "`no series`",
        ),
        (&format!("{here}metric = \"http://127.0.0.1:1/\""), "metric"),
    ] {
        std::fs::write(folder.path().join("targets.toml"), format!("[target.mine]\n{entry}\n"))
            .unwrap();
        for verb in ["check", "run"] {
            let refused = output(hanno().arg(verb).arg(&path).current_dir(folder.path()));
            let said = stderr(&refused);
            assert_eq!(refused.status.code(), Some(2), "{entry}: {said}");
            assert!(said.contains(told) && !said.contains("secret"), "{entry}: {said}");
        }
    }
    for (targets, told) in
        [("[target.other]\nurl = \"http://127.0.0.1:1\"\n", "other"), ("", "mine")]
    {
        std::fs::write(folder.path().join("targets.toml"), targets).unwrap();
        let refused = output(hanno().arg("check").arg(&path));
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(told), "{}", stderr(&refused));
    }
    let absent = output(hanno().arg("run").arg(&path).args([
        "--target",
        "http://127.0.0.1:1",
        "--targets",
        "not-there.toml",
    ]));
    assert_eq!(absent.status.code(), Some(2));
    assert!(stderr(&absent).contains("not-there.toml"), "{}", stderr(&absent));
    assert!(!folder.path().join("runs").exists());
}
