//! Stores outside of the app that something longer leads to: a command, a document, a list of flags.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use super::{OTHER_SERVICES, Role, Stores, host, keys};
use crate::policy::datastores::address::address;
use crate::policy::datastores::words::STORES;
use crate::policy::env::notation::Notation;
use crate::policy::pieces::{self, Piece};
use crate::redact::credential::words;

/// What a store's host is called where nothing says whose it is, and what has to stand beside it.
const HOSTS: [&str; 5] = ["HOST", "HOSTNAME", "SERVER", "ADDRESS", "ADDR"];
const BESIDE: [&str; 5] = ["USER", "USERNAME", "DATABASE", "DBNAME", "DB"];

/// The host of the first store that a command leads to.
pub(crate) fn in_command(command: &str, notation: &'static dyn Notation) -> Option<String> {
    Stores::unknown(notation).inside(&pieces::of_command(command))
}

impl Stores {
    /// The host of the first store out of the app that one of these leads to.
    pub(super) fn inside(&self, pieces: &[Piece]) -> Option<String> {
        let is_local = |piece: &&Piece| {
            keys::meaning(&piece.name).is_some_and(|meaning| match meaning.role {
                Role::Driver => piece.value.to_ascii_lowercase().contains("sqlite"),
                Role::Host => self.is_local(&piece.value),
                _ => false,
            })
        };
        let local = pieces.iter().filter(is_local);
        let local: HashSet<String> = local
            .filter_map(|piece| keys::meaning(&piece.name).map(|meaning| meaning.prefix))
            .collect();
        pieces.iter().find_map(|piece| {
            let place = address(&piece.value).or_else(|| {
                let named = keys::meaning(&piece.name).filter(|meaning| !local.contains(&meaning.prefix));
                let is_named = named.is_some_and(|meaning| matches!(meaning.role, Role::Host | Role::Url));
                let is_place = is_named || is_bare(&piece.name, &piece.value) || is_beside(piece, pieces);
                let is_page = piece.value.starts_with("http://") || piece.value.starts_with("https://");
                (is_place && !is_page).then(|| host(&piece.value).to_owned())
            })?;
            self.leads_out(&place).then_some(place)
        })
    }

    /// Whether a host is one of the network's: neither this machine, nor one of the app, nor still to be filled in.
    pub(super) fn leads_out(&self, host: &str) -> bool {
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
        let is_name = host.contains('.') && host.chars().all(is_host) && !host.starts_with(['.', '-']);
        let is_file = [".db", ".sqlite", ".sqlite3", ".sock"]
            .iter()
            .any(|end| host.ends_with(end));
        is_name && !is_file && !host.starts_with("127.") && !self.is_local(host)
    }
}

/// `MYSQL=10.0.0.5`: nothing but the store, and where it is.
pub(super) fn is_bare(name: &str, value: &str) -> bool {
    let is_store = words(name)
        .last()
        .is_some_and(|word| STORES.iter().any(|(store, _)| store == word));
    is_store && host(value).parse::<Ipv4Addr>().is_ok()
}

/// `host` with `user` or `database` beside it in the same place.
fn is_beside(piece: &Piece, pieces: &[Piece]) -> bool {
    let own = words(&piece.name);
    let Some((last, prefix)) = own.split_last() else {
        return false;
    };
    let is_other = prefix.iter().any(|word| OTHER_SERVICES.contains(&word.as_str()));
    if !HOSTS.contains(&last.as_str()) || is_other {
        return false;
    }
    pieces.iter().any(|other| {
        let other = words(&other.name);
        other
            .split_last()
            .is_some_and(|(last, before)| before == prefix && BESIDE.contains(&last.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::env::tests::BRACES;

    #[test]
    fn a_command_leads_to_a_store() {
        for command in [
            "java -Dspring.datasource.url=jdbc:mysql://10.118.0.7/shop -jar x.jar",
            "java -jar x.jar --spring.datasource.url=jdbc:postgresql://10.118.0.7/shop",
            "DATABASE_URL=postgres://app@10.118.0.7/shop python3 server.py",
            "export DB_HOST=10.118.0.7; ./serve",
            "PGHOST=10.118.0.7 PGUSER=app ./serve",
            "gunicorn --env DB_HOST=10.118.0.7 app:app",
            "./server -dsn 'app@tcp(10.118.0.7:3306)/shop'",
            "mysql -h 10.118.0.7 -u root shop < x.sql",
            "redis-cli -h 10.118.0.7 flushall",
            "flyway -url=jdbc:postgresql://10.118.0.7/shop -user=app migrate",
            "python3 migrate.py -Dapp.url=jdbc:mysql://db.internal/shop",
            "DATABASE_URL=${DATABASE_URL:-postgres://app@10.118.0.7/shop} ./serve",
            "psql 'host=10.118.0.7 user=app dbname=shop' -f x.sql",
            "sh -c \"DB_HOST=10.118.0.7 ./serve\"",
            "wait-for db.internal.acme.io:5432 -- ./serve",
            "celery -A app worker --broker redis://10.118.0.7:6379/0",
        ] {
            assert!(in_command(command, BRACES).is_some(), "{command}");
        }
        for command in [
            "DATABASE_URL=postgresql://x:y@localhost:5432/x npx prisma generate",
            "DATABASE_URL=postgresql://user@host:5432/x npx prisma generate",
            "DATABASE_URL=sqlite:////tmp/preview.db ./serve",
            "DATABASE_URL=$DATABASE_URL ./serve",
            "psql \"$DATABASE_URL\" -f x.sql",
            "psql -h $PGHOST -f x.sql",
            "DB_HOST=${db.HOSTNAME} ./serve",
            "DB_HOST=127.0.0.1 ./serve",
            "redis-server --port 6379 & ./serve",
            "gunicorn app:app --bind 0.0.0.0:8080",
            "DB_CONNECTION=sqlite DB_HOST=10.0.0.5 php artisan serve",
            "curl https://shop.example/api",
            "python -m http.server 5432",
            "sqlite3 shop.db < x.sql",
        ] {
            assert_eq!(in_command(command, BRACES), None, "{command}");
        }
    }
}
