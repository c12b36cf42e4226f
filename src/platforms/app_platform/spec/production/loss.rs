//! What an update would take from the live app: databases, domains, addresses, networks. Pure.

use serde_json::Value;

use super::super::component::{self, Component, Kind};
use super::super::document::database::Field;
use super::super::document::domain::{self, Domain};
use super::super::document::network::{self, EGRESS, REGION, VPC};
use crate::platforms::plan::Loss;
use crate::policy::changes::listed;

/// Everything that sending `planned` would take from the live app. `active` is the spec of the deployment that takes
/// requests: a managed database that only a failed deployment asked for was never connected. A field that the file leaves to the platform is no
/// change, and neither is anything that is added.
pub(super) fn losses(live: &Value, active: Option<&Value>, planned: &Value) -> Vec<Loss> {
    let mut losses = databases(live, active, planned);
    losses.extend(domains(live, planned));
    losses.extend(egress(live, planned));
    losses.extend(vpc(live, planned));
    losses.extend(region(live, planned));
    losses
}

/// What of the live app a consent could name.
pub(super) fn names(live: &Value) -> Vec<String> {
    let databases = component::of(live, Kind::Database);
    let mut names: Vec<String> = databases.iter().map(|it| database_name(it.name)).collect();
    names.extend(own_domains(live).map(|it| domain::consent(&host(it))));
    names.extend(is_dedicated(live).then(|| EGRESS.to_owned()));
    names.extend(network::vpc(live).map(|_| VPC.to_owned()));
    names.push(REGION.to_owned());
    names
}

/// Whether it is about a database or the region.
pub(super) fn concerns_place(loss: &Loss) -> bool {
    loss.name == REGION || loss.name.starts_with(&database_name(""))
}

fn database_name(name: &str) -> String {
    format!("{}.{name}", Kind::Database.key())
}

fn databases(live: &Value, active: Option<&Value>, planned: &Value) -> Vec<Loss> {
    let before = connected(live, active);
    let after = component::of(planned, Kind::Database);
    let new: Vec<&str> = after
        .iter()
        .map(|it| it.name)
        .filter(|name| before.iter().all(|it| it.name != *name))
        .collect();
    let lost = before.iter().filter_map(|before| {
        let (what, why, at) = match after.iter().find(|after| after.name == before.name) {
            Some(after) => {
                let (what, why) = match becomes(before, after) {
                    Some(why) => (fate(before), why),
                    None => (other_user(before), differs(before, after, Field::User)?),
                };
                (what, why, after.pointer())
            }
            None => (fate(before), gone(before, &new), Kind::Database.pointer()),
        };
        Some(Loss {
            name: database_name(before.name),
            what,
            why,
            at,
        })
    });
    lost.collect()
}

/// The databases that the live app has. A managed one is that of the active deployment, because a cluster that a failed
/// deployment named may not even exist; a development database is there as soon as a deployment asked for it.
fn connected<'a>(live: &'a Value, active: Option<&'a Value>) -> Vec<Component<'a>> {
    let mut databases = component::of(live, Kind::Database);
    let Some(active) = active else { return databases };
    let mut before = component::of(active, Kind::Database);
    before.retain(is_managed);
    databases.retain(|it| !is_managed(it) && before.iter().all(|managed| managed.name != it.name));
    databases.extend(before);
    databases
}

/// Why a database is no longer there. `new`: names that the live app does not have.
fn gone(database: &Component<'_>, new: &[&str]) -> String {
    match (new.is_empty(), is_managed(database)) {
        (true, _) => "the file does not have it".to_owned(),
        (false, true) => format!("the file has {} instead", listed(new)),
        (false, false) => format!(
            "the file has {} instead, and a database of a new name is a new, empty one",
            listed(new)
        ),
    }
}

/// A development database goes with its component, <https://docs.digitalocean.com/products/app-platform/how-to/manage-databases/>;
/// a managed cluster is only no longer the app's.
fn fate(database: &Component<'_>) -> String {
    let name = database.name;
    match (database.is_production(), database.cluster()) {
        (true, Some(cluster)) => format!("detach the database `{name}`, whose data stays in the cluster `{cluster}`"),
        (true, None) => format!("detach the database `{name}`, whose data stays in its cluster"),
        // A development database may have a cluster of a name, too.
        (false, Some(cluster)) => {
            format!(
                "detach the database `{name}` from the cluster `{cluster}`, which keeps the data only if it is a managed one"
            )
        }
        (false, None) => format!("destroy the development database `{name}` with its data"),
    }
}

