//! Pages of a room, from the newest message on: what is asked, what comes, and what must hold of it.

use super::{Disorder, MessageId, RoomId, Window};

/// A room and the newest message it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The room.
    pub room: RoomId,
    /// Its newest message; none if it never had one.
    pub last: Option<MessageId>,
}

/// A page to read: ids of a room, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// The room.
    pub room: RoomId,
    /// Only messages before this one; none for all.
    pub before: Option<MessageId>,
    /// At most so many.
    pub limit: u32,
}

/// A page that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Falling.
    pub ids: Vec<MessageId>,
    /// Whether the room may have more before the last of them.
    pub more: bool,
}

/// A reading ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// Ids do not fall, within a page or from one to the next.
    #[error(transparent)]
    Disorder(#[from] Disorder),
    /// More ids than were asked for.
    #[error("room {room}: a page of {count} messages where at most {limit} were asked for")]
    TooMany {
        /// Where.
        room: RoomId,
        /// What came.
        count: usize,
        /// What was asked for.
        limit: u32,
    },
    /// The last activity of a room is behind its messages, so that rooms may have been left out for it.
    #[error("room {room}: message {id} is newer than the last activity of the room, {last:?}")]
    BehindMessages {
        /// Where.
        room: RoomId,
        /// What the room has.
        id: MessageId,
        /// What it was said to have at most.
        last: Option<MessageId>,
    },
    /// An empty page with more behind it: asked again, it would be the same.
    #[error("room {room}: an empty page after which more follows")]
    Stuck {
        /// Where.
        room: RoomId,
    },
    /// No page of this room is under way.
    #[error("room {room}: an answer to a page that was not asked for")]
    NotAsked {
        /// Which.
        room: RoomId,
    },
    /// A page could not be read.
    #[error("room {room}: a page could not be read in {attempts} attempts")]
    Failed {
        /// Where.
        room: RoomId,
        /// How often it was asked for.
        attempts: u32,
    },
}

/// Up to where a room has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) room: RoomId,
    /// No message that is not read yet is newer; none if there is none.
    pub(super) newest: Option<MessageId>,
    before: Option<MessageId>,
    /// Messages and pages read.
    pub(super) read: u32,
    pub(super) pages: u32,
}

/// The start of every room, each once, those of the latest activity last.
pub(super) fn places(mut rooms: Vec<Activity>, window: &Window) -> Vec<Place> {
    rooms.sort_unstable_by_key(|activity| (activity.room, std::cmp::Reverse(activity.last)));
    rooms.dedup_by_key(|activity| activity.room);
    rooms.sort_unstable_by_key(|activity| (activity.last, activity.room));
    // A page begins at the snapshot and not at the last activity, so that an activity that is behind is noticed.
    let before = MessageId::new(window.snapshot.number() + 1).ok();
    let place = |Activity { room, last }| {
        let newest = last.map(|last| last.min(window.snapshot));
        Place { room, newest, before, read: 0, pages: 0 }
    };
    rooms.into_iter().map(place).collect()
}

impl Place {
    pub(super) fn request(&self, limit: u32) -> PageRequest {
        PageRequest { room: self.room, before: self.before, limit }
    }

    /// Every id of a page is looked at.
    pub(super) fn check(&self, page: &Page, limit: u32) -> Result<(), ReadingError> {
        let room = self.room;
        let count = page.ids.len();
        if count > limit as usize {
            return Err(ReadingError::TooMany { room, count, limit });
        }
        if count == 0 && page.more {
            return Err(ReadingError::Stuck { room });
        }
        Disorder::find(room, &page.ids, self.before, self.read as usize)?;
        match page.ids.first() {
            Some(&id) if self.newest.is_none_or(|newest| id > newest) => {
                Err(ReadingError::BehindMessages { room, id, last: self.newest })
            }
            _ => Ok(()),
        }
    }

    /// Where the next page begins; none if no message of the window can follow.
    pub(super) fn after(&self, page: &Page, window: &Window) -> Option<Self> {
        let &last = page.ids.last().filter(|_| page.more)?;
        let newest = MessageId::new(last.number() - 1).ok()?;
        let count = u32::try_from(page.ids.len()).expect("no more than were asked for");
        (newest >= window.oldest).then_some(Self {
            newest: Some(newest),
            before: Some(last),
            read: self.read.saturating_add(count),
            pages: self.pages + 1,
            ..*self
        })
    }
}
