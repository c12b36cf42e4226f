//! Where a value says that a store is: its host, and the port beside it.

use super::schemes::connection;
use super::{Holds, schemes};
use crate::policy::literal::is_reference;

/// Where databases listen, pools and managed clusters included.
pub(crate) const DATABASE_PORTS: [&str; 10] = [
    "5432", "5433", "6432", "6543", "25060", "25061", "3306", "1433", "1521", "26257",
];

/// Where Redis, RabbitMQ, Kafka, MongoDB and Memcached listen.
const OTHER_PORTS: [&str; 7] = ["6379", "6380", "5671", "5672", "9092", "27017", "11211"];

/// The host of `host`, `host:port`, `//user@host/…`.
pub(crate) fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.split(['/', '?']).next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match rest.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => rest,
    }
}

/// The first `host:port` of `tcp://host:port`, `host:port,host:port`, `host:port/name`, `user/password@host:port/name`.
pub(crate) fn endpoint(text: &str) -> &str {
    let text = text.strip_prefix("tcp://").unwrap_or(text);
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    text.split([',', '/']).next().unwrap_or_default()
}

/// What listens on the port of `host.example:25060`.
pub(crate) fn port_of_store(text: &str) -> Option<Holds> {
    let (host, port) = text.rsplit_once(':')?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if !host.contains('.') || !host.chars().all(is_host) {
        return None;
    }
    let is_other = OTHER_PORTS.contains(&port).then_some(Holds::Other);
    DATABASE_PORTS.contains(&port).then_some(Holds::Database).or(is_other)
}

/// The host of a URL, of a connection string, or beside the port of a store.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim_matches(['"', '\'', ',']);
    if is_reference(text) {
        return None;
    }
    if let Some(scheme) = schemes::scheme(text).filter(|scheme| scheme != "tcp") {
        schemes::holds(&scheme)?;
        return Some(host(text.split(',').next().unwrap_or(text)).to_owned());
    }
    if connection(text).is_some() {
        let lower = text.to_ascii_lowercase();
        let after = |start: &str| lower.find(start).map(|at| &text[at + start.len()..]);
        let names = [
            "@tcp(",
            "@//",
            "host=",
            "hostaddr=",
            "server=",
            "data source=",
            "address=",
            "addr=",
            "thin:@",
        ];
        let rest = names.iter().find_map(|name| after(name))?;
        let rest = rest.strip_prefix("tcp:").unwrap_or(rest);
        let end = rest.find(|c: char| c.is_whitespace() || ";,):/'\"".contains(c));
        return Some(rest[..end.unwrap_or(rest.len())].to_owned());
    }
    let first = endpoint(text);
    port_of_store(first).map(|_| host(first).to_owned())
}
