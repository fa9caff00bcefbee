//! What each kind of phase may say, and what its words mean.
