//! One direction of a relayed connection: bytes in the order they came, each held until it is due.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Write};

/// Held bytes beyond which a direction is not read, so that its sender is slowed by TCP and memory is
/// bounded. Like the window of a connection it bounds the throughput of one: 256 KiB in each delay.
const MAX_HELD_BYTES: usize = 256 * 1024;

/// What a chunk costs beside its bytes: a sender of single bytes must not fill the memory with chunks.
const CHUNK_BYTES: usize = 64;

/// A direction.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    chunks: VecDeque<Chunk>,
    held_bytes: usize,
    /// The sender's end was taken in: nothing follows.
    end_taken: bool,
    /// The end was handed on, or nobody is left to hand anything to.
    ended: bool,
}

/// What one read brought; empty is the end of the stream.
#[derive(Debug)]
struct Chunk {
    due_ns: u64,
    bytes: Vec<u8>,
    written: usize,
}

/// Why nothing more is delivered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Nothing that is held is due.
    NothingDue,
    /// The receiver takes no more at present.
    Full,
    /// The end of the stream is due: it is to be handed on.
    End,
}

impl Pipe {
    /// Whether more may be taken in.
    pub(crate) fn has_room(&self) -> bool {
        !self.end_taken && !self.ended && self.held_bytes < MAX_HELD_BYTES
    }

    /// Whether the sender has ended its stream.
    pub(crate) fn end_taken(&self) -> bool {
        self.end_taken
    }

    /// Whether nothing will be delivered any more.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// When the next delivery is due.
    pub(crate) fn next_due_ns(&self) -> Option<u64> {
        self.chunks.front().map(|chunk| chunk.due_ns)
    }

    /// Takes what one read brought; no bytes are the end of the stream.
    pub(crate) fn take(&mut self, bytes: &[u8], due_ns: u64) {
        self.end_taken = bytes.is_empty();
        self.held_bytes += bytes.len() + CHUNK_BYTES;
        self.chunks.push_back(Chunk { due_ns, bytes: bytes.to_owned(), written: 0 });
    }

    /// Writes what is due, in order, and counts the bytes.
    pub(crate) fn deliver(
        &mut self,
        now_ns: u64,
        receiver: &mut impl Write,
        delivered_bytes: &mut u64,
    ) -> io::Result<Delivery> {
        while let Some(chunk) = self.chunks.front_mut().filter(|chunk| chunk.due_ns <= now_ns) {
            if chunk.bytes.is_empty() {
                self.discard();
                return Ok(Delivery::End);
            }
            match receiver.write(&chunk.bytes[chunk.written..]) {
                Ok(bytes) => {
                    chunk.written += bytes;
                    *delivered_bytes += bytes as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Delivery::Full),
                Err(error) => return Err(error),
            }
            if chunk.written == chunk.bytes.len() {
                self.held_bytes -= chunk.bytes.len() + CHUNK_BYTES;
                self.chunks.pop_front();
            }
        }
        Ok(Delivery::NothingDue)
    }

    /// Forgets what is held; nothing will be delivered any more.
    pub(crate) fn discard(&mut self) {
        self.chunks = VecDeque::new();
        self.held_bytes = 0;
        self.ended = true;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Takes at most so many bytes in a call, and every other time none.
    struct Grudging {
        at_most: usize,
        willing: bool,
        seen: Vec<u8>,
    }

    impl Write for Grudging {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.willing = !self.willing;
            if !self.willing {
                return Err(ErrorKind::WouldBlock.into());
            }
            let taken = bytes.len().min(self.at_most);
            self.seen.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn whatever_the_chunks_all_arrives_in_order_and_nothing_before_its_time(
            chunks in prop::collection::vec((prop::collection::vec(any::<u8>(), 1..200), 0_u64..20), 1..20),
            at_most in 1_usize..400,
        ) {
            let mut pipe = Pipe::default();
            let mut receiver = Grudging { at_most, willing: false, seen: Vec::new() };
            // When each byte is due: with its chunk, and not before any byte that came earlier.
            let (mut sent, mut due_of, mut due) = (Vec::new(), Vec::new(), 0);
            for (bytes, later) in &chunks {
                due += later;
                pipe.take(bytes, due);
                sent.extend_from_slice(bytes);
                due_of.extend(bytes.iter().map(|_| due));
            }
            pipe.take(&[], due + 1);
            let mut delivered = 0;
            for now in 0..=due {
                while pipe.deliver(now, &mut receiver, &mut delivered).unwrap() == Delivery::Full {}
                let expected = due_of.iter().take_while(|due| **due <= now).count();
                prop_assert_eq!(receiver.seen.len(), expected);
            }
            prop_assert_eq!(&receiver.seen, &sent);
            prop_assert_eq!(delivered, sent.len() as u64);
            prop_assert!(!pipe.ended());
            prop_assert_eq!(pipe.deliver(due + 1, &mut receiver, &mut delivered).unwrap(), Delivery::End);
            prop_assert!(pipe.ended() && !pipe.has_room());
        }
    }

    #[test]
    fn what_is_held_is_bounded_also_in_single_bytes() {
        for size in [1, 1000, 16 * 1024] {
            let mut pipe = Pipe::default();
            let mut taken = 0;
            while pipe.has_room() {
                pipe.take(&vec![b'x'; size], 5);
                taken += 1;
            }
            assert!(taken * (size + CHUNK_BYTES) < MAX_HELD_BYTES + size + CHUNK_BYTES, "{size}");
            let mut receiver = Vec::new();
            assert_eq!(pipe.deliver(4, &mut receiver, &mut 0).unwrap(), Delivery::NothingDue);
            assert!(!pipe.has_room() && receiver.is_empty());
            pipe.deliver(5, &mut receiver, &mut 0).unwrap();
            assert!(pipe.has_room() && receiver.len() == taken * size);
        }
    }

    #[test]
    fn nothing_follows_an_end() {
        let mut pipe = Pipe::default();
        pipe.take(b"a", 1);
        pipe.take(&[], 2);
        assert!(pipe.end_taken() && !pipe.has_room() && !pipe.ended());
        pipe.discard();
        assert!(pipe.ended() && pipe.next_due_ns().is_none());
    }
}
