//! A simulated disk that loses, when the power goes, what was written and not yet synced.
//!
//! Killing a process cannot test durability: the system still has its pages. This can, and the
//! control (a store that does not sync) must lose data on it.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use redb::StorageBackend;

/// Clones share the disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    written: Vec<u8>,
    synced: Vec<u8>,
}

impl Disk {
    /// What a restart finds after the power has gone now.
    pub(crate) fn after_power_loss(&self) -> Self {
        let synced = self.bytes().synced.clone();
        Self(Arc::new(Mutex::new(Bytes { written: synced.clone(), synced })))
    }

    /// What a restart finds after the process was killed now: the system keeps what was written.
    pub(crate) fn after_kill(&self) -> Self {
        let written = self.bytes().written.clone();
        Self(Arc::new(Mutex::new(Bytes { synced: written.clone(), written })))
    }

    fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap()
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().written.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        let bytes = self.bytes();
        let found = bytes.written.get(start..start + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.bytes().written.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut bytes = self.bytes();
        bytes.synced = bytes.written.clone();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = usize::try_from(offset).unwrap();
        self.bytes().written[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }
}
