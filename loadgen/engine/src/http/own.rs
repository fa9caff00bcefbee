//! A connection that belongs to one user, for plain HTTP/1.1.
//!
//! A pool that users share costs a lock, a task beside each connection and two wake-ups for every request
//! (ADR 0012). Here the connection is driven by whoever waits for the reply, on its own
//! task; a user that waits for its next arrival drives nothing, so what the target did to the connection
//! meanwhile is seen when it is next used.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::{TrySendError, http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What is sent: all of the body is there.
pub(crate) type Body = Full<Bytes>;

/// An open connection between requests, or with one under way. To give up a request is to drop it.
pub(crate) struct Own {
    sender: http1::SendRequest<Body>,
    /// None once it has ended. In a box: it has 700 bytes, and goes from hand to hand with every request.
    driver: Option<Box<http1::Connection<TokioIo<TcpStream>, Body>>>,
}

/// A connection could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// By the operating system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// By the protocol.
    #[error(transparent)]
    Protocol(#[from] hyper::Error),
}

impl Own {
    /// Connects to the first of the addresses that answers.
    pub(crate) async fn open(addresses: &[SocketAddr]) -> Result<Self, OpenError> {
        let stream = TcpStream::connect(addresses).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, driver: Some(Box::new(driver)) })
    }

    /// Whether a request can be sent: false when the target has closed the connection.
    pub(crate) async fn is_usable(&mut self) -> bool {
        // Driven once, it sees what has come since the last reply.
        poll_fn(|context| {
            self.drive(context);
            Poll::Ready(())
        })
        .await;
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends and waits for the head of the reply; gives the request back if nothing of it was sent.
    pub(crate) async fn send(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Body>>> {
        let reply = self.sender.try_send_request(request);
        self.until(std::pin::pin!(reply)).await
    }

    /// The next part of a reply's body; none at its end.
    pub(crate) async fn frame(
        &mut self,
        body: &mut Incoming,
    ) -> Option<Result<Frame<Bytes>, hyper::Error>> {
        self.until(body.frame()).await
    }

    /// Waits for what the connection has to be driven for. Its end shows in what is waited for.
    async fn until<F: Future + Unpin>(&mut self, mut awaited: F) -> F::Output {
        poll_fn(|context| {
            self.drive(context);
            Pin::new(&mut awaited).poll(context)
        })
        .await
    }

    fn drive(&mut self, context: &mut std::task::Context<'_>) {
        if let Some(driver) = &mut self.driver
            && Pin::new(driver).poll(context).is_ready()
        {
            self.driver = None;
        }
    }
}
