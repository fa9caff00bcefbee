//! Ids, messages, reactions and their rules: decisions without effects, told the time and never asking for it.

mod ids;
mod snowflake;

mod text;

mod kind;
mod reaction;
mod tally;

pub mod newest;

pub mod partition;

pub mod cost;
pub mod replay;
pub mod retry;

pub mod limits;

mod draw;

pub use ids::{AccountId, InvalidId, MessageId, OrgId, RoomId};
pub use kind::{Kind, UnknownKind};
pub use reaction::{Change, ReactionRecord};
pub use snowflake::{EPOCH_UNIX_MS, IdError, IdState, Node, Snowflake, next_id};
pub use tally::{InvalidTally, Tally};
pub use text::{InvalidText, MessageText};
