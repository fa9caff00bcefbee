//! Prices as a dated list, and what units come to by it.

use serde::Deserialize;

use super::Units;

/// The list that comes with this version.
pub const BUILT_IN: &str = include_str!("prices.toml");

/// The batch runs once a day.
pub const RUNS_PER_MONTH: f64 = 30.0;

const MILLION: f64 = 1e6;
const GIB: f64 = 1_073_741_824.0;

/// What DynamoDB charges, in US dollars.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Of which month.
    pub as_of: String,
    /// Where they were read.
    pub sources: Vec<String>,
    /// A month as it is charged.
    pub month_hours: f64,
    /// Stored, and not charged.
    pub storage_free_gib: f64,
    /// What an item is counted with beside its bytes, where it is stored.
    pub storage_item_bytes: u32,
    /// In the order of the list, one at least.
    #[serde(rename = "region")]
    pub regions: Vec<Region>,
}

/// Prices differ from region to region.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// `us-east-1`.
    pub name: String,
    /// On demand, for a million read units.
    pub read_million: f64,
    /// On demand, for a million write units.
    pub write_million: f64,
    /// For one read unit a second over an hour, used or not.
    pub read_hour: f64,
    /// For one write unit a second over an hour, used or not.
    pub write_hour: f64,
    /// For a gibibyte over a month.
    pub storage_gib_month: f64,
    /// What of this is not certain.
    pub doubts: Vec<String>,
}

/// The list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricesError {
    /// Not TOML, or not a list of prices.
    #[error("not a list of prices: {0}")]
    Malformed(String),
    /// It prices nothing.
    #[error("a list of prices has one region at least")]
    NoRegion,
    /// Below zero, or no number.
    #[error("`{what}` of {place} is {found}, which is no price")]
    NotAPrice {
        /// Which price.
        what: &'static str,
        /// Of a region, or of the list.
        place: String,
        /// What stands there.
        found: String,
    },
}

/// What a daily run costs in one region, in US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Where.
    pub region: String,
    /// One run, on demand.
    pub run_usd: f64,
    /// A month of daily runs, on demand.
    pub month_usd: f64,
    /// A month of capacity that is just enough for one run within the time it is given, kept day and night.
    pub provisioned_month_usd: f64,
}

impl Prices {
    /// Reads a list; every price in it can be calculated with.
    pub fn parse(text: &str) -> Result<Self, PricesError> {
        let prices: Self =
            toml::from_str(text).map_err(|error| PricesError::Malformed(error.to_string()))?;
        if prices.regions.is_empty() {
            return Err(PricesError::NoRegion);
        }
        let list = "the list";
        check("month_hours", list, prices.month_hours)?;
        check("storage_free_gib", list, prices.storage_free_gib)?;
        for region in &prices.regions {
            let Region { read_million, write_million, read_hour, write_hour, .. } = *region;
            check("read_million", &region.name, read_million)?;
            check("write_million", &region.name, write_million)?;
            check("read_hour", &region.name, read_hour)?;
            check("write_hour", &region.name, write_hour)?;
            check("storage_gib_month", &region.name, region.storage_gib_month)?;
        }
        Ok(prices)
    }

    /// What a run of so many units costs in each region, if provisioned capacity is to do it `within_s` seconds.
    pub fn costs(&self, run: Units, within_s: u32) -> Vec<Cost> {
        let per_s = |units: f64| (units / f64::from(within_s.max(1))).ceil().max(1.0);
        let cost = |region: &Region| {
            let run_usd = region.on_demand_usd(run.reads(), run.writes());
            Cost {
                region: region.name.clone(),
                run_usd,
                month_usd: run_usd * RUNS_PER_MONTH,
                provisioned_month_usd: region.provisioned_usd(
                    per_s(run.reads()),
                    per_s(run.writes()),
                    self.month_hours,
                ),
            }
        };
        self.regions.iter().map(cost).collect()
    }

    /// What it costs to keep items for a month, in each region.
    pub fn storage_usd(&self, items: u64, item_bytes: u32) -> Vec<(&str, f64)> {
        let counted_bytes = f64::from(item_bytes) + f64::from(self.storage_item_bytes);
        #[expect(clippy::cast_precision_loss, reason = "money is rounded to three digits")]
        let gib = items as f64 * counted_bytes / GIB;
        let charged_gib = (gib - self.storage_free_gib).max(0.0);
        let cost = |region: &Region| charged_gib * region.storage_gib_month;
        self.regions.iter().map(|region| (region.name.as_str(), cost(region))).collect()
    }
}

impl Region {
    /// So many units by the request.
    pub fn on_demand_usd(&self, reads: f64, writes: f64) -> f64 {
        (reads * self.read_million + writes * self.write_million) / MILLION
    }

    /// So many units a second over so many hours, used or not.
    pub fn provisioned_usd(&self, reads_per_s: f64, writes_per_s: f64, hours: f64) -> f64 {
        (reads_per_s * self.read_hour + writes_per_s * self.write_hour) * hours
    }
}

fn check(what: &'static str, place: &str, price: f64) -> Result<(), PricesError> {
    if price.is_finite() && price >= 0.0 {
        return Ok(());
    }
    Err(PricesError::NotAPrice { what, place: place.to_owned(), found: price.to_string() })
}
