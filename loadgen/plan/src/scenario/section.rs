//! A table of the file with its places: every key is known or reported, every value read or reported.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Complaint, Report};
use super::words;

/// A value of the file with its place.
pub(crate) type Value<'a> = Spanned<DeValue<'a>>;

/// A table of the file.
#[derive(Clone, Debug)]
pub(crate) struct Section<'a> {
    table: &'a DeTable<'a>,
    span: Range<usize>,
}

/// A key with its place, and its value.
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a str,
    pub(crate) span: Range<usize>,
    pub(crate) value: &'a Value<'a>,
}

impl<'a> Section<'a> {
    /// The whole file.
    pub(crate) fn root(root: &'a Spanned<DeTable<'a>>, keys: &[&str], report: &mut Report) -> Self {
        // What is missing from the file is missing from its start.
        let section = Self { table: root.get_ref(), span: 0..0 };
        section.know(keys, report);
        section
    }

    /// A table with fixed keys; others are reported. `None` if it is no table.
    pub(crate) fn of(value: &'a Value<'a>, keys: &[&str], report: &mut Report) -> Option<Self> {
        let section = Self::open(value, report)?;
        section.know(keys, report);
        Some(section)
    }

    /// A table whose keys are names.
    pub(crate) fn open(value: &'a Value<'a>, report: &mut Report) -> Option<Self> {
        match value.get_ref() {
            DeValue::Table(table) => Some(Self { table, span: value.span() }),
            other => {
                report.at(value.span(), found(other).expecting("a table"));
                None
            }
        }
    }

    /// Where it starts.
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The value of `key`, unread.
    pub(crate) fn value(&self, key: &str) -> Option<&'a Value<'a>> {
        self.table.get(key)
    }

    /// The place of the value of `key`, or of the table if it has none.
    pub(crate) fn place(&self, key: &str) -> Range<usize> {
        self.value(key).map_or_else(|| self.span(), Spanned::span)
    }

    /// The value of `key` if it is there and right; reported if it is there and wrong.
    pub(crate) fn optional<T>(
        &self,
        key: &str,
        report: &mut Report,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, Complaint>,
    ) -> Option<T> {
        let value = self.value(key)?;
        match read(value.get_ref()) {
            Ok(read) => Some(read),
            Err(complaint) => {
                report.at(value.span(), complaint.of(key));
                None
            }
        }
    }

    /// As [`Self::optional`], but absence is reported too.
    pub(crate) fn required<T>(
        &self,
        key: &str,
        report: &mut Report,
        read: impl FnOnce(&DeValue<'a>) -> Result<T, Complaint>,
    ) -> Option<T> {
        if self.value(key).is_none() {
            self.missing(key, report);
        }
        self.optional(key, report, read)
    }

    /// Reports that `key` is missing.
    pub(crate) fn missing(&self, key: &str, report: &mut Report) {
        report.at(self.span(), Complaint::new(format!("missing key `{key}`")));
    }

    /// The tables of `[[key]]`, at most `limit`; none if absent.
    pub(crate) fn list(&self, key: &str, limit: usize, report: &mut Report) -> Vec<&'a Value<'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(list) = value.get_ref() else {
            let expected = format!("a list, written `[[{key}]]`");
            report.at(value.span(), found(value.get_ref()).expecting(expected).of(key));
            return Vec::new();
        };
        if let Some(first) = list.get(limit) {
            let complaint = Complaint::new(format!("`{key}`: {} of them", list.len()));
            report.at(first.span(), complaint.expecting(format!("at most {limit}")));
        }
        list.iter().take(limit).collect()
    }

    /// Keys and values in the order of the file, at most `limit`.
    pub(crate) fn entries(&self, what: &str, limit: usize, report: &mut Report) -> Vec<Entry<'a>> {
        let entries = self.table.iter().map(|(key, value)| Entry {
            key: key.get_ref().as_ref(),
            span: key.span(),
            value,
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|entry| entry.span.start);
        if let Some(first) = entries.get(limit) {
            let complaint = Complaint::new(format!("{} {what}", entries.len()));
            report.at(first.span.clone(), complaint.expecting(format!("at most {limit}")));
        }
        entries.truncate(limit);
        entries
    }

    fn know(&self, keys: &[&str], report: &mut Report) {
        for key in self.table.keys() {
            let word = key.get_ref().as_ref();
            if !keys.contains(&word) {
                report.at(key.span(), words::unknown("key", word, keys));
            }
        }
    }
}

/// Says what a value is instead of what it should be.
pub(crate) fn found(value: &DeValue<'_>) -> Complaint {
    let kind = value.type_str();
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    Complaint::new(format!("found {article} {kind}"))
}
