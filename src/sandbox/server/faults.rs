//! Faults on order: a request that fails, is cut, is late or is answered with nonsense.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use regex_lite::Regex;
use serde::Deserialize;

/// One entry of `PUT /_sandbox/faults`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// Any method when it is left out.
    method: Option<String>,
    /// A regular expression on the path, without the query.
    path: String,
    /// Counted from 1: the first matching request that is affected.
    #[serde(default = "one")]
    nth: usize,
    /// How many matching requests in a row.
    #[serde(default = "one")]
    times: usize,
    #[serde(rename = "do")]
    act: String,
}

fn one() -> usize {
    1
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// With a message of its own, or what the API says for that status.
    Status(StatusCode, Option<String>),
    /// The connection is cut and nothing has happened.
    DropBefore,
    /// It has happened, and the connection is cut.
    DropAfter,
    Delay(Duration),
    /// A page for people where a program expects JSON.
    Garbage,
}

#[derive(Debug)]
struct Fault {
    order: Order,
    path: Regex,
    act: Act,
    matched: usize,
    fired: usize,
}

/// The faults on order. A new order replaces what was left of the old one.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    /// Takes the body of `PUT /_sandbox/faults`. The error says which entry is wrong.
    pub(crate) fn set(&self, body: &[u8]) -> Result<(), String> {
        let orders: Vec<Order> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let faults: Result<Vec<_>, String> = orders.into_iter().map(Fault::new).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = faults?;
        Ok(())
    }

    /// What is to happen to this request, with the order's own words for it.
    pub(crate) fn strike(&self, method: &Method, path: &str) -> Option<(Act, String)> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut struck = None;
        for fault in faults.iter_mut().filter(|fault| fault.matches(method, path)) {
            fault.matched += 1;
            let affected = fault.order.nth..fault.order.nth.saturating_add(fault.order.times);
            if struck.is_none() && affected.contains(&fault.matched) {
                fault.fired += 1;
                struck = Some((fault.act.clone(), fault.order.act.clone()));
            }
        }
        struck
    }

    /// Orders that no request has met.
    pub(crate) fn unused(&self) -> Vec<String> {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = faults.iter().filter(|fault| fault.fired == 0);
        unused
            .map(|fault| {
                let method = fault.order.method.as_deref().unwrap_or("*");
                format!("{method} {} {}", fault.order.path, fault.order.act)
            })
            .collect()
    }
}

impl Fault {
    fn new(order: Order) -> Result<Self, String> {
        let path = Regex::new(&order.path).map_err(|error| format!("path {:?}: {error}", order.path))?;
        let act = parse(&order.act).ok_or_else(|| {
            let known = "status:NNN, status:NNN:MESSAGE, drop-before, drop-after, delay:5s, garbage";
            format!("do {:?} is not one of {known}", order.act)
        })?;
        Ok(Self {
            order,
            path,
            act,
            matched: 0,
            fired: 0,
        })
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        let wanted = self.order.method.as_deref();
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str())) && self.path.is_match(path)
    }
}

fn parse(act: &str) -> Option<Act> {
    match act.split_once(':') {
        Some(("status", answer)) => {
            let (code, message) = match answer.split_once(':') {
                Some((code, message)) => (code, Some(message.to_owned())),
                None => (answer, None),
            };
            Some(Act::Status(StatusCode::from_bytes(code.as_bytes()).ok()?, message))
        }
        Some(("delay", time)) => {
            let time: jiff::SignedDuration = time.parse().ok()?;
            Some(Act::Delay(time.try_into().ok()?))
        }
        Some(_) => None,
        None => match act {
            "drop-before" => Some(Act::DropBefore),
            "drop-after" => Some(Act::DropAfter),
            "garbage" => Some(Act::Garbage),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strikes_the_second_and_third_match_only() {
        let faults = Faults::default();
        let body = br#"[{"method": "POST", "path": "^/v2/apps$", "nth": 2, "times": 2, "do": "status:500"}]"#;
        faults.set(body).unwrap();
        assert!(faults.strike(&Method::GET, "/v2/apps").is_none());
        assert_eq!(faults.unused(), ["POST ^/v2/apps$ status:500"]);
        let struck: Vec<_> = (0..4)
            .map(|_| faults.strike(&Method::POST, "/v2/apps").is_some())
            .collect();
        assert_eq!(struck, [false, true, true, false]);
        assert!(faults.unused().is_empty());
    }

    #[test]
    fn reads_every_kind() {
        for (text, act) in [
            ("status:429", Act::Status(StatusCode::TOO_MANY_REQUESTS, None)),
            (
                "status:422:no: ::not so",
                Act::Status(StatusCode::UNPROCESSABLE_ENTITY, Some("no: ::not so".to_owned())),
            ),
            ("drop-before", Act::DropBefore),
            ("drop-after", Act::DropAfter),
            ("delay:5s", Act::Delay(Duration::from_secs(5))),
            ("garbage", Act::Garbage),
        ] {
            assert_eq!(parse(text), Some(act), "{text}");
        }
        for text in ["", "status:x", "delay:soon", "explode"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
