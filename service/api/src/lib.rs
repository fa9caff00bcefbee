//! The reaction service over HTTP: routes, use cases, tokens, health and metrics.
//!
//! A request goes route -> use case -> store, with the same verb on each: `put_reaction` of `routes`
//! takes the request apart, `put_reaction` of `cases` decides who may, `Store::put_reaction` does it.

pub mod serve;

mod accept;
mod patience;

mod router;
mod routes;

mod cases;

mod app;
mod caller;
mod extract;
mod views;
mod announce;
mod hub;
mod guard;
mod metered;
mod metrics;
mod consumption;
mod observe;
mod complaints;

pub mod issuer;
mod token;

mod clock;
mod errors;

#[cfg(test)]
mod tests;
