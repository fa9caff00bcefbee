//! A connection that does not wait for ever: for a request to arrive, or for a reply to be taken.
//!
//! hyper has one time-out for the head of a request, which also closes connections that are idle
//! between two; short, it would cut the kept-alive connections of a client that sends little. So an
//! idle connection has hyper's, and a request once begun has this one. A client that stops reading
//! would hold its connection without any.

use std::{
    io,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::clock;

/// Wraps a connection.
pub(crate) struct Patient<I> {
    io: I,
    request_max: Duration,
    write_max: Duration,
    request: Timer,
    write: Timer,
}

/// A time-out that is set and cleared often, and allocated once.
struct Timer {
    sleep: Pin<Box<Sleep>>,
    set: bool,
}

impl<I> Patient<I> {
    /// A request must be answered `request_max` after its first byte, and the first one after the
    /// connection is made; a reply must be taken on `write_max` after it could last be written.
    pub(crate) fn new(io: I, request_max: Duration, write_max: Duration) -> Self {
        let mut request = Timer::new();
        request.set(request_max);
        Self { io, request_max, write_max, request, write: Timer::new() }
    }

    /// What a write came to: some of a reply was taken, or the client does not read.
    fn wrote<T>(
        &mut self,
        context: &mut Context<'_>,
        done: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.request.clear();
            self.write.clear();
            return done;
        }
        self.write.set_once(self.write_max);
        ready!(self.write.poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Timer {
    fn new() -> Self {
        Self { sleep: Box::pin(sleep(Duration::ZERO)), set: false }
    }

    fn set(&mut self, after: Duration) {
        self.sleep.as_mut().reset(clock::after(after));
        self.set = true;
    }

    fn set_once(&mut self, after: Duration) {
        if !self.set {
            self.set(after);
        }
    }

    fn clear(&mut self) {
        self.set = false;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.set { self.sleep.as_mut().poll(context) } else { Poll::Pending }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Patient<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = pin!(&mut self.io).poll_read(context, buffer) {
            if buffer.filled().len() > before {
                let after = self.request_max;
                self.request.set_once(after);
            }
            return Poll::Ready(read);
        }
        ready!(self.request.poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Patient<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = pin!(&mut self.io).poll_write(context, bytes);
        self.wrote(context, done)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = pin!(&mut self.io).poll_write_vectored(context, slices);
        self.wrote(context, done)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        pin!(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const REQUEST_MAX: Duration = Duration::from_secs(7);
    const WRITE_MAX: Duration = Duration::from_secs(10);

    /// A client and the service's end of its connection; the pipe holds 8 bytes.
    fn connected() -> (DuplexStream, Patient<DuplexStream>) {
        let (client, io) = duplex(8);
        (client, Patient::new(io, REQUEST_MAX, WRITE_MAX))
    }

    // Time is paused: it jumps to the next timer when nothing else can happen.

    #[tokio::test(start_paused = true)]
    async fn a_silent_newcomer_is_cut() {
        let (_client, mut io) = connected();
        let started = clock::after(Duration::ZERO);
        assert_eq!(io.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), REQUEST_MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_dribbles_is_cut() {
        let (mut client, mut io) = connected();
        let dribble = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let started = clock::after(Duration::ZERO);
        let error = loop {
            if let Err(error) = io.read_u8().await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), REQUEST_MAX);
        drop(io);
        dribble.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn between_two_requests_there_is_no_hurry() {
        let (mut client, mut io) = connected();
        client.write_all(b"x").await.unwrap();
        io.read_u8().await.unwrap();
        io.write_all(b"reply").await.unwrap();
        let hour = Duration::from_hours(1);
        assert!(tokio::time::timeout(hour, io.read_u8()).await.is_err(), "it still waits");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_does_not_read_is_cut() {
        let (client, mut io) = connected();
        let started = clock::after(Duration::ZERO);
        let error = io.write_all(b"more than the pipe holds").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), WRITE_MAX);
        drop(client);
    }
}
