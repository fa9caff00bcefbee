//! What a run costs on DynamoDB: units by the bytes of items, and money by a dated list of prices.
//!
//! Units are exact, money is not: it is as good as the list, which says of when it is and what in it is doubted.

mod units;
mod prices;

pub use prices::{BUILT_IN, Cost, Prices, PricesError, RUNS_PER_MONTH, Region};
pub use units::{Consistency, Units, query_half_units, write_half_units};

#[cfg(test)]
mod tests;
