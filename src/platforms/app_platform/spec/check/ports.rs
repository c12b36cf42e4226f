//! The port and the address that a service listens on, where its start command or its envs name them.

use super::super::component::{Component, Kind, RUN_COMMAND, of};
use super::super::document::health_check;
use super::super::env;
use super::findings::Findings;
use crate::model::failure::Failure;

pub(super) fn check(findings: &mut Findings<'_>) {
    for service in of(findings.spec().value(), Kind::Service) {
        if !service.listens_publicly() {
            continue;
        }
        let command = service.run_command().unwrap_or_default();
        // Of several processes, which of them is asked is not known.
        if command.replace("&&", "").contains('&') {
            continue;
        }
        let listens = Listens::of(command);
        let command = service.at(RUN_COMMAND);
        let expected = service.http_port();
        let known = service.other_ports();
        match listens.ports.as_slice() {
            [] => port_env(&service, expected, findings),
            ports if ports.iter().any(|port| *port == expected || known.contains(port)) => {}
            [port, ..] => {
                let failure = Failure::input(format!(
                    "{} listens on {port}, and App Platform asks {expected}",
                    service.titled()
                ))
                .why(format!(
                    "`{}` says which port it asks; 8080 where it is not given",
                    health_check::HTTP_PORT
                ))
                .next(format!(
                    "write `{}: {port}`, or let the command use `$PORT`",
                    health_check::HTTP_PORT
                ));
                findings.warn("port", &command, failure);
            }
        }
        if let Some(host) = listens.loopback {
            let failure = Failure::input(format!("{} listens on `{host}` alone", service.titled()))
                .why("App Platform asks from outside of the container")
                .next("listen on `0.0.0.0`");
            findings.warn("port", &command, failure);
        }
    }
}

/// The platform sets `PORT` where the app does not.
fn port_env(service: &Component<'_>, expected: u64, findings: &mut Findings<'_>) {
    let envs = env::list(service.value).enumerate();
    for (index, it) in envs.filter(|(_, it)| env::key(it) == "PORT") {
        let port = env::value(it).and_then(|value| value.parse::<u64>().ok());
        let Some(port) = port.filter(|port| *port != expected && !service.other_ports().contains(port)) else {
            continue;
        };
        let failure = Failure::input(format!(
            "`PORT` of {} is {port}, and App Platform asks {expected}",
            service.titled()
        ))
        .next(format!(
            "take `PORT` out, which App Platform sets, or write `{}: {port}`",
            health_check::HTTP_PORT
        ));
        findings.warn("port", &env::value_pointer(&service.pointer(), index), failure);
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Listens<'c> {
    ports: Vec<u64>,
    loopback: Option<&'c str>,
}

const PORT_FLAGS: [&str; 4] = ["--port", "-p", "--server.port", "--http-port"];
const ADDRESS_FLAGS: [&str; 5] = ["-b", "--bind", "--listen", "-l", "--http-bind"];
const HOST_FLAGS: [&str; 5] = ["--host", "--hostname", "--server.address", "-H", "--bind-address"];
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

impl<'c> Listens<'c> {
    /// What a command says of itself: a port that only a variable knows is none.
    fn of(command: &'c str) -> Self {
        let mut listens = Self::default();
        let words: Vec<&str> = command
            .split(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')'))
            .map(|word| word.trim_matches(['"', '\'']))
            .filter(|word| !word.is_empty())
            .collect();
        for (index, word) in words.iter().enumerate() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value)),
                None => (*word, words.get(index + 1).copied()),
            };
            let value = value.unwrap_or_default().trim_matches(['"', '\'']);
            if PORT_FLAGS.contains(&flag) || (flag == "PORT" && word.contains('=')) {
                listens.port(value);
            } else if ADDRESS_FLAGS.contains(&flag) {
                listens.address(value);
            } else if HOST_FLAGS.contains(&flag) {
                listens.host(value);
            } else if word.starts_with("0.0.0.0:") || LOOPBACK.iter().any(|host| is_address_of(word, host)) {
                // `manage.py runserver 0.0.0.0:8000`; as the value of a flag it has been seen.
                let before = index.checked_sub(1).map(|before| words[before]);
                if before == Some("runserver") {
                    listens.address(word);
                }
            }
        }
        listens
    }

    fn port(&mut self, text: &str) {
        // Fewer digits are a number of processes.
        let port = text.parse::<u64>().ok().filter(|port| (80..=65535).contains(port));
        self.ports.extend(port);
    }

    fn host(&mut self, text: &'c str) {
        if LOOPBACK.contains(&text) {
            self.loopback = Some(text);
        }
    }

    fn address(&mut self, text: &'c str) {
        let text = text.strip_prefix("tcp://").unwrap_or(text);
        match text.rsplit_once(':') {
            Some((host, port)) => {
                self.port(port);
                self.host(host);
            }
            None => self.port(text),
        }
    }
}

fn is_address_of(word: &str, host: &str) -> bool {
    word.strip_prefix(host).is_some_and(|rest| rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::Listens;

    #[test]
    fn ports_and_addresses_are_read_where_they_are_certain() {
        for (command, ports, loopback) in [
            ("uvicorn main:app --host 0.0.0.0 --port 8000", &[8000][..], None),
            ("gunicorn -w 4 -b 0.0.0.0:5000 app:app", &[5000], None),
            ("gunicorn --bind=\"127.0.0.1:$PORT\" app", &[], Some("127.0.0.1")),
            ("gunicorn --bind :8080 app", &[8080], None),
            ("PORT=3000 npm start", &[3000], None),
            ("npx serve -s build -l tcp://0.0.0.0:3000", &[3000], None),
            ("next start -p ${PORT:-3000}", &[], None),
            ("make -p 4", &[], None),
            ("python manage.py runserver 0.0.0.0:8000", &[8000], None),
            ("python manage.py runserver localhost:8000", &[8000], Some("localhost")),
            ("wait-for localhost:5432 && node .", &[], None),
            (
                "streamlit run a.py --server.port=8501 --server.address localhost",
                &[8501],
                Some("localhost"),
            ),
            ("redis-server --port 6379 & node . --port=8080", &[6379, 8080], None),
        ] {
            let listens = Listens::of(command);
            assert_eq!(
                (listens.ports.as_slice(), listens.loopback),
                (ports, loopback),
                "{command}"
            );
        }
    }
}
