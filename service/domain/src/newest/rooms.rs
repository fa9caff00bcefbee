//! Rooms as the strategies take them: each once, its messages from the newest to the oldest.

use std::collections::HashSet;

use crate::{MessageId, RoomId};

/// Ids of a room that do not fall: out of order, or one of them twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("room {room}: message {position} (from 0, newest first) is {id}, not before {before}")]
pub struct Disorder {
    /// Where.
    pub room: RoomId,
    /// Which of its messages, from 0.
    pub position: usize,
    /// What stands there.
    pub id: MessageId,
    /// What it must be smaller than.
    pub before: MessageId,
}

impl Disorder {
    /// The first place at which the ids of a room do not fall; the first of them has to be before some id,
    /// and is at this position of the room.
    pub(crate) fn find(
        room: RoomId,
        ids: &[MessageId],
        before: Option<MessageId>,
        position: usize,
    ) -> Result<(), Self> {
        if let (Some(before), Some(&id)) = (before, ids.first())
            && id >= before
        {
            return Err(Self { room, position, id, before });
        }
        match ids.windows(2).position(|pair| pair[1] >= pair[0]) {
            None => Ok(()),
            Some(at) => {
                Err(Self { room, position: position + at + 1, id: ids[at + 1], before: ids[at] })
            }
        }
    }
}

/// A room and its messages.
#[derive(Clone, Copy, Debug)]
pub struct Room<'a> {
    pub(super) id: RoomId,
    /// Falling.
    pub(super) messages: &'a [MessageId],
}

impl<'a> Room<'a> {
    /// Its messages up to the snapshot, which most often are all.
    pub(super) fn until(&self, snapshot: MessageId) -> &'a [MessageId] {
        &self.messages[gallop(self.messages, |id| id > snapshot)..]
    }
}

/// All rooms of an organisation.
#[derive(Clone, Debug)]
pub struct Rooms<'a>(Vec<Room<'a>>);

impl<'a> Rooms<'a> {
    /// Reads every id once to see that they fall. A room that several accounts have joined may be given as
    /// often: the first one counts.
    pub fn new(
        rooms: impl IntoIterator<Item = (RoomId, &'a [MessageId])>,
    ) -> Result<Self, Disorder> {
        let mut seen = HashSet::new();
        let mut each = Vec::new();
        for (id, messages) in rooms {
            if seen.insert(id) {
                Disorder::find(id, messages, None, 0)?;
                each.push(Room { id, messages });
            }
        }
        Ok(Self(each))
    }

    pub(super) fn each(&self) -> std::slice::Iter<'_, Room<'a>> {
        self.0.iter()
    }
}

/// How many at the front are so: by steps that double, then by halves, because most often it is few.
pub(super) fn gallop(run: &[MessageId], is_so: impl Fn(MessageId) -> bool) -> usize {
    let mut known = 0;
    let mut step = 1;
    while let Some(&id) = run.get(known + step - 1)
        && is_so(id)
    {
        known += step;
        step *= 2;
    }
    let end = run.len().min(known + step - 1);
    known + run[known..end].partition_point(|&id| is_so(id))
}
