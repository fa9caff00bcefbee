//! Requests that could not be sent, and steps that contradict themselves.

use super::check;

#[test]
fn requests() {
    check(
        "path = \"/rooms",
        "path = \"rooms",
        &["17:20: `path`: a path that does not start with one `/`"],
    );
    check(
        "path = \"/rooms",
        "path = \"//evil/rooms",
        &["17:20: `path`: a path that does not start with one `/`"],
    );
    check(
        "path = \"/rooms",
        "path = \"/röoms",
        &["17:20: `path`: `ö` in a path; expected visible ASCII"],
    );
    check(
        "bearer =",
        "method = \"get\", bearer =",
        &["17:60: `method`: unknown method `get`; expected one of `GET`, … did you mean `GET`?"],
    );
    check(
        "bearer =",
        "json = {}, text = \"\", bearer =",
        &["17:69: a request has one body; expected either `json` or `text`"],
    );
    check("bearer =", "json = { a = inf }, bearer =", &["17:64: `json`: JSON has no `inf`"]);
    check("bearer =", "json = { a = 1979-05-27 }, bearer =", &["17:64: `json`: found a datetime"]);
    check(
        "bearer =",
        "headers = { Host = \"x\" }, bearer =",
        &["17:63: header `host` is set by the client"],
    );
    check(
        "bearer =",
        "headers = { Authorization = \"x\" }, bearer =",
        &["17:63: header `authorization` beside `bearer`"],
    );
    check(
        "bearer =",
        "headers = { a = \"x\", A = \"y\" }, bearer =",
        &["17:72: header `a` stands twice"],
    );
    check(
        "bearer =",
        "headers = { a = \"x\\ny\" }, bearer =",
        &["17:67: `a`: `\\n` in a header; expected printable ASCII"],
    );
    check(
        "bearer =",
        "headers = { \"a b\" = \"x\" }, bearer =",
        &["17:63: `a b` is no header name"],
    );
    check(
        "request =",
        "expect = { status = 99 }\nrequest =",
        &["17:21: `status`: `99` is out of range; expected a whole number from 100 to 599"],
    );
}

#[test]
fn steps() {
    check("request =", "expect = { status = [] }\nrequest =", &["17:21: `status`: an empty list"]);
    check("request =", "think = \"1s\"\nrequest =", &["17:9: `think` in the first step"]);
    check(
        "request =",
        "endpoint = \"reads\"\nrequest =",
        &[
            "17:12: `endpoint`: unknown endpoint `reads`; expected one of `read`, `write`, `admin`; did you mean `read`?",
        ],
    );
    let step = "[[journey.read.step]]\nname = \"b\"\nrequest = { path = \"/\" }\nthink = \"1s\"\nevery = \"1s\"\n";
    check(
        "[objectives]",
        &format!("{step}\n[objectives]"),
        &["23:9: `every` beside `think`; expected one of them"],
    );
    let deep = format!("json = {}1{}, bearer =", "[".repeat(40), "]".repeat(40));
    check("bearer =", &deep, &["17:90: `json`: nested too deeply; expected at most 32 levels"]);
}
