//! HTTP/1.1 as a client meets it: any method, bodies, pipelining, slow senders, the end of a connection.

use std::net::Shutdown;

use crate::running::{GET, OK, Running, request};

#[test]
fn requests_are_counted_in_order_with_connection_and_arrival() {
    let sink = Running::start();
    let mut clients = [sink.connect(), sink.connect(), sink.connect()];
    for seq in 0..300 {
        let client = &mut clients[seq % 3];
        client.send(request(&format!("r/{seq}/0")));
        client.expect(OK);
    }
    let (report, rows) = sink.stop();
    assert_eq!((report.requests, report.connections, report.refused), (300, 3, 0));
    for (seq, row) in rows.iter().enumerate() {
        assert_eq!(row.arrival, format!("r/{seq}/0"));
        assert_eq!(row.connection, seq as u64 % 3, "connections are accepted in order");
    }
}

#[test]
fn any_method_and_path_is_answered_and_bodies_are_thrown_away() {
    let sink = Running::start();
    let mut client = sink.connect();
    for method in ["GET", "PUT", "DELETE", "POST", "PATCH", "OPTIONS", "BREW"] {
        let body = "x".repeat(70_000);
        client.send(format!(
            "{method} /a/b?c=d HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        client.expect(OK);
    }
    client.send("HEAD / HTTP/1.1\r\n\r\n");
    client.expect(OK.strip_suffix("{}").unwrap());
    assert_eq!(sink.stop().0.requests, 8);
}

#[test]
fn pipelined_requests_are_answered_in_order_beyond_the_limit_of_pending_replies() {
    let sink = Running::start();
    let mut client = sink.connect();
    let many: String = (0..200).map(|seq| request(&format!("p/{seq}/0"))).collect();
    client.send(many);
    client.expect(&OK.repeat(200));
    let (_, rows) = sink.stop();
    let seen: Vec<&str> = rows.iter().map(|row| row.arrival.as_str()).collect();
    let sent: Vec<String> = (0..200).map(|seq| format!("p/{seq}/0")).collect();
    assert_eq!(seen, sent);
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let sink = Running::start();
    let mut client = sink.connect();
    client.0.set_nodelay(true).unwrap();
    let body = "PUT / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc";
    for byte in format!("{}{body}\r\n{GET}", request("slow/1/0")).bytes() {
        client.send([byte]);
    }
    client.expect(&OK.repeat(3));
    let (_, rows) = sink.stop();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0].arrival, "slow/1/0");
    assert!(rows.is_sorted_by_key(|row| row.arrived_ns), "{rows:?}");
}

#[test]
fn the_connection_ends_when_the_client_wants_it() {
    let sink = Running::start();
    for (asked, answered) in [
        ("GET / HTTP/1.1\r\nconnection: close\r\n\r\n", "connection: close\r\n\r\n{}"),
        ("GET / HTTP/1.0\r\n\r\n", "connection: close\r\n\r\n{}"),
        ("HEAD / HTTP/1.0\r\n\r\n", "connection: close\r\n\r\n"),
    ] {
        let mut client = sink.connect();
        // What follows a last request is not served.
        client.send(format!("{asked}{GET}"));
        let seen = client.rest();
        assert!(seen.starts_with("HTTP/1.1 200 OK") && seen.ends_with(answered), "{seen}");
    }
    let mut old = sink.connect();
    for _ in 0..2 {
        old.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
        old.expect(&OK.replace("\r\n\r\n", "\r\nconnection: keep-alive\r\n\r\n"));
    }
    assert_eq!(sink.stop().0.requests, 5);
}

#[test]
fn a_client_that_only_closes_its_sending_side_still_gets_its_reply() {
    let sink = Running::delayed(std::time::Duration::from_millis(2));
    let mut client = sink.connect();
    client.send(GET.repeat(3));
    client.0.shutdown(Shutdown::Write).unwrap();
    assert_eq!(client.rest(), OK.repeat(3));
    assert_eq!(sink.stop().0.unanswered, 0);
}
