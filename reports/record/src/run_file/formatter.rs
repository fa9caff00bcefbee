//! The layout of `run.json`: indented for people, without a screenful for each second of a run.

use std::io::{self, Write};

use serde_json::ser::{Formatter, PrettyFormatter};

/// Indents, except inside a list in a list: the seconds of an objective take one line each, not four.
pub(super) struct RunFormatter {
    pretty: PrettyFormatter<'static>,
    /// Lists and objects around the next value; true for lists.
    open: Vec<bool>,
    /// How many of them a list in a list began.
    flat_from: Option<usize>,
}

impl RunFormatter {
    pub(super) fn new() -> Self {
        Self { pretty: PrettyFormatter::new(), open: Vec::new(), flat_from: None }
    }

    fn is_flat(&self) -> bool {
        self.flat_from.is_some()
    }

    fn enter(&mut self, list: bool) {
        if !self.is_flat() && list && self.open.last() == Some(&true) {
            self.flat_from = Some(self.open.len());
        }
        self.open.push(list);
    }

    fn leave(&mut self) {
        self.open.pop();
        if self.flat_from == Some(self.open.len()) {
            self.flat_from = None;
        }
    }
}

impl Formatter for RunFormatter {
    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.enter(true);
        if self.is_flat() { to.write_all(b"[") } else { self.pretty.begin_array(to) }
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        let flat = self.is_flat();
        self.leave();
        if flat { to.write_all(b"]") } else { self.pretty.end_array(to) }
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if self.is_flat() { write_gap(to, first) } else { self.pretty.begin_array_value(to, first) }
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        if self.is_flat() { Ok(()) } else { self.pretty.end_array_value(to) }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.enter(false);
        if self.is_flat() { to.write_all(b"{") } else { self.pretty.begin_object(to) }
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        let flat = self.is_flat();
        self.leave();
        if flat { to.write_all(b"}") } else { self.pretty.end_object(to) }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        if self.is_flat() { write_gap(to, first) } else { self.pretty.begin_object_key(to, first) }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(to)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        if self.is_flat() { Ok(()) } else { self.pretty.end_object_value(to) }
    }
}

/// What separates values inside a flat list.
fn write_gap<W: ?Sized + Write>(to: &mut W, first: bool) -> io::Result<()> {
    if first { Ok(()) } else { to.write_all(b", ") }
}