/// A user of a managed cluster reads what it was granted, which need not be what another one made.
fn other_user(database: &Component<'_>) -> String {
    let of = match database.cluster() {
        Some(cluster) => format!(" of the cluster `{cluster}`"),
        None => String::new(),
    };
    format!(
        "connect to the database `{}`{of} as another user, who may lack rights to its data",
        database.name
    )
}

/// Why a database of the same name is another one, if it is.
fn becomes(before: &Component<'_>, after: &Component<'_>) -> Option<String> {
    if !is_managed(before) && is_managed(after) {
        return Some("the file has a managed cluster in its place".to_owned());
    }
    if before.is_production() && !after.is_production() {
        return Some("the file has a development database in its place".to_owned());
    }
    differs(before, after, Field::Cluster)
        .or_else(|| other_engine(before, after))
        .or_else(|| differs(before, after, Field::Database))
        .or_else(|| other_version(before, after))
}

/// How a field is another in the file. In a managed database one that is missing means what the platform takes then,
/// so that to name it, or to leave it out, can be a change; a development database has one database and one user.
fn differs(before: &Component<'_>, after: &Component<'_>, field: Field) -> Option<String> {
    let (defaults, key) = (defaults(before, field), field.key());
    let is_cluster = field == Field::Cluster;
    let same = |one: &str, other: &str| one == other || (is_cluster && one.eq_ignore_ascii_case(other));
    match (before.of_database(field), after.of_database(field)) {
        (Some(before), Some(after)) => {
            let live = if is_cluster { ", which is live" } else { "" };
            (!same(&before, &after)).then(|| format!("its `{key}` is `{after}` in the file, not `{before}`{live}"))
        }
        _ if !before.is_production() => None,
        (Some(before), None) => (!defaults.contains(&before.as_str()))
            .then(|| format!("the file has no `{key}`, which is `{before}` in the live app")),
        (None, Some(after)) if defaults.contains(&after.as_str()) => None,
        (None, Some(after)) => Some(match defaults.first() {
            Some(default) => format!(
                "its `{key}` is `{after}` in the file, not `{default}`, which the platform takes where none is named"
            ),
            None => format!("its `{key}` is `{after}` in the file, and the live app has none"),
        }),
        (None, None) => None,
    }
}

