//! What a record shows, as files that other programs take: each picture as SVG, the data of each picture and of each
//! table as CSV.

use run_analysis::evidence::Evidence;

use crate::figures::figures;
use crate::svg::PlotError;
use crate::tables;

/// A file of a report.
pub struct ReportFile {
    /// Its name, without folders.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// Every picture, with its title, a background and colours for light and dark.
pub fn svg(evidence: &Evidence) -> Result<Vec<ReportFile>, PlotError> {
    let files = figures(evidence)?
        .into_iter()
        .map(|figure| ReportFile { name: format!("{}.svg", figure.stem), text: figure.svg_file() });
    Ok(files.collect())
}

/// The data of every picture and every table.
pub fn csv(evidence: &Evidence) -> Result<Vec<ReportFile>, PlotError> {
    let of_figures = figures(evidence)?
        .into_iter()
        .map(|figure| ReportFile { name: format!("{}.csv", figure.stem), text: figure.data.csv() });
    let tables = tables::all(&evidence.run).into_iter().filter(|table| !table.rows.is_empty());
    let of_tables = tables.map(|table| ReportFile {
        name: format!("table-{}.csv", table.stem),
        text: table.data().csv(),
    });
    Ok(of_figures.chain(of_tables).collect())
}
