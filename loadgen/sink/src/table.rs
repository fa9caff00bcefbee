//! The connections by slot: the slot is what epoll hands back, and it is used again once it is free.

/// Slots, some of them free.
#[derive(Debug)]
pub(crate) struct Table<T> {
    slots: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Table<T> {
    /// How many connections there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Gives a connection a slot.
    pub(crate) fn insert(&mut self, connection: T) -> usize {
        if let Some(slot) = self.free.pop() {
            self.slots[slot] = Some(connection);
            return slot;
        }
        self.slots.push(Some(connection));
        self.slots.len() - 1
    }

    /// The connection in a slot; none if it was closed earlier in the same round of events.
    pub(crate) fn get_mut(&mut self, slot: usize) -> Option<&mut T> {
        self.slots.get_mut(slot)?.as_mut()
    }

    /// Frees a slot.
    pub(crate) fn remove(&mut self, slot: usize) -> Option<T> {
        let connection = self.slots.get_mut(slot)?.take()?;
        self.free.push(slot);
        Some(connection)
    }

    /// Empties the table.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> {
        self.free.clear();
        self.slots.drain(..).flatten()
    }
}
