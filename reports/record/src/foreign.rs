//! Start times from the logs of other load generators, so that their arrivals can be audited as Hanno's own are.
//!
//! A log is read once, in the order of its lines, in memory that does not grow with it. What a tool does not write
//! cannot be had back: [`Starts::resolution_ns`] says how fine its stamps are, [`Starts::cut`] whether it ends in
//! mid-line. Everything that would make a wrong time out of a line is an error that names the line.

mod error;
mod format;

mod head;
mod records;
mod stamp;

mod gatling;
mod jtl;
mod k6;
mod plain;
mod vegeta;

#[cfg(test)]
mod tests;

use std::io::Read;

pub use error::ForeignError;
pub use format::{Column, Format, FormatError, Unit};

use records::{Record, Records, Shape};
use vegeta::Encoding;

/// When a request was started, according to the tool that sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// From the tool's epoch, which is Unix time in all logs but a `csv` of one's own; a whole multiple of the log's
    /// resolution. Tools cut their stamps off, so the request started up to one resolution later; k6's stamps of the
    /// end are rounded once more, so half a resolution earlier to one and a half later.
    pub start_ns: u64,
    /// What the tool calls it: the request of Gatling and k6, the label of `JMeter`, the attack of vegeta.
    pub name: Option<String>,
}

/// Opens a log. It fails at once where the log as a whole cannot be read: of another format or version, in binary,
/// compressed, without its header.
pub fn starts<R: Read>(format: &Format, from: R) -> Result<Starts<R>, ForeignError> {
    let (head, from) = head::read(from)?;
    if head.is_empty() {
        return Err(ForeignError::Empty);
    }
    head::not_compressed(&head)?;
    match format {
        Format::Gatling => {
            gatling::is_text(&head)?;
            let mut records = Records::new(from, Shape::Tabs);
            gatling::header(&mut records)?;
            Ok(Starts::new(records, Layout::Gatling))
        }
        Format::K6Csv => {
            let mut records = Records::new(from, Shape::Commas);
            let columns = k6::header(&mut records)?;
            Ok(Starts::new(records, Layout::K6(columns)))
        }
        Format::Vegeta => match vegeta::encoding(&head)? {
            Encoding::Csv => Ok(Starts::new(Records::new(from, Shape::Commas), Layout::VegetaCsv)),
            Encoding::Json => Ok(Starts::new(Records::new(from, Shape::Lines), Layout::VegetaJson)),
        },
        Format::Jtl => {
            jtl::is_csv(&head)?;
            let mut records = Records::new(from, Shape::Commas);
            let columns = jtl::header(&mut records)?;
            Ok(Starts::new(records, Layout::Jtl(columns)))
        }
        Format::Csv { column, unit } => {
            let mut records = Records::new(from, Shape::Commas);
            let place = plain::place(column, &mut records)?;
            Ok(Starts::new(records, Layout::Plain(place, *unit)))
        }
    }
}

/// How the records of a log become starts.
enum Layout {
    Gatling,
    K6(k6::Columns),
    VegetaCsv,
    VegetaJson,
    Jtl(jtl::Columns),
    Plain(usize, Unit),
}

/// The starts of a log, in the order of its lines. Tools write a line when a request **ends**, so starts are out of
/// order by up to the longest response time. Ends after the first error.
pub struct Starts<R> {
    records: Records<R>,
    layout: Layout,
    resolution_ns: Option<u64>,
    failed: bool,
}

impl<R: Read> Starts<R> {
    fn new(records: Records<R>, layout: Layout) -> Self {
        Self { records, layout, resolution_ns: None, failed: false }
    }

    /// The coarsest of 1 s, 1 ms, 1 µs and 1 ns of which all starts so far are whole multiples, so complete when the
    /// log has been read; `None` without a start. Nothing finer than this can be seen in the log.
    pub fn resolution_ns(&self) -> Option<u64> {
        self.resolution_ns
    }

    /// Whether the log ends in the middle of a line, which is left out: a stamp that is cut off is another stamp.
    pub fn cut(&self) -> bool {
        self.records.cut()
    }

    fn read(&mut self) -> Result<Option<Start>, ForeignError> {
        while let Some(record) = self.records.next()? {
            if let Some(start) = start(&self.layout, &record)? {
                let resolution_ns = self.resolution_ns.get_or_insert(stamp::SECOND_NS);
                *resolution_ns = stamp::resolution_ns(start.start_ns, *resolution_ns);
                return Ok(Some(start));
            }
        }
        Ok(None)
    }
}

impl<R: Read> Iterator for Starts<R> {
    type Item = Result<Start, ForeignError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let start = self.read().transpose();
        self.failed = matches!(start, Some(Err(_)));
        start
    }
}

/// `None` for a record that is not of a request.
fn start(layout: &Layout, record: &Record<'_>) -> Result<Option<Start>, ForeignError> {
    match layout {
        Layout::Gatling => gatling::request(record),
        Layout::K6(columns) => k6::request(columns, record),
        Layout::VegetaCsv => vegeta::csv_hit(record).map(Some),
        Layout::VegetaJson => vegeta::json_hit(record).map(Some),
        Layout::Jtl(columns) => jtl::sample(columns, record),
        Layout::Plain(place, unit) => plain::row(*place, *unit, record).map(Some),
    }
}
