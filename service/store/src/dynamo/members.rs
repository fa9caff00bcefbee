//! Who is in a room, and whether there is a room at all.
//!
//! A membership that ends stays as an item that is in no index: the room outlives its members, and one
//! write does all of it.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard},
};

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnConsumedCapacity};
use chat_domain::{AccountId, RoomId};

use super::{
    DynamoStore,
    errors::store_error,
    items::{member_item, member_key, number},
    meter::Call,
};
use crate::StoreError;

/// A room takes 8 bytes and an entry of the table: below 2 MiB. A full set is emptied; each room
/// that is still in use then costs one read.
const KNOWN_MAX: usize = 65_536;

/// Rooms that were seen to exist. A room never vanishes, so this cannot be wrong.
#[derive(Debug, Default)]
pub(super) struct KnownRooms(Mutex<HashSet<RoomId>>);

impl KnownRooms {
    fn contains(&self, room: RoomId) -> bool {
        self.rooms().contains(&room)
    }

    fn insert(&self, room: RoomId) {
        let mut rooms = self.rooms();
        if rooms.len() >= KNOWN_MAX {
            rooms.clear();
        }
        rooms.insert(room);
    }

    fn rooms(&self) -> MutexGuard<'_, HashSet<RoomId>> {
        self.0.lock().expect("no holder of the lock panics")
    }
}

impl DynamoStore {
    /// `Store::put_member`.
    pub(super) async fn join(
        &self,
        call: &Call,
        room: RoomId,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let output = self
            .writer()
            .put_item()
            .table_name(&self.tables.members)
            .set_item(Some(member_item(room, account)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.wrote(output.consumed_capacity());
        self.rooms.insert(room);
        Ok(())
    }

    /// `Store::delete_member`.
    pub(super) async fn leave(
        &self,
        call: &Call,
        room: RoomId,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let sent = self
            .writer()
            .update_item()
            .table_name(&self.tables.members)
            .set_key(Some(member_key(room, account)))
            .update_expression("REMOVE j")
            .condition_expression("attribute_exists(r)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await;
        match sent {
            Ok(output) => {
                call.wrote(output.consumed_capacity());
                Ok(())
            }
            // Never a member: nothing ends, and no room begins.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(store_error(error)),
        }
    }

    /// `Store::is_member`.
    pub(super) async fn belongs(
        &self,
        call: &Call,
        room: RoomId,
        account: AccountId,
    ) -> Result<bool, StoreError> {
        let output = self
            .reader()
            .get_item()
            .table_name(&self.tables.members)
            .set_key(Some(member_key(room, account)))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        Ok(output.item.is_some_and(|item| item.contains_key("j")))
    }

    /// Whether anybody ever was a member of the room.
    pub(super) async fn room_exists(&self, call: &Call, room: RoomId) -> Result<bool, StoreError> {
        if self.rooms.contains(room) {
            return Ok(true);
        }
        let output = self
            .reader()
            .query()
            .table_name(&self.tables.members)
            .key_condition_expression("r = :r")
            .expression_attribute_values(":r", number(room.number()))
            .limit(1)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .customize()
            .interceptor(call.clone())
            .send()
            .await
            .map_err(store_error)?;
        call.read(output.consumed_capacity());
        let exists = output.count() > 0;
        if exists {
            self.rooms.insert(room);
        }
        Ok(exists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_of_known_rooms_is_bounded() {
        let known = KnownRooms::default();
        for number in 1..=KNOWN_MAX as u64 + 1 {
            known.insert(RoomId::new(number).unwrap());
            assert!(known.rooms().len() <= KNOWN_MAX);
        }
        assert!(known.contains(RoomId::new(KNOWN_MAX as u64 + 1).unwrap()));
    }
}
