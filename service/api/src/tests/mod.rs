//! The service over real connections: each route, who may, limits, load, start and stop.

mod service;

mod routes;
mod view_limits;

mod access;
mod limits;
mod load;
mod throttled;

mod events;

mod lifecycle;
