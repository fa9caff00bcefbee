//! The batch on the model store and on generated data: the answer of sorting everything, whatever the strategy, the
//! bounds and the faults.

mod world;
mod generated;
mod decorators;

mod answers;
mod faults;
mod bounds;
mod every;