/// What a managed cluster has before anybody adds to it: all that it may be where the engine is left open.
/// <https://docs.digitalocean.com/products/databases/postgresql/how-to/manage-users-and-databases/>,
/// <https://docs.digitalocean.com/products/databases/mongodb/how-to/connect/>,
/// <https://docs.digitalocean.com/products/databases/valkey/how-to/connect/>
fn defaults(database: &Component<'_>, field: Field) -> &'static [&'static str] {
    let engine = database.of_database(Field::Engine).unwrap_or_default();
    match (field, engine.to_ascii_uppercase().as_str()) {
        (Field::Database, "") => &["defaultdb", "admin"],
        (Field::Database, "MONGODB") => &["admin"],
        (Field::Database, _) => &["defaultdb"],
        (Field::User, "") => &["doadmin", "default"],
        (Field::User, "VALKEY" | "REDIS") => &["default"],
        (Field::User, _) => &["doadmin"],
        _ => &[],
    }
}

/// Without an engine it is PostgreSQL, <https://docs.digitalocean.com/products/app-platform/reference/app-spec/>.
fn other_engine(before: &Component<'_>, after: &Component<'_>) -> Option<String> {
    let default = (!is_managed(before)).then(|| "PG".to_owned());
    let before = before.of_database(Field::Engine).or(default)?;
    let after = after.of_database(Field::Engine)?;
    (!before.eq_ignore_ascii_case(&after)).then(|| format!("its `engine` is `{after}` in the file, not `{before}`"))
}

/// Of a managed cluster the version is the cluster's own business.
fn other_version(before: &Component<'_>, after: &Component<'_>) -> Option<String> {
    if is_managed(before) {
        return None;
    }
    let (before, after) = (before.of_database(Field::Version)?, after.of_database(Field::Version)?);
    // `15` is as good as `15.4`.
    let same = before
        .split('.')
        .zip(after.split('.'))
        .all(|(before, after)| before == after);
    (!same).then(|| {
        format!(
            "its `version` is {after} in the file, not {before}, and a development database is upgraded on the platform, not by the file"
        )
    })
}

fn is_managed(database: &Component<'_>) -> bool {
    database.is_production() || database.cluster().is_some()
}

fn domains(live: &Value, planned: &Value) -> Vec<Loss> {
    let lost = own_domains(live).filter_map(|before| {
        let host = host(before);
        let after = own_domains(planned)
            .enumerate()
            .find(|(_, after)| self::host(*after) == host);
        let (what, why, at) = match after {
            None => (
                format!("drop the domain `{host}`"),
                "the file does not have it".to_owned(),
                domain::POINTER.to_owned(),
            ),
            Some((index, after)) => {
                let (what, why) = domain_changes(&host, before, after)?;
                (what, why, domain::pointer(index))
            }
        };
        Some(Loss {
            name: domain::consent(&host),
            what,
            why,
            at,
        })
    });
    lost.collect()
}

/// What a domain that stays would lose. Whether it is the primary one is not among that: it serves as before.
fn domain_changes(host: &str, before: Domain<'_>, after: Domain<'_>) -> Option<(String, String)> {
    if before.says_wildcard() && !after.says_wildcard() {
        return Some((
            format!("drop the subdomains of `{host}`"),
            "the file has the domain without `wildcard`".to_owned(),
        ));
    }
    let (old, new) = (before.zone()?, after.zone()?);
    (!old.eq_ignore_ascii_case(new)).then(|| {
        (
            format!("take the domain `{host}` out of the DNS zone `{old}`"),
            format!("the file has the zone `{new}`"),
        )
    })
}

/// The platform lists the app's own `ondigitalocean.app` name as DEFAULT; no file has that.
pub(super) fn own_domains(spec: &Value) -> impl Iterator<Item = Domain<'_>> {
    domain::domains(spec).filter(|domain| !domain.is("DEFAULT") && domain.name().is_some())
}

/// Letter case and a final dot make no other host.
pub(super) fn host(domain: Domain<'_>) -> String {
    let host = domain.name().unwrap_or_default();
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn egress(live: &Value, planned: &Value) -> Option<Loss> {
    if !is_dedicated(live) || is_dedicated(planned) {
        return None;
    }
    let why = match network::egress(planned) {
        Some(kind) => format!("`egress` is of type `{kind}` in the file"),
        None => "the file has no `egress` of type `DEDICATED_IP`".to_owned(),
    };
    Some(Loss {
        name: EGRESS.to_owned(),
        what: "give up the dedicated IP addresses that the app's own requests come from".to_owned(),
        why,
        at: network::pointer(EGRESS),
    })
}

fn is_dedicated(spec: &Value) -> bool {
    network::egress(spec).is_some_and(|kind| kind.eq_ignore_ascii_case("DEDICATED_IP"))
}

fn vpc(live: &Value, planned: &Value) -> Option<Loss> {
    let before = network::vpc(live)?;
    let (what, why) = match network::vpc(planned) {
        Some(after) if after.eq_ignore_ascii_case(before) => return None,
        Some(after) => (
            format!("move the app from the VPC `{before}` to `{after}`"),
            "the file has a different one".to_owned(),
        ),
        None => (
            format!("take the app out of the VPC `{before}`"),
            "the file has no `vpc`".to_owned(),
        ),
    };
    Some(Loss {
        name: VPC.to_owned(),
        what,
        why,
        at: network::pointer(VPC),
    })
}

fn region(live: &Value, planned: &Value) -> Option<Loss> {
    let (before, after) = (network::region(live)?, network::region(planned)?);
    (!same_region(before, after)).then(|| Loss {
        name: REGION.to_owned(),
        what: format!("move the app from the region `{before}` to `{after}`"),
        why: "the file has a different one".to_owned(),
        at: network::pointer(REGION),
    })
}

/// A data centre such as `nyc3` stands for its region, `nyc`.
fn same_region(one: &str, other: &str) -> bool {
    let region = |slug: &str| slug.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    region(one) == region(other)
}

#[cfg(test)]
mod tests;
