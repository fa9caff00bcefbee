//! Every code has words, and the documentation is what the code says.

use run_analysis::findings::Code;
use run_render::words::{explain, findings_md, words};

#[test]
fn every_code_is_explained_in_eighty_columns() {
    for code in Code::ALL {
        let words = words(code.as_str()).expect("a code of this version has words");
        assert!(!words.title.is_empty() && words.title.len() < 70, "{}", code.as_str());
        assert!(words.means.ends_with('.') && words.remedy.ends_with('.'), "{}", code.as_str());
        let explained = explain(code.as_str()).expect("what has words can be explained");
        assert!(explained.starts_with(code.as_str()));
        for (name, _) in code.numbers() {
            assert!(explained.contains(name), "{} does not speak of {name}", code.as_str());
        }
        for line in explained.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn an_unknown_code_has_no_words() {
    assert_eq!(words("NO_SUCH_CODE"), None);
    assert_eq!(explain("NO_SUCH_CODE"), None);
}

#[test]
fn the_documentation_is_generated_from_the_code() {
    let page = include_str!("../../../../docs/FINDINGS.md");
    assert_eq!(page, findings_md(), "write what `hanno explain --all` prints to docs/FINDINGS.md");
}
