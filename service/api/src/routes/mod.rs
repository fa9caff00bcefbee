//! Routes: take a request apart, call the use case of the same name, put the answer together.

pub(crate) mod messages;

pub(crate) mod reactions;

pub(crate) mod events;

pub(crate) mod members;

pub(crate) mod health;
