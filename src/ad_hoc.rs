//! A scenario for a URL and a rate, written as the file that it stands for: what runs is what the record keeps.

use anyhow::anyhow;
use toml::Value;
use url::{Position, Url};

use crate::args::{AdHocArgs, ScenarioArgs};
use crate::failure::Failure;

/// The longest title of a step or a run; what is longer is cut.
const TITLE_CHARS_MAX: usize = 100;

/// How problems with it are told.
pub(crate) const NAME: &str = "the scenario of this URL";

/// A scenario that no file holds.
pub(crate) struct AdHoc {
    pub(crate) target: String,
    pub(crate) text: String,
}

/// The scenario that the flags stand for; none if they name a file.
///
/// # Errors
/// A URL without a rate, a rate without a URL, or a second target beside the URL: exit code 2.
pub(crate) fn scenario(args: &ScenarioArgs, ad_hoc: &AdHocArgs) -> Result<Option<AdHoc>, Failure> {
    let place = args.file.to_str().filter(|place| place.contains("://"));
    let refuse = |why: String| Err(Failure::usage(anyhow!(why)));
    match (place, &ad_hoc.rate, &ad_hoc.duration) {
        (None, None, None) => Ok(None),
        (None, ..) => refuse(format!(
            "`--rate` and `--duration` go with a URL, e.g. http://127.0.0.1:8080/things; {} is a file and \
             has rates of its own, which `--scale` and `--set` change",
            args.file.display()
        )),
        (Some(place), Some(rate), Some(duration)) => match (Url::parse(place), &args.target) {
            (_, Some(target)) => refuse(format!(
                "the URL says where to send, so there can be no `--target {target}` (or HANNO_TARGET)"
            )),
            (Ok(url), None) => Ok(Some(of(&url, [rate, duration], ad_hoc))),
            (Err(error), None) => refuse(format!("this is no URL: {error}")),
        },
        (Some(_), ..) => refuse(
            "a URL needs a rate and a time, e.g. hanno run URL --rate 500/s --duration 30s"
                .to_owned(),
        ),
    }
}

fn of(url: &Url, [rate, duration]: [&String; 2], ad_hoc: &AdHocArgs) -> AdHoc {
    // Credentials stay in: the target is refused for them, instead of being asked without.
    let target = url[..Position::BeforePath].to_owned();
    // Braces would be blanks to be filled in.
    let path =
        url[Position::BeforePath..Position::AfterQuery].replace('{', "%7B").replace('}', "%7D");
    let step = title(&format!("GET {path}"));
    let spacing = ad_hoc.spacing.unwrap_or_default().word();
    let [name, to, path, step, rate, duration] =
        [&title(url.as_str()), &target, &path, &step, rate, duration].map(|text| quoted(text));
    let text = format!(
        "# Made of a URL and flags by `hanno run URL --rate RATE --duration TIME`.\n\
         schema = 1\n\
         name = {name}\n\
         target = {to}\n\
         \n\
         [[stream]]\n\
         name = \"requests\"\n\
         journeys = {{ request = 1 }}\n\
         [[stream.phase]]\n\
         name = \"hold\"\n\
         rate = {rate}\n\
         spacing = \"{spacing}\"\n\
         duration = {duration}\n\
         \n\
         [journey.request]\n\
         [[journey.request.step]]\n\
         name = {step}\n\
         request = {{ path = {path} }}\n"
    );
    AdHoc { target, text }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Of an address that may be of any length.
fn title(text: &str) -> String {
    let cut = text.chars().nth(TITLE_CHARS_MAX).is_some();
    text.chars().take(TITLE_CHARS_MAX).chain(cut.then_some('…')).collect()
}
