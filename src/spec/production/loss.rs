//! What an update would take from the live app: databases, domains, addresses, networks. Pure.

use serde_json::Value;

use super::super::change::listed;
use super::super::component::{self, Component, Kind, text};

/// Something of the live app that an update would destroy, detach, drop or change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    /// What a consent calls it: `databases.db`, `domains.shop.example`, `egress`, `region`, `vpc`.
    pub(super) name: String,
    /// What would be done, as it stands after "would".
    pub(super) what: String,
    pub(super) why: String,
    /// Where the file says so, as a JSON pointer.
    pub(super) at: String,
}

/// Everything that sending `planned` would take from the live app. A field that the file leaves to the platform is no
/// change, and neither is anything that is added.
pub(super) fn losses(live: &Value, planned: &Value) -> Vec<Loss> {
    let mut losses = databases(live, planned);
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
    names.extend(domain_list(live).map(|it| domain_name(&host(it))));
    names.extend(is_dedicated(live).then(|| "egress".to_owned()));
    names.extend(nested(live, "vpc", "id").map(|_| "vpc".to_owned()));
    names.push("region".to_owned());
    names
}

fn database_name(name: &str) -> String {
    format!("databases.{name}")
}

fn domain_name(host: &str) -> String {
    format!("domains.{host}")
}

