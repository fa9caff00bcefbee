//! Stands between a service and its store, and does to their conversation what a bad day does.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// How a day goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Everything passes.
    Passes,
    /// Nobody is there: connections end at once, those that stand are cut.
    Gone,
    /// Each answer comes this much later.
    Slow(Duration),
}

/// A relay to one address. Whoever asks for it is counted.
#[derive(Clone)]
pub(crate) struct Relay {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    mode: Mutex<Mode>,
    connections: Mutex<Vec<TcpStream>>,
    /// Requests passed or refused since the last change of mode.
    asked: Mutex<usize>,
    changed: Condvar,
}

impl Relay {
    pub(crate) fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            mode: Mutex::new(Mode::Passes),
            connections: Mutex::default(),
            asked: Mutex::new(0),
            changed: Condvar::new(),
        });
        let relay = Self { url: format!("http://{}", listener.local_addr().unwrap()), shared };
        let (to, shared) =
            (url.trim_start_matches("http://").to_owned(), Arc::clone(&relay.shared));
        std::thread::spawn(move || {
            for from in listener.incoming().map_while(Result::ok) {
                if shared.mode() == Mode::Gone {
                    shared.count();
                    continue; // Dropped, and with it closed.
                }
                connect(from, &to, &shared);
            }
        });
        relay
    }

    /// From now on.
    pub(crate) fn becomes(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
        *self.shared.asked.lock().unwrap() = 0;
        if mode == Mode::Gone {
            for connection in self.shared.connections.lock().unwrap().drain(..) {
                connection.shutdown(Shutdown::Both).ok();
            }
        }
    }

    /// Waits until somebody has asked so often since the last change.
    pub(crate) fn wait_for(&self, asked: usize) {
        let guard = self.shared.asked.lock().unwrap();
        let patience = Duration::from_mins(1);
        let (_guard, timeout) =
            self.shared.changed.wait_timeout_while(guard, patience, |seen| *seen < asked).unwrap();
        assert!(!timeout.timed_out(), "nobody asks any more");
    }
}

impl Shared {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap()
    }

    fn count(&self) {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        self.changed.notify_all();
    }
}

fn connect(from: TcpStream, to: &str, shared: &Arc<Shared>) {
    let Ok(there) = TcpStream::connect(to) else { return };
    for stream in [&from, &there] {
        stream.set_nodelay(true).unwrap();
        shared.connections.lock().unwrap().push(stream.try_clone().unwrap());
    }
    let (asking, answering) = (from.try_clone().unwrap(), there.try_clone().unwrap());
    let counted = Arc::clone(shared);
    std::thread::spawn(move || copy(asking, there, || counted.count()));
    let shared = Arc::clone(shared);
    std::thread::spawn(move || {
        copy(answering, from, || {
            if let Mode::Slow(delay) = shared.mode() {
                wait(delay);
            }
        });
    });
}

/// Each piece is a request or an answer: both are small, and sent whole.
fn copy(mut from: TcpStream, mut to: TcpStream, mut before: impl FnMut()) {
    let mut piece = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        before();
        if to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    to.shutdown(Shutdown::Both).ok();
}

/// A delay that is the relay's own behaviour: a message that never comes.
fn wait(time: Duration) {
    let (sender, receiver) = channel::<()>();
    assert_eq!(receiver.recv_timeout(time), Err(RecvTimeoutError::Timeout));
    drop(sender);
}
