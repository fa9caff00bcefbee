//! The page of `measure truth`: a section for each part, so that one of them can be made again and the others stay
//! as they are, each with the command, the day and the commit that it was made with.

use super::Part;
use crate::measure::bench::HOLDS;
use crate::measure::show::table;

/// Sections by their titles, as far as there are any.
#[derive(Debug, Default)]
pub(super) struct Sections(Vec<(String, String)>);

impl Sections {
    /// Those of a page; what stands before the first is made anew.
    pub(super) fn of(page: &str) -> Self {
        let mut sections: Vec<(String, String)> = Vec::new();
        for line in page.split_inclusive('\n') {
            match (line.strip_prefix("## "), sections.last_mut()) {
                (Some(title), _) => sections.push((title.trim_end().to_owned(), String::new())),
                (None, Some((_, text))) => text.push_str(line),
                (None, None) => {}
            }
        }
        Self(sections)
    }

    /// Puts a section in place of the one before.
    pub(super) fn put(&mut self, part: Part, text: String) {
        self.0.retain(|(title, _)| title != part.title());
        self.0.push((part.title().to_owned(), text));
    }

    fn text(&self, part: Part) -> Option<&str> {
        let mut sections = self.0.iter().filter(|(title, _)| title == part.title());
        sections.next().map(|(_, text)| text.trim())
    }

    /// The whole page, in the order of the parts.
    pub(super) fn page(&self, parts: &[Part]) -> String {
        let rows: Vec<Vec<String>> = parts
            .iter()
            .map(|part| {
                let result = match self.text(*part) {
                    Some(text) if text.contains(HOLDS) => "holds",
                    Some(_) => "FAILED",
                    None => "not measured",
                };
                vec![part.title().to_owned(), format!("`{}`", part.name()), result.to_owned()]
            })
            .collect();
        let sections = parts
            .iter()
            .filter_map(|part| Some(format!("\n## {}\n\n{}\n", part.title(), self.text(*part)?)));
        format!(
            "# Truth: what arrives, and what is said of it\n\n\
             Made by `cargo xtask measure truth [PART...]`; do not edit. Each part says when and with what it was made; \
             one that is made again leaves the others as they are.\n\n{}{}",
            table(&["what", "part", "limits"], &rows),
            sections.collect::<String>()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_made_again_leaves_the_others_as_they_are() {
        let parts = [Part::Frozen, Part::Clean, Part::Memory];
        let mut sections = Sections::default();
        sections.put(Part::Clean, format!("`old`\n\n{HOLDS}\n\n### Each\n\n| a |\n"));
        sections.put(Part::Frozen, "**Result: FAILED.** x.\n".to_owned());
        let first = sections.page(&parts);
        assert_eq!(first.matches("\n## ").count(), 2, "{first}");
        assert!(first.find("## A server").unwrap() < first.find("## Clean").unwrap(), "{first}");
        for word in [" holds |", " FAILED |", " not measured |", "### Each"] {
            assert!(first.contains(word), "{word}: {first}");
        }
        assert_eq!(Sections::of(&first).page(&parts), first);
        let mut again = Sections::of(&first);
        again.put(Part::Frozen, format!("{HOLDS}\n"));
        let second = again.page(&parts);
        assert!(!second.contains("FAILED") && second.contains("`old`"), "{second}");
    }

    #[test]
    fn a_page_without_sections_is_begun_anew() {
        assert_eq!(Sections::of("# Truth\n\nMade by hand.\n\n| a |\n").0, []);
    }
}
