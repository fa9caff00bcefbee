//! A target with live events whose every doing is decided by the test: what each change comes to, and how it
//! treats those who read.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What becomes of a change.
#[derive(Clone, Copy)]
pub(crate) struct Fate {
    /// How many of the readers are told, the first to come first.
    pub(crate) readers: usize,
    /// How often each of them is told.
    pub(crate) times: usize,
    /// When they are told, after the change came.
    pub(crate) told: Duration,
    /// When the change is answered, after it came; told and answered at once, in this order, if equal.
    pub(crate) answered: Duration,
    pub(crate) status: u16,
}

impl Fate {
    /// Everyone is told once, and the answer follows at once.
    pub(crate) const USUAL: Self = Self {
        readers: usize::MAX,
        times: 1,
        told: Duration::ZERO,
        answered: Duration::ZERO,
        status: 200,
    };
}

/// Serves `/events` properly, other paths as their name says, and changes by the fate of their number.
pub(crate) struct LiveTarget {
    pub(crate) url: String,
}

struct Shared {
    readers: Mutex<Vec<TcpStream>>,
    changes: Mutex<u64>,
    /// From the number of a change, from 1 on.
    fate: fn(u64) -> Fate,
    /// From the mark of a change to what readers are told.
    data: fn(&str) -> String,
}

impl LiveTarget {
    pub(crate) fn start(fate: fn(u64) -> Fate, data: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared =
            Arc::new(Shared { readers: Mutex::default(), changes: Mutex::default(), fate, data });
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url }
    }
}

/// Answers the requests of a connection until one of them takes it over. A client that goes away is no fault.
fn serve(stream: TcpStream, shared: &Arc<Shared>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut lines = BufReader::new(stream).lines();
    loop {
        let first = lines.next()?.ok()?;
        let mut mark = String::new();
        loop {
            let line = lines.next()?.ok()?;
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("hanno-arrival: ") {
                value.clone_into(&mut mark);
            }
        }
        let path = first.split(' ').nth(1)?;
        if first.starts_with("PUT") {
            change(&mut writer, &mark, shared)?;
        } else {
            return read(writer, path, shared);
        }
    }
}

fn change(writer: &mut TcpStream, mark: &str, shared: &Arc<Shared>) -> Option<()> {
    let number = {
        let mut changes = shared.changes.lock().unwrap();
        *changes += 1;
        *changes
    };
    let Fate { readers, times, told, answered, status } = (shared.fate)(number);
    let event = format!("event: change\ndata: {}\n\n", (shared.data)(mark)).repeat(times);
    let shared = Arc::clone(shared);
    let tell = move || {
        for reader in shared.readers.lock().unwrap().iter_mut().take(readers) {
            reader.write_all(event.as_bytes()).ok();
        }
    };
    let reply = format!("HTTP/1.1 {status} Status\r\ncontent-length: 0\r\n\r\n");
    if told <= answered {
        wait(told);
        tell();
        wait(answered.saturating_sub(told));
        return writer.write_all(reply.as_bytes()).ok();
    }
    wait(answered);
    writer.write_all(reply.as_bytes()).ok()?;
    std::thread::spawn(move || {
        wait(told.saturating_sub(answered));
        tell();
    });
    Some(())
}

fn read(mut writer: TcpStream, path: &str, shared: &Shared) -> Option<()> {
    let head = |kind: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n").into_bytes()
    };
    let events = head("text/event-stream; charset=utf-8");
    match path {
        "/refuse" => {
            // Said, so that nobody sends on the connection that ends here.
            let reply = b"HTTP/1.1 403 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            writer.write_all(reply).ok()?;
        }
        "/json" => writer.write_all(&head("application/json")).ok()?,
        "/deaf" => std::mem::forget(writer),
        "/cut" => writer.write_all(&[events, b"data: {}\n\n".to_vec()].concat()).ok()?,
        "/flood" => {
            writer.write_all(&events).ok()?;
            while writer.write_all(&[b'x'; 4096]).is_ok() {}
        }
        "/garbage" => {
            let garbage = b"\0\xff\r<html>\n\ndata: not json\n\nevent: resync\ndata: 5\n\n: \n\n";
            writer.write_all(&[events, garbage.to_vec()].concat()).ok()?;
            std::mem::forget(writer); // and nothing more, for ever
        }
        _ => {
            let mut readers = shared.readers.lock().unwrap();
            writer.write_all(&events).ok()?;
            readers.push(writer);
        }
    }
    Some(())
}

/// The target's own latency: a timer that is a message which never comes.
fn wait(time: Duration) {
    let (sender, receiver): (Sender<()>, _) = channel();
    if !time.is_zero() {
        assert_eq!(receiver.recv_timeout(time), Err(RecvTimeoutError::Timeout));
    }
    drop(sender);
}
