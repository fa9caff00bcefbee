//! That no request waits for credentials, and that each source is understood.

mod background;

mod sources;