fn databases(live: &Value, planned: &Value) -> Vec<Loss> {
    let before = component::of(live, Kind::Database);
    let after = component::of(planned, Kind::Database);
    let new: Vec<&str> = after
        .iter()
        .map(|it| it.name)
        .filter(|name| before.iter().all(|it| it.name != *name))
        .collect();
    let lost = before.iter().filter_map(|before| {
        let (why, at) = match after.iter().find(|after| after.name == before.name) {
            Some(after) => (becomes(before, after)?, format!("/databases/{}", after.index)),
            None => (gone(before, &new), "/databases".to_owned()),
        };
        Some(Loss {
            name: database_name(before.name),
            what: fate(before),
            why,
            at,
        })
    });
    lost.collect()
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
    match (is_production(database), database.text("cluster_name")) {
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

/// Why a database of the same name is another one, if it is.
fn becomes(before: &Component<'_>, after: &Component<'_>) -> Option<String> {
    let differs = |key: &str| {
        let (before, after) = (scalar(before.value, key)?, scalar(after.value, key)?);
        (!before.eq_ignore_ascii_case(&after)).then(|| format!("its `{key}` is `{after}` in the file, not `{before}`"))
    };
    if !is_managed(before) && is_managed(after) {
        return Some("the file has a managed cluster in its place".to_owned());
    }
    if is_production(before) && !is_production(after) {
        return Some("the file has a development database in its place".to_owned());
    }
    differs("cluster_name")
        .or_else(|| differs("engine"))
        .or_else(|| differs("db_name"))
        .or_else(|| other_version(before, after))
}

/// Of a managed cluster the version is the cluster's own business.
fn other_version(before: &Component<'_>, after: &Component<'_>) -> Option<String> {
    if is_managed(before) {
        return None;
    }
    let (before, after) = (scalar(before.value, "version")?, scalar(after.value, "version")?);
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
    is_production(database) || database.text("cluster_name").is_some()
}

fn is_production(database: &Component<'_>) -> bool {
    scalar(database.value, "production").as_deref() == Some("true")
}

fn domains(live: &Value, planned: &Value) -> Vec<Loss> {
    let lost = domain_list(live).filter_map(|before| {
        let host = host(before);
        let after = domain_list(planned)
            .enumerate()
            .find(|(_, after)| self::host(after) == host);
        let (what, why, at) = match after {
            None => (
                format!("drop the domain `{host}`"),
                "the file does not have it".to_owned(),
                "/domains".to_owned(),
            ),
            Some((index, after)) => {
                let (what, why) = domain_changes(&host, before, after)?;
                (what, why, format!("/domains/{index}"))
            }
        };
        Some(Loss {
            name: domain_name(&host),
            what,
            why,
            at,
        })
    });
    lost.collect()
}

/// What a domain that stays would lose. Whether it is the primary one is not among that: it serves as before.
fn domain_changes(host: &str, before: &Value, after: &Value) -> Option<(String, String)> {
    let wildcard = |domain: &Value| scalar(domain, "wildcard").as_deref() == Some("true");
    if wildcard(before) && !wildcard(after) {
        return Some((
            format!("drop the subdomains of `{host}`"),
            "the file has the domain without `wildcard`".to_owned(),
        ));
    }
    let (old, new) = (text(before, "zone")?, text(after, "zone")?);
    (!old.eq_ignore_ascii_case(new)).then(|| {
        (
            format!("take the domain `{host}` out of the DNS zone `{old}`"),
            format!("the file has the zone `{new}`"),
        )
    })
}

/// The platform lists the app's own `ondigitalocean.app` name as DEFAULT; nobody writes that into a file.
pub(super) fn domain_list(spec: &Value) -> impl Iterator<Item = &Value> {
    let domains = spec.get("domains").and_then(Value::as_array).into_iter().flatten();
    domains.filter(|domain| text(domain, "type") != Some("DEFAULT") && text(domain, "domain").is_some())
}

/// Letter case and a final dot make no other host.
pub(super) fn host(domain: &Value) -> String {
    let host = text(domain, "domain").unwrap_or_default();
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn egress(live: &Value, planned: &Value) -> Option<Loss> {
    if !is_dedicated(live) || is_dedicated(planned) {
        return None;
    }
    let why = match nested(planned, "egress", "type") {
        Some(kind) => format!("`egress` is of type `{kind}` in the file"),
        None => "the file has no `egress` of type `DEDICATED_IP`".to_owned(),
    };
    Some(Loss {
        name: "egress".to_owned(),
        what: "give up the dedicated IP addresses that the app's own requests come from".to_owned(),
        why,
        at: "/egress".to_owned(),
    })
}

fn is_dedicated(spec: &Value) -> bool {
    nested(spec, "egress", "type").is_some_and(|kind| kind.eq_ignore_ascii_case("DEDICATED_IP"))
}

fn vpc(live: &Value, planned: &Value) -> Option<Loss> {
    let before = nested(live, "vpc", "id")?;
    let (what, why) = match nested(planned, "vpc", "id") {
        Some(after) if after.eq_ignore_ascii_case(before) => return None,
        Some(after) => (
            format!("move the app from the VPC `{before}` to `{after}`"),
            "the file names another".to_owned(),
        ),
        None => (
            format!("take the app out of the VPC `{before}`"),
            "the file has no `vpc`".to_owned(),
        ),
    };
    Some(Loss {
        name: "vpc".to_owned(),
        what,
        why,
        at: "/vpc".to_owned(),
    })
}

fn region(live: &Value, planned: &Value) -> Option<Loss> {
    let (before, after) = (text(live, "region")?, text(planned, "region")?);
    (!same_region(before, after)).then(|| Loss {
        name: "region".to_owned(),
        what: format!("move the app from the region `{before}` to `{after}`"),
        why: "the file names another".to_owned(),
        at: "/region".to_owned(),
    })
}

/// A data centre such as `nyc3` stands for its region, `nyc`.
fn same_region(one: &str, other: &str) -> bool {
    let region = |slug: &str| slug.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    region(one) == region(other)
}

fn nested<'a>(spec: &'a Value, outer: &str, key: &str) -> Option<&'a str> {
    text(spec.get(outer)?, key)
}

/// A field as text, unless it is missing, empty or the enum value that means neither.
fn scalar(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text != "UNSET").then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::losses;

    fn lost(live: &Value, planned: &Value) -> Vec<String> {
        let losses = losses(live, planned);
        losses
            .iter()
            .map(|loss| format!("{}: {} ({})", loss.name, loss.what, loss.why))
            .collect()
    }

    fn of_database(before: Value, after: &Value) -> String {
        lost(&json!({"databases": [before]}), &json!({ "databases": after })).join("; ")
    }

    #[test]
    fn a_development_database_is_destroyed() {
        let db = json!({"name": "db", "engine": "PG", "version": "15"});
        for (after, why) in [
            (json!([]), "the file does not have it"),
            (json!(null), "the file does not have it"),
            (
                json!([{"name": "main", "engine": "PG"}]),
                "the file has `main` instead, and a database of a new name is a new, empty one",
            ),
            (
                json!([{"name": "db", "engine": "MYSQL"}]),
                "its `engine` is `MYSQL` in the file, not `PG`",
            ),
            (
                json!([{"name": "db", "engine": "PG", "version": "16"}]),
                "its `version` is 16 in the file, not 15, and a development database is upgraded on the platform, not by the file",
            ),
            (
                json!([{"name": "db", "engine": "PG", "version": 14}]),
                "its `version` is 14 in the file, not 15, and a development database is upgraded on the platform, not by the file",
            ),
            (
                json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]),
                "the file has a managed cluster in its place",
            ),
            (
                json!([{"name": "db", "engine": "PG", "cluster_name": "big"}]),
                "the file has a managed cluster in its place",
            ),
        ] {
            let expected = format!("databases.db: destroy the development database `db` with its data ({why})");
            assert_eq!(of_database(db.clone(), &after), expected, "{after}");
        }
    }

    #[test]
    fn a_managed_database_is_detached() {
        let db = json!({"name": "db", "engine": "PG", "version": "15", "production": true, "cluster_name": "big", "db_name": "shop"});
        for (after, why) in [
            (json!([]), "the file does not have it"),
            (
                json!([{"name": "main", "engine": "PG", "production": true, "cluster_name": "big"}]),
                "the file has `main` instead",
            ),
            (
                json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "other"}]),
                "its `cluster_name` is `other` in the file, not `big`",
            ),
            (
                json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big", "db_name": "test"}]),
                "its `db_name` is `test` in the file, not `shop`",
            ),
            (
                json!([{"name": "db", "engine": "PG"}]),
                "the file has a development database in its place",
            ),
            (
                json!([{"name": "db", "engine": "PG", "production": false, "cluster_name": "big"}]),
                "the file has a development database in its place",
            ),
        ] {
            let expected =
                format!("databases.db: detach the database `db`, whose data stays in the cluster `big` ({why})");
            assert_eq!(of_database(db.clone(), &after), expected, "{after}");
        }
    }

    #[test]
    fn a_named_cluster_without_production_may_be_either() {
        let db = json!({"name": "db", "engine": "PG", "cluster_name": "big"});
        let fate = "detach the database `db` from the cluster `big`, which keeps the data only if it is a managed one";
        for (after, expected) in [
            (json!([]), format!("databases.db: {fate} (the file does not have it)")),
            (
                json!([{"name": "db", "engine": "PG", "cluster_name": "other"}]),
                format!("databases.db: {fate} (its `cluster_name` is `other` in the file, not `big`)"),
            ),
            // What the file leaves open.
            (json!([{"name": "db", "engine": "PG"}]), String::new()),
            (
                json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]),
                String::new(),
            ),
        ] {
            assert_eq!(of_database(db.clone(), &after), expected, "{after}");
        }
    }

    #[test]
    fn a_database_that_stays_is_no_loss() {
        let dev = json!({"name": "db", "engine": "PG", "version": "15", "num_nodes": 1, "size": "db-s-dev-database"});
        let managed = json!({"name": "db", "engine": "PG", "version": "15", "production": true, "cluster_name": "big",
            "db_name": "shop", "db_user": "shop"});
        for (before, after) in [
            (&dev, json!([{"name": "db"}])),
            (&dev, json!([{"name": "db", "engine": "PG", "version": "15"}])),
            (
                &dev,
                json!([{"name": "db", "engine": "pg", "version": 15, "production": false, "cluster_name": ""}]),
            ),
            (&dev, json!([{"name": "db", "engine": "UNSET", "version": "15.4"}])),
            (
                &dev,
                json!([{"name": "more", "engine": "PG"}, {"name": "db", "engine": "PG"}]),
            ),
            (
                &managed,
                json!([{"name": "db", "engine": "PG", "production": true, "cluster_name": "big"}]),
            ),
            (
                &managed,
                json!([{"name": "db", "version": "16", "production": "true", "cluster_name": "big", "db_user": "app"}]),
            ),
        ] {
            assert_eq!(of_database(before.clone(), &after), "", "{after}");
        }
    }

    #[test]
    fn several_databases_are_told_apart() {
        let live = json!({"databases": [
            {"name": "db", "engine": "PG"},
            {"name": "cache", "engine": "VALKEY", "production": true, "cluster_name": "fast"},
        ]});
        assert_eq!(
            lost(&live, &json!({})),
            [
                "databases.db: destroy the development database `db` with its data (the file does not have it)",
                "databases.cache: detach the database `cache`, whose data stays in the cluster `fast` (the file does not have it)",
            ]
        );
    }

    #[test]
    fn addresses_networks_and_domains_are_dropped_or_changed() {
        let dedicated = json!({"egress": {"type": "DEDICATED_IP"}});
        let vpc = json!({"vpc": {"id": "v-1", "egress_ips": [{"ip": "10.0.0.1"}]}});
        let domain = json!({"domains": [
            {"domain": "Shop.example.", "type": "PRIMARY", "zone": "shop.example", "wildcard": true},
            {"domain": "x.ondigitalocean.app", "type": "DEFAULT"},
        ]});
        let egress = "egress: give up the dedicated IP addresses that the app's own requests come from";
        for (live, planned, expected) in [
            (&dedicated, json!({}), format!("{egress} (the file has no `egress` of type `DEDICATED_IP`)")),
            (
                &dedicated,
                json!({"egress": {"type": "AUTOASSIGN"}}),
                format!("{egress} (`egress` is of type `AUTOASSIGN` in the file)"),
            ),
            (&vpc, json!({}), "vpc: take the app out of the VPC `v-1` (the file has no `vpc`)".to_owned()),
            (
                &vpc,
                json!({"vpc": {"id": "v-2"}}),
                "vpc: move the app from the VPC `v-1` to `v-2` (the file names another)".to_owned(),
            ),
            (
                &json!({"region": "nyc"}),
                json!({"region": "ams3"}),
                "region: move the app from the region `nyc` to `ams3` (the file names another)".to_owned(),
            ),
            (&domain, json!({}), "domains.shop.example: drop the domain `shop.example` (the file does not have it)".to_owned()),
            (
                &domain,
                json!({"domains": [{"domain": "shop.example"}]}),
                "domains.shop.example: drop the subdomains of `shop.example` (the file has the domain without `wildcard`)"
                    .to_owned(),
            ),
            (
                &domain,
                json!({"domains": [{"domain": "shop.example", "wildcard": true, "zone": "example"}]}),
                "domains.shop.example: take the domain `shop.example` out of the DNS zone `shop.example` (the file has the zone `example`)"
                    .to_owned(),
            ),
        ] {
            assert_eq!(lost(live, &planned), [expected], "{planned}");
        }
    }

    #[test]
    fn what_is_added_left_open_or_written_otherwise_is_no_loss() {
        for (live, planned) in [
            (json!({"region": "nyc"}), json!({})),
            (json!({"region": "nyc"}), json!({"region": "NYC3"})),
            (
                json!({}),
                json!({"egress": {"type": "DEDICATED_IP"}, "vpc": {"id": "v-1"}, "domains": [{"domain": "a.example"}]}),
            ),
            (json!({"egress": {"type": "AUTOASSIGN"}}), json!({})),
            (json!({"egress": {"type": "AUTOASSIGN"}}), json!({"egress": null})),
            (
                json!({"egress": {"type": "DEDICATED_IP"}}),
                json!({"egress": {"type": "dedicated_ip"}}),
            ),
            (json!({"vpc": {"id": "V-1"}}), json!({"vpc": {"id": "v-1"}})),
            (
                json!({"domains": [{"domain": "x.ondigitalocean.app", "type": "DEFAULT"}]}),
                json!({}),
            ),
            (
                json!({"domains": [{"domain": "a.example", "type": "PRIMARY", "zone": "example"}]}),
                json!({"domains": [{"domain": "a.example", "type": "ALIAS"}, {"domain": "b.example", "type": "PRIMARY"}]}),
            ),
            (
                json!({"maintenance": {"enabled": true}, "alerts": [{"rule": "DOMAIN_FAILED"}], "workers": [{"name": "queue"}]}),
                json!({}),
            ),
        ] {
            assert_eq!(lost(&live, &planned), Vec::<String>::new(), "{planned}");
        }
    }
}
